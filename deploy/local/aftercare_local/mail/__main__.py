"""The mail server as a process: `python -m aftercare_local.mail CONFIG.json`."""

import asyncio
import logging
import sys
from pathlib import Path

import uvicorn

from aftercare.kit.clock import clock_from
from aftercare_local.mail.config import MailConfig
from aftercare_local.mail.inbox import Inbox
from aftercare_local.mail.postman import Postman
from aftercare_local.mail.server import Reception, SmtpListeners
from aftercare_local.mail.store import MailStore
from aftercare_local.ports import HOST


async def serve(config: MailConfig) -> None:
    """Run until asked to end."""
    clock = clock_from(config.clock, local=True)
    store = MailStore(config.folder)
    reception = Reception(store, clock, Postman(config, clock).report)
    listeners = SmtpListeners(config, reception)
    await listeners.open()
    inbox = Inbox(store, reception, listeners)
    # access logs would write addresses and links
    settings = uvicorn.Config(inbox.app(), HOST, config.inbox_port, log_level="warning", access_log=False)
    await uvicorn.Server(settings).serve()
    await listeners.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(serve(MailConfig.model_validate_json(Path(sys.argv[1]).read_text())))
