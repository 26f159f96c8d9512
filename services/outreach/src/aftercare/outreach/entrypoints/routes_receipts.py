"""Receipts from mail servers and providers. Who shows the right secret gets 202 for anything: nothing is told back."""

import hmac
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aftercare.outreach.adapters.delivery_reports import LONGEST_REPORT, read_report
from aftercare.outreach.application import Outreach
from aftercare.outreach.domain.delivery import Action
from aftercare.outreach.telemetry import count_receipt


class ProviderReceipt(BaseModel):
    """What an SMS or push provider says. `reference` is ours, as it stood in the request to the provider."""

    model_config = ConfigDict(extra="ignore")

    reference: str = Field(pattern=r"^msg_[0-9a-f]{32}$")
    status: Literal["delivered", "failed", "undelivered", "rejected", "expired", "sent", "queued", "accepted"]

    @property
    def action(self) -> Action:
        if self.status in ("failed", "undelivered", "rejected", "expired"):
            return Action.FAILED
        return Action.DELIVERED if self.status == "delivered" else Action.RELAYED


def receipt_routes(application: Outreach) -> APIRouter:
    """`/receipts/delivery-report` and `/receipts/sms`."""
    receipts = _Receipts(application)
    router = APIRouter(prefix="/receipts")
    router.add_api_route("/delivery-report", receipts.delivery_report, methods=["POST"], status_code=202)
    router.add_api_route("/sms", receipts.sms, methods=["POST"], status_code=202)
    return router


class _Receipts:
    def __init__(self, application: Outreach) -> None:
        self._application = application
        self._secret = application.receipt_token.encode()

    async def delivery_report(self, request: Request) -> Response:
        """The raw report (`message/rfc822`) as it came to the return path; `X-Envelope-To` may name that path."""
        if not self._known(request):
            return Response(status_code=401)
        raw = await _body(request)
        report = read_report(raw, request.headers.get("x-envelope-to")) if raw is not None else None
        if report is None:
            count_receipt("unreadable")
            return Response(status_code=202)
        async with self._application.unit_of_work() as tx:
            await self._application.receiving.delivery_report(tx, report)
        return Response(status_code=202)

    async def sms(self, request: Request) -> Response:
        """`{"reference": "msg_…", "status": "delivered"}` from the provider or its adapter."""
        if not self._known(request):
            return Response(status_code=401)
        raw = await _body(request)
        try:
            receipt = ProviderReceipt.model_validate_json(raw or b"")
        except ValidationError:
            count_receipt("unreadable")
            return Response(status_code=202)
        async with self._application.unit_of_work() as tx:
            await self._application.receiving.provider_receipt(tx, receipt.reference, receipt.action)
        return Response(status_code=202)

    def _known(self, request: Request) -> bool:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), self._secret)


async def _body(request: Request) -> bytes | None:
    """The body; `None` when it is longer than any report."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_REPORT:
            return None
    return bytes(body)
