"""Reads what a form sent: small, urlencoded, nothing else."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import Request

from aftercare.outreach.domain.vocabulary import Choice

_LONGEST_BODY = 2048


@dataclass(frozen=True, slots=True)
class Form:
    """What was chosen, and the proof that the confirm page was shown; each may be missing."""

    choice: Choice | None = None
    nonce: str | None = None


async def read_form(request: Request) -> Form:
    """The form; an empty one for a body that is too long, of another type, or no text. Reads no more than it may."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return Form()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            return Form()
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=8)
    except ValueError:
        return Form()
    return Form(_choice(fields.get("choice", [])), next(iter(fields.get("nonce", [])), None))


def _choice(values: list[str]) -> Choice | None:
    """Exactly one known choice. A client that sends several has not chosen."""
    if len(values) != 1 or values[0] not in set(Choice):
        return None
    return Choice(values[0])
