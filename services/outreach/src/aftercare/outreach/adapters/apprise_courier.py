"""SMS, push and the like through apprise: one library, a hundred providers."""

import asyncio
from urllib.parse import quote

from aftercare.outreach.service_layer.ports import Letter, TryLater

_TIMEOUT_SECONDS = 30.0


class AppriseCourier:
    """Sends a short text to one address by the apprise URL of the settings.

    The URL has `{to}` where the number goes and may have `{reference}` for the provider's idempotency key, such as
    `json://gateway.example/sms?:to={to}&:reference={reference}` or `twilio://SID:TOKEN@FROM/{to}`.
    """

    def __init__(self, url: str, per_second: float) -> None:
        if "{to}" not in url:
            raise ValueError("the URL of an apprise channel needs {to} where the person's address goes")
        self._url = url
        self._gap = 1.0 / per_second
        self._next_slot = float("-inf")
        self._threads = asyncio.Semaphore(4)

    async def send(self, letter: Letter) -> None:
        """Raises `TryLater` when the provider did not take it: apprise does not say why."""
        await self._wait_for_slot()
        url = self._url.replace("{to}", quote(letter.to, safe="")).replace("{reference}", letter.reference)
        try:
            async with self._threads, asyncio.timeout(_TIMEOUT_SECONDS):
                taken = await asyncio.to_thread(_notify, url, letter.subject, letter.text)
        except TimeoutError:
            raise TryLater("provider-timeout") from None
        if not taken:
            raise TryLater("provider-refused")

    async def close(self) -> None:
        """Nothing stays open."""

    async def _wait_for_slot(self) -> None:
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next_slot)
        self._next_slot = slot + self._gap
        if slot > now:
            await asyncio.sleep(slot - now)


def _notify(url: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415 - slow to load and large: only a process that really sends one needs it

    asset = apprise.AppriseAsset(app_id="Aftercare", app_desc="", app_url="", async_mode=False, secure_logging=True)
    sender = apprise.Apprise(asset=asset)
    if not sender.add(url):
        return False
    return bool(sender.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))
