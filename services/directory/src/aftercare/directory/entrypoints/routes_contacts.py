"""`GET /contacts/{person}`: the one door through which a name and an address leave the directory."""

import asyncio
import math
import re
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from aftercare.directory import telemetry
from aftercare.directory.entrypoints.routes_callers import ContactReader, PersonPath, Wired, actor_of
from aftercare.directory.service_layer.contacts import Contact, NoContact, Purpose, resolve
from aftercare.directory.service_layer.rate import RateLimit

router = APIRouter()


class ChannelAnswer(BaseModel):
    kind: str
    address: str
    preferred_order: int


class ContactAnswer(BaseModel):
    """A person in the clear, for the moment of sending. Never store it."""

    person: str
    name: str
    language: str | None
    zone: str | None
    channels: list[ChannelAnswer]


_NONE = {
    NoContact.UNKNOWN: (404, "no such person"),
    NoContact.GONE: (410, "this person left or was erased"),
    NoContact.UNREADABLE: (503, "try again in a moment"),
}
_MALFORMED = "malformed"
"""What the audit log says instead of words that are no token: they could name somebody."""


@router.get("/contacts/{person}", response_model=ContactAnswer)
async def read_contact(
    person: str,
    request: Request,
    caller: ContactReader,
    directory: Wired,
    x_purpose: Annotated[Purpose, Header()] = Purpose.UNSPECIFIED,
) -> JSONResponse:
    """Name and addresses of one person. 404: nobody has this token; 410: left or erased; 429: too many at once.

    `person` in the answer is who it is now, should the token have been merged into another. Every call is
    written to the audit log with its `X-Purpose`: `delivery`, `contact-card` or `unspecified`.
    """
    actor = actor_of(caller, directory)
    limit: RateLimit = request.app.state.contact_limit
    wait = limit.wait_for(actor)
    if wait > 0:
        telemetry.record_contact_read("limited")
        return JSONResponse({"detail": "too many contacts at once"}, 429, {"Retry-After": str(math.ceil(wait))})
    token = person if re.fullmatch(PersonPath, person) else _MALFORMED
    async with directory.unit_of_work() as tx:
        found = await resolve(tx, directory.keys, token, actor=actor, purpose=x_purpose)
    if isinstance(found, NoContact):
        telemetry.record_contact_read(found.value)
        status, detail = _NONE[found]
        return JSONResponse({"detail": detail}, status)
    telemetry.record_contact_read("given")
    return JSONResponse(_answer(found), headers={"Cache-Control": "no-store"})


def new_limit(per_second: float, burst: int) -> RateLimit:
    """A limit on the event loop's clock."""
    return RateLimit(per_second, burst, lambda: asyncio.get_running_loop().time())


def _answer(contact: Contact) -> dict[str, object]:
    return ContactAnswer(
        person=contact.person,
        name=contact.name,
        language=contact.language,
        zone=contact.zone,
        channels=[
            ChannelAnswer(kind=each.kind, address=each.address, preferred_order=each.preferred_order)
            for each in contact.channels
        ],
    ).model_dump()
