"""Tokens of links that are on their way into a mail. They live in memory alone, from minting to sending."""

import secrets
from collections import OrderedDict

from aftercare.outreach.domain.links import TOKEN_BYTES, token_hash

_AT_MOST = 20_000


class TokenPurse:
    """Holds the token of each message that this process has queued and not yet sent.

    A process that did not mint a message's token (after a crash, or on another replica) mints another one: the
    message then has two links that work, and none is ever stored.
    """

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()

    def mint(self, message: str) -> bytes:
        """A new token for a message. Returns its hash, to be stored in the same transaction."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens[message] = token
        if len(self._tokens) > _AT_MOST:
            self._tokens.popitem(last=False)
        return token_hash(token)

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
