"""`make demo`: everything starts, one story is played and told, and all stays up to be looked at until Ctrl-C."""

import importlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from rich.console import Console

from aftercare.kit.clock import SystemClock
from aftercare_local import prometheus
from aftercare_local.environment import SERVICES
from aftercare_local.stack import Options, Stack

Story = Callable[[Stack, Console], str | None]
"""Plays and tells; returns the name of the first step that was not seen, `None` when all were."""
_SETTINGS = {"intake": {"AFTERCARE_SYNTHETIC_EVERY": "20"}}
"""Synthetic incidents more often than anybody would want them, so that their way can be seen on the metrics pages."""


def run_demo(console: Console, *, once: bool, story: Story | None = None, services: Sequence[str] = SERVICES) -> int:
    """0 when every step of the story has been seen, 1 otherwise, 130 after Ctrl-C in the middle."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    stack = Stack(Options(purpose="demo", test_clock=opening(SystemClock().now()), auditors=True, settings=_SETTINGS))
    try:
        missing = _play(stack, console, story, services)
        if missing is None and not once:
            console.print("\nAll stays up. Look around; Ctrl-C ends it.")
            threading.Event().wait()
    except KeyboardInterrupt:
        return 130 if once else 0
    else:
        return 0 if missing is None else 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave anything behind
        console.print("Ending …")
        stack.close()
        console.print(f"Nothing is left running. Logs and mails are in {stack.folder}.")


def opening(now: datetime) -> datetime:
    """When the story begins by its own clock: the last Tuesday at nine (UTC).

    Whoever plays it at night would else see no mail before morning, as nobody is written to in their sleep.
    """
    tuesday = (now - timedelta(days=(now.weekday() - 1) % 7)).replace(hour=9, minute=0, second=0, microsecond=0)
    return tuesday if tuesday <= now else tuesday - timedelta(days=7)


def _play(stack: Stack, console: Console, story: Story | None, services: Sequence[str]) -> str | None:
    console.print("Starting PostgreSQL, Kafka, a mail server, a sign-in, and the services …")
    begun = time.monotonic()
    stack.start(services)
    program = prometheus.binary()
    if program is not None and services:
        stack.prometheus.start(stack.process_urls, program)
    console.print(f"All is up after {time.monotonic() - begun:.0f} s.\n")
    show_addresses(console, stack)
    missing = (story or _story())(stack, console)
    if missing is not None:
        console.print(f"\nThe story stopped: [bold]{missing}[/bold] was not seen. Logs: {stack.folder / 'logs'}")
    return missing


def _story() -> Story:
    """The story is a module of its own, loaded last: it imports this stack."""
    play: Story = importlib.import_module("aftercare_local.story").play
    return play


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def show_addresses(console: Console, stack: Stack) -> None:
    """Where a person can look. Lines are never broken, so that an address can be clicked."""

    def line(address: str, what: str) -> None:
        console.print(f"  [bold]{address}[/bold]  {what}", soft_wrap=True, highlight=False)

    console.print("To look at, in a browser:")
    line(stack.mail.inbox_url, "every mail and SMS that is sent")
    for name, url in stack.process_urls.items():
        line(f"{url}/readyz", f"{name}: is it ready? (/metrics beside it)")
    if stack.prometheus.running:
        line(stack.prometheus.alerts_url, "Prometheus: what rings; targets and graphs beside it")
    else:
        line(f"{stack.url('sla-support')}/metrics", "what Prometheus would read (put one on the path to see it ring)")
    line(str(stack.folder / "logs"), "what every process says")
    console.print("A token to call a service with, as a signed-in coordinator:")
    line(f"PYTHONPATH=deploy/local {sys.executable} -m aftercare_local token NAME --role coordinator", "")
    console.print()
