"""What stands before every page: is the caller too fast, and does the link lead anywhere?"""

from fastapi import Request

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import links
from aftercare.outreach.adapters.links import Opened
from aftercare.outreach.domain.links import token_hash
from aftercare.outreach.entrypoints.limits import Limiter
from aftercare.outreach.telemetry import count_refused_page

_PER_LINK = 300
_WRONG_PER_CALLER = 30
"""A whole hospital, or everybody behind one proxy, may share one address: so only wrong links count against it,
and only wrong links are refused because of it."""


class TooManyWrongError(Exception):
    """A link that leads nowhere, from where too many of them came lately."""


class Gate:
    """Wrong, old and unknown links all pay the same query and get the same answer. A good link always opens."""

    def __init__(self) -> None:
        self._per_link = Limiter(_PER_LINK)
        self._wrong = Limiter(_WRONG_PER_CALLER)

    def admits(self, token: str) -> bool:
        """False for a link that is asked for too often."""
        if self._per_link.allows(token):
            return True
        count_refused_page("too-fast")
        return False

    async def open(self, tx: Transaction, request: Request, token: str) -> Opened | None:
        """What the link leads to. Raises `TooManyWrongError` instead of saying *nowhere* to one who guesses."""
        opened = await links.open_link(tx, token_hash(token))
        if opened is None and not self._wrong.allows(_caller(request)):
            count_refused_page("too-fast")
            raise TooManyWrongError
        return opened


def _caller(request: Request) -> str:
    return request.client.host if request.client else "unknown"
