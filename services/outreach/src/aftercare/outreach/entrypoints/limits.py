"""Slows down who guesses. Keeps no address: keys are hashed with a secret that lives as long as the process."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict

_AT_MOST = 50_000


class Limiter:
    """So many tries a minute for one key, with a full minute's worth to begin with."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60.0
        self._most = float(per_minute)
        self._secret = secrets.token_bytes(32)
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Take one from the key's allowance; false when nothing is left."""
        now = asyncio.get_running_loop().time()
        mark = hashlib.blake2b(key.encode("utf-8", "replace"), key=self._secret, digest_size=16).digest()
        left, since = self._left.pop(mark, (self._most, now))
        left = min(self._most, left + (now - since) * self._rate)
        allowed = left >= 1.0
        self._left[mark] = (left - 1.0 if allowed else left, now)
        if len(self._left) > _AT_MOST:
            self._left.popitem(last=False)
        return allowed
