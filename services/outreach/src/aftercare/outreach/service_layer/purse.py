"""Tokens of links that are on their way into a mail. They live in memory alone, from minting to sending."""

import secrets
from collections import OrderedDict, deque

from aftercare.outreach.domain.links import TOKEN_BYTES, token_hash

_AT_MOST = 20_000
_LOOKS = 6
"""How often a message that is not there yet is looked for: its transaction may still be on its way to the commit."""


class TokenPurse:
    """Holds the token of each message that this process has queued and not yet sent.

    A process that did not mint a message's token (after a crash, or on another replica) mints another one: the
    message then has two links that work, and none is ever stored.
    """

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()
        self._fresh: deque[tuple[str, int]] = deque(maxlen=_AT_MOST)

    def mint(self, message: str, *, at_once: bool = False) -> bytes:
        """A new token for a message. Returns its hash, to be stored in the same transaction.

        `at_once`: the message may go out as soon as that transaction has committed, without being searched for.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens[message] = token
        if at_once:
            self._fresh.append((message, _LOOKS))
        if len(self._tokens) > _AT_MOST:
            self._tokens.popitem(last=False)
        return token_hash(token)

    def take_fresh(self, room: int) -> dict[str, int]:
        """Messages that were queued here just now, with how often they may still be looked for."""
        taken = [self._fresh.popleft() for _ in range(min(room, len(self._fresh)))]
        return {message: looks for message, looks in taken if message in self._tokens}

    @property
    def has_fresh(self) -> bool:
        return bool(self._fresh)

    def look_again(self, message: str, looks: int) -> None:
        """It was not there yet. Given up after a few looks: the sweep finds what really is in the database."""
        if looks > 1:
            self._fresh.append((message, looks - 1))

    def has(self, message: str) -> bool:
        return message in self._tokens

    def token(self, message: str) -> str:
        """Raises `KeyError` when this process has none."""
        return self._tokens[message]

    def forget(self, message: str) -> None:
        self._tokens.pop(message, None)

    def __len__(self) -> int:
        return len(self._tokens)

    def __repr__(self) -> str:
        return f"TokenPurse({len(self)} tokens)"
