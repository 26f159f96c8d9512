"""What rings once: a thousand clocks that turn up together are one occasion (`docs/clocks.md` 5)."""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256


def occasion_of(rule: str, site: str | None, now: datetime) -> str:
    """The reference of all that is said of one rule at one site within the minute of `now`."""
    return _occasion(rule, site, minute_of(now))


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


@lru_cache(maxsize=1024)
def _occasion(rule: str, site: str | None, minute: datetime) -> str:
    return "occ_" + sha256(f"{rule} {site or ''} {minute.isoformat()}".encode()).hexdigest()[:32]
