"""Brings receipts back to the sender's service, again and again until it takes them."""

import asyncio
import json
import logging
from dataclasses import dataclass

import httpx

from aftercare.kit.clock import Clock
from aftercare_local.mail.behaviour import Behaviour
from aftercare_local.mail.config import MailConfig
from aftercare_local.mail.phones import GATEWAY, reference_of
from aftercare_local.mail.reports import delivery_report
from aftercare_local.mail.store import Mail

log = logging.getLogger(__name__)
_TRIES = 60


@dataclass(frozen=True)
class _Post:
    """What is posted where, under the receipts' URL."""

    path: str
    content: bytes
    headers: dict[str, str]


class Postman:
    """Posts each receipt as the outside world would: a raw report for a mail, JSON for a short message."""

    def __init__(self, config: MailConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    def report(self, mail: Mail, behaviour: Behaviour) -> None:
        """Start a receipt for every recipient that gets one."""
        for recipient in mail.envelope_to:
            action = behaviour.action(recipient)
            if action is not None and self._config.receipts is not None:
                task = asyncio.create_task(self._bring(self._receipt(mail, recipient, action)))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    def _receipt(self, mail: Mail, recipient: str, action: str) -> _Post:
        if mail.user == GATEWAY:
            said = {"reference": reference_of(mail), "status": action}
            return _Post("/sms", json.dumps(said).encode(), {"Content-Type": "application/json"})
        report = delivery_report(mail, recipient, action, self._clock.now())
        headers = {"Content-Type": "message/rfc822", "X-Envelope-To": mail.envelope_from}
        return _Post("/delivery-report", report, headers)

    async def _bring(self, post: _Post) -> None:
        async with httpx.AsyncClient(timeout=10) as client:
            for attempt in range(_TRIES):
                if await self._taken(client, post):
                    return
                await asyncio.sleep(min(0.1 * 2**attempt, 5))
        log.error("a receipt was not taken after %s tries", _TRIES)

    async def _taken(self, client: httpx.AsyncClient, post: _Post) -> bool:
        headers = post.headers | {"Authorization": f"Bearer {self._config.receipt_token}"}
        try:
            answer = await client.post(f"{self._config.receipts}{post.path}", content=post.content, headers=headers)
        except httpx.HTTPError:
            return False
        if answer.is_client_error:
            log.error("a receipt was refused with %s", answer.status_code)
        return answer.status_code < 500
