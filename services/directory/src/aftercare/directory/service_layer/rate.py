"""A token bucket per client: a stolen credential can't copy the whole directory in a minute."""

from collections.abc import Callable


class RateLimit:
    """Allows `per_second` on average and `burst` at once, for each client apart, in this process."""

    def __init__(self, per_second: float, burst: int, seconds: Callable[[], float]) -> None:
        """`seconds` is a clock that never goes back, such as the event loop's."""
        self._per_second, self._burst, self._seconds = per_second, float(burst), seconds
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_for(self, client: str) -> float:
        """Take one; 0.0 when it may be had now, else how many seconds to wait (and nothing was taken)."""
        now = self._seconds()
        left, since = self._buckets.get(client, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        if left < 1.0:
            self._buckets[client] = (left, now)
            return (1.0 - left) / self._per_second
        self._buckets[client] = (left - 1.0, now)
        return 0.0
