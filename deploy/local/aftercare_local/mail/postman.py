"""Brings delivery reports back to the sender's service, again and again until it takes them."""

import asyncio
import logging

import httpx

from aftercare.kit.clock import Clock
from aftercare_local.mail.behaviour import Behaviour
from aftercare_local.mail.config import MailConfig
from aftercare_local.mail.reports import delivery_report
from aftercare_local.mail.store import Mail

log = logging.getLogger(__name__)
_TRIES = 60


class Postman:
    """Posts each report as the raw message that a mail server would have sent to the return path."""

    def __init__(self, config: MailConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self.posted = 0

    def report(self, mail: Mail, behaviour: Behaviour) -> None:
        """Start a report for every recipient that gets one."""
        for recipient in mail.envelope_to:
            action = behaviour.action(recipient)
            if action is not None and self._config.reports_to is not None and mail.envelope_from:
                task = asyncio.create_task(self._post(delivery_report(mail, recipient, action, self._clock.now())))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def _post(self, report: bytes) -> None:
        headers = {"Content-Type": "message/rfc822"}
        if self._config.reports_token:
            headers["Authorization"] = f"Bearer {self._config.reports_token}"
        async with httpx.AsyncClient(timeout=10) as client:
            for attempt in range(_TRIES):
                if await self._taken(client, report, headers):
                    self.posted += 1
                    return
                await asyncio.sleep(min(0.1 * 2**attempt, 5))
        log.error("a delivery report was not taken after %s tries", _TRIES)

    async def _taken(self, client: httpx.AsyncClient, report: bytes, headers: dict[str, str]) -> bool:
        try:
            answer = await client.post(self._config.reports_to or "", content=report, headers=headers)
        except httpx.HTTPError:
            return False
        if answer.is_client_error:
            log.error("a delivery report was refused with %s", answer.status_code)
        return answer.status_code < 500
