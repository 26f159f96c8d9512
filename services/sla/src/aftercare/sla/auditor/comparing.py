"""One clock as derived against the same clock as published: how it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare.programme.clocks import Recurring
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor.deriving import Derived
from aftercare.sla.auditor.facts import Change, Difference
from aftercare.sla.auditor.published import Account

EXACT = timedelta(milliseconds=1)
"""Instants that differ by less are the same: shares of a way need not be whole microseconds."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of an audit and what it allows for."""

    as_of: datetime
    settle: timedelta
    """How long both sides may take to see something new. What is younger is not judged yet."""
    lateness: timedelta
    """How late a warning or a miss may be given."""
    known_since: datetime | None = None
    """Topics are retained from here on: a clock born before may have a past that nobody can read any more."""

    @property
    def settled(self) -> datetime:
        return self.as_of - self.settle


@dataclass(frozen=True, slots=True)
class Pair:
    """A clock twice."""

    derived: Derived
    account: Account

    def differs(self, kind: Kind, **what: object) -> Difference:
        birth = self.derived.birth
        return Difference(kind, birth.rule.id, birth.reference, **what)  # type: ignore[arg-type] # its own fields


def compare(pair: Pair) -> Iterator[Difference]:
    """How one clock that both sides know stands otherwise than it should."""
    yield from _numbers(pair)
    yield from _end(pair)


def _numbers(pair: Pair) -> Iterator[Difference]:
    derived, newest = pair.derived, pair.account.newest
    birth = derived.birth
    versions = (birth.pack.name, birth.pack.version, birth.rule.version)
    if versions != (newest.pack, newest.pack_version, newest.rule_version):
        yield pair.differs(Kind.WRONG_VERSION)
    starts = (derived.start, derived.rounds[-1]) if isinstance(birth.rule.form, Recurring) else (derived.start,)
    if not any(same(start, newest.start) for start in starts):
        yield pair.differs(Kind.WRONG_START, expected=derived.start, published=newest.start)
    if derived.start_from.value != newest.start_from:
        yield pair.differs(Kind.WRONG_START_FROM)
    for kind, ours, theirs in (
        (Kind.WRONG_OPENS, derived.opens, newest.opens),
        (Kind.WRONG_DUE, derived.due, newest.due),
        (Kind.WRONG_BORN, birth.at, newest.born),
        (Kind.WRONG_ATTEMPTED, derived.attempted, newest.attempted),
    ):
        if kind is Kind.WRONG_ATTEMPTED and derived.end.status is not Status.RUNNING:
            continue  # of a clock that has ended, an attempt is not said any more
        if not same(ours, theirs):
            yield pair.differs(kind, expected=ours, published=theirs)
    if derived.is_late_born != newest.is_unmeetable:
        yield pair.differs(Kind.WRONG_UNMEETABLE, expected=derived.due, published=newest.due)


def _end(pair: Pair) -> Iterator[Difference]:
    end, account = pair.derived.end, pair.account
    if end.status is not account.status:
        statuses = {"expected_status": end.status, "published_status": account.status}
        yield pair.differs(Kind.WRONG_END, expected=end.at, **statuses)
        return
    said = {
        Status.MET: account.last(Change.MET),
        Status.MISSED: account.last(Change.MISSED),
        Status.CANCELLED: account.last(Change.CANCELLED),
    }.get(end.status)
    if said is not None and not same(said.at, end.at):
        yield pair.differs(Kind.WRONG_END_TIME, expected=end.at, published=said.at, expected_status=end.status)
    if said is not None and end.reason != said.reason:
        yield pair.differs(Kind.WRONG_END, expected_status=end.status, published_status=end.status)
    if end.status in (Status.MISSED, Status.UNMEETABLE) and end.stopped is not None:
        stopped = account.last(Change.STOPPED)
        if stopped is None or not same(stopped.at, end.stopped):
            heard = stopped.at if stopped else None
            yield pair.differs(Kind.WRONG_END_TIME, expected=end.stopped, published=heard)


def same(one: datetime | None, other: datetime | None) -> bool:
    """Both absent, or the same instant."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= EXACT
