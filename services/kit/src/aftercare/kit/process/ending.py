"""When a process ends: on SIGTERM or SIGINT, with its parent if asked to, and never later than it must."""

import asyncio
import logging
import os
import signal
import threading

log = logging.getLogger(__name__)

LAST_MOMENT_SECONDS = 25.0
"""After this long something hangs. Ending hard loses nothing: offsets move after commits, the outbox keeps the rest."""
EXIT_HUNG = 75
_PARENT_LOOK_SECONDS = 1.0


class Ending:
    """Tells everyone in the process that it is time to go."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._parent = os.getppid()

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the wish to end. Who asks twice by Ctrl-C gets it at once."""
        self._loop.add_signal_handler(signal.SIGTERM, self.ask)
        self._loop.add_signal_handler(signal.SIGINT, self._interrupted)

    def ask(self) -> None:
        """End soon and cleanly."""
        if not self.asked.is_set():
            log.info("ending")
            self.asked.set()
            watchdog = threading.Timer(LAST_MOMENT_SECONDS, os._exit, (EXIT_HUNG,))
            watchdog.daemon = True  # it lives to the very end: a thread that somebody left keeps a process too
            watchdog.start()

    async def with_parent(self) -> None:
        """Ask for the end when the process that started this one is gone, so that nothing is left behind."""
        while os.getppid() == self._parent:  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(_PARENT_LOOK_SECONDS)
        log.warning("the parent process is gone")
        self.ask()

    def _interrupted(self) -> None:
        if self.asked.is_set():
            os._exit(130)
        self.ask()
