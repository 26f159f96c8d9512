"""What fetching needs from outside: a server to ask, and what it can answer."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from aftercare.intake.domain.fhir.settings import FhirServer
from aftercare.intake.domain.outcome import Pointer


class Answer(StrEnum):
    """How a server answered. A short, fixed list: it stands in metrics and in the table of fetches."""

    FETCHED = "fetched"
    GONE = "gone"
    NOT_FOUND = "not-found"
    NO_RIGHTS = "no-rights"
    TOO_MANY = "too-many-requests"
    SERVER_ERROR = "server-error"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too-slow"
    NO_TOKEN = "no-token"  # noqa: S105 - a word for the lack of one
    REDIRECTED = "redirected"
    TOO_LARGE = "too-large"
    WRONG_RESOURCE = "wrong-resource"
    REFUSED = "refused"
    NO_SERVER = "no-server"

    @property
    def is_worth_another_try(self) -> bool:
        return self in _PASSING


_PASSING = frozenset(
    {
        Answer.NOT_FOUND,  # a copy of the server may lag behind the one that notified us
        Answer.NO_RIGHTS,
        Answer.TOO_MANY,
        Answer.SERVER_ERROR,
        Answer.UNREACHABLE,
        Answer.TOO_SLOW,
        Answer.NO_TOKEN,
    }
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`body` only with `FETCHED`. `wait` in seconds, where the server says when to come again."""

    answer: Answer
    body: bytes = field(default=b"", repr=False)
    wait: float | None = None


class FhirClient(Protocol):
    async def fetch(self, server: FhirServer, pointer: Pointer) -> Fetched:
        """Read one resource as it is now. Never raises for what a server does."""
        ...

    async def close(self) -> None: ...
