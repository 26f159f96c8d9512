"""Waiting longer after each failure, never in step with others."""

import random


class Backoff:
    """Delays that double from `first` to `longest` seconds, each spread by half around its middle."""

    def __init__(self, first: float = 0.1, longest: float = 15.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def delay(self) -> float:
        """The next delay in seconds."""
        middle, self._next = self._next, min(self._next * 2, self._longest)
        return middle * random.uniform(0.5, 1.5)  # noqa: S311 # jitter, not a secret

    def reset(self) -> None:
        self._next = self._first
