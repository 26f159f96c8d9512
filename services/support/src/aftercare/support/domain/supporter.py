"""A peer supporter, as far as matching may know them: no history, no notes, no name."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from aftercare.programme.model import MatchingPolicy, WakingHours
from aftercare.support.domain.vocabulary import Mode


@dataclass(frozen=True, slots=True)
class Supporter:
    """`load` counts open requests and open cases; `last_asked_at` is when they were last asked."""

    person: str
    trained_until: datetime
    modes: frozenset[Mode]
    load_cap: int
    available: bool
    load: int = 0
    last_asked_at: datetime | None = None
    site: str | None = None
    unit: str | None = None
    manager: str | None = None
    zone: str = "UTC"
    gone: bool = False


def answers_until(policy: MatchingPolicy, waking: WakingHours, zone: str, now: datetime) -> datetime:
    """When a supporter who is asked now counts as silent: by day sooner than by night, in their own zone (S-10)."""
    local = now.astimezone(ZoneInfo(zone)).time()
    window = policy.accept_by_day if _is_day(waking.start, waking.end, local) else policy.accept_by_night
    return now + window.within


def _is_day(start: time, end: time, local: time) -> bool:
    return start <= local.replace(tzinfo=None) < end
