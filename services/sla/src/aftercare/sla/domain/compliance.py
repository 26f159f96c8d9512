"""Whether everybody who was named was offered support in time, said so that it says nothing about anybody.

The readers named the people themselves, may name them again elsewhere, add some and take some away, and compare. So
what is published is a function of two things alone: what the readers did, and whether an offer is *overdue*. Before its
time has come, nobody's state changes a word; and no number says more than the word beside it does. Why, and which other
ways there were: decision 0016.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """`k`: from how many people on there is a number. `within`: when an offer is overdue."""

    k: int = 5
    within: timedelta = timedelta(hours=24)
    published_for: timedelta = timedelta(days=14)
    """How long after the last person was named, whatever the answer: that it ends must say nothing either."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation of an incident: since when, and when it was settled, in whatever way."""

    since: datetime
    settled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Naming:
    """Since when each person whom the event side named for an incident has been named, and what came of it."""

    incident: str
    named: Sequence[datetime]
    owed: Sequence[Owed] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """What is said of one incident at one instant."""

    incident: str
    as_of: datetime
    all_settled: bool
    due: int | None = None
    settled: int | None = None
    overdue: int | None = None


def publication(naming: Naming, policy: Policy, as_of: datetime) -> Publication | None:
    """What is said at `as_of`; nothing of an incident that names nobody yet, or has been published for long enough."""
    named = [since for since in naming.named if since <= as_of]
    if not named or as_of > max(named) + policy.within + policy.published_for:
        return None
    due = _due(named, policy, as_of)
    kept = due > 0 and _is_kept(naming.owed, due, policy, as_of)
    if due < policy.k:
        return Publication(naming.incident, as_of, kept)
    return Publication(naming.incident, as_of, kept, due, due if kept else None, 0 if kept else None)


def last_instant(now: datetime, times: Iterable[time]) -> datetime:
    """The newest of the fixed instants (UTC, each day) that is not after `now`."""
    return max(instant for instant in _around(now, times) if instant <= now)


def next_instant(now: datetime, times: Iterable[time]) -> datetime:
    """The first of them after `now`."""
    return min(instant for instant in _around(now, times) if instant > now)


def _due(named: Iterable[datetime], policy: Policy, as_of: datetime) -> int:
    """How many people's time has come. The readers can count that themselves."""
    return sum(since + policy.within <= as_of for since in named)


def _is_kept(owed: Iterable[Owed], due: int, policy: Policy, as_of: datetime) -> bool:
    """Whether there is an obligation for everybody whose time has come, and none of them is still open."""
    ripe = [one for one in owed if one.since + policy.within <= as_of]
    unheard = sum(one.since <= as_of for one in owed) < due
    return not unheard and all(one.settled is not None and one.settled <= as_of for one in ripe)


def _around(now: datetime, times: Iterable[time]) -> list[datetime]:
    today = now.astimezone(UTC).date()
    days = [today + timedelta(days=number) for number in (-1, 0, 1)]
    return [datetime.combine(day, at, UTC) for day in days for at in times]
