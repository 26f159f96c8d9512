"""The whole state of one clock at one instant, from the facts known by then (`docs/clocks.md` 3, 4 and 7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare.programme.clocks import (
    Age,
    BeforeState,
    Deadline,
    NotBefore,
    Recurring,
    Span,
    Subject,
    Timestamp,
    Window,
)
from aftercare.programme.happenings import Happening
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.sla.auditor.calendars import Wall, end_of
from aftercare.sla.auditor.dossier import Dossier
from aftercare.sla.auditor.facts import Fact
from aftercare.sla.auditor.starting import OF_INCIDENTS, Birth, start_of


@dataclass(frozen=True, slots=True)
class End:
    """How it stands, since when, and when what was promised happened after all."""

    status: Status
    at: datetime | None = None
    stopped: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """One clock as the rules have it."""

    birth: Birth
    start: datetime
    start_from: Timestamp
    opens: datetime | None
    due: datetime | None
    way: tuple[datetime, datetime] | None
    """From where to where warnings are measured."""
    rounds: tuple[datetime, ...]
    """Where each round of a recurring clock began; of every other form, the start alone."""
    attempted: datetime | None
    end: End

    @property
    def begun(self) -> datetime | None:
        """The stop by which its round began; none in the first, and for every other form."""
        return self.rounds[-1] if len(self.rounds) > 1 else None

    @property
    def is_late_born(self) -> bool:
        return self.due is not None and self.birth.at >= self.due


@dataclass(frozen=True, slots=True)
class _Acts:
    stops: Sequence[datetime]
    attempted: datetime | None
    cancelled: tuple[datetime, str] | None


def derive(birth: Birth, known: Dossier, wall: Wall, at: datetime) -> Derived | None:
    """The clock of `birth` at `at`, by facts already cut to what was known then; `None` before it exists."""
    started = start_of(birth.rule, birth.reference, known)
    if started is None:
        return None
    start, start_from = started
    acts = _acts(birth, known)
    rounds = _rounds(birth, acts, start)
    opens, due, way = _times(birth, known, wall, rounds[-1])
    end = _end(birth, acts, (opens, due), rounds, at)
    return Derived(birth, start, start_from, opens, due, way, rounds, acts.attempted, end)


def _acts(birth: Birth, known: Dossier) -> _Acts:
    rule, reference = birth.rule, birth.reference
    facts, done = known.concerning(reference), known.done_for(reference)
    stops = sorted(fact.stops_at for fact in done if fact.happening in rule.stop.on)
    attempts = [fact.stops_at for fact in done if fact.happening in rule.stop.attempted]
    ends = {*rule.stop.cancelled, *([Happening.RCA_CANCELLED] if rule.subject is Subject.RCA else [])}
    cancels = [(one.stops_at, _reason(one.happening)) for one in facts if one.happening in ends]
    if rule.subject in OF_INCIDENTS:
        cancels += _ends_of_incident(rule.subject, reference, known)
    return _Acts(stops, min(attempts, default=None), min(cancels, default=None))


def _ends_of_incident(subject: Subject, reference: str, known: Dossier) -> Iterator[tuple[datetime, str]]:
    home = known.home_of(reference)
    withdrawn, merged = known.withdrawn_at(home), known.merged_at(home)
    named = known.named_at(reference) if subject is Subject.RELEVANT_PERSON else None
    for instant, reason in ((withdrawn, "withdrawn"), (merged, "merged"), (named, "not-applicable")):
        if instant is not None:
            yield instant, reason


def _reason(cancelled_by: Happening) -> str:
    return "withdrawn" if cancelled_by is Happening.CASE_WITHDRAWN else "not-applicable"


def _rounds(birth: Birth, acts: _Acts, start: datetime) -> tuple[datetime, ...]:
    if not isinstance(birth.rule.form, Recurring):
        return (start,)
    until = acts.cancelled[0] if acts.cancelled else None
    return (start, *(stop for stop in acts.stops if stop >= start and (until is None or stop <= until)))


def _times(
    birth: Birth, known: Dossier, wall: Wall, start: datetime
) -> tuple[datetime | None, datetime | None, tuple[datetime, datetime] | None]:
    """When it opens, when it is due, and the way that warnings are shares of."""
    form = birth.rule.form

    def after(span: Span) -> datetime:
        return end_of(wall, start, span, form.calendar)

    opens = due = None
    way = None
    match form:
        case Deadline():
            due = after(form.within)
        case Recurring():
            due = after(form.every)
        case BeforeState():
            heard = [one.stops_at for one in known.concerning(birth.reference) if one.happening is form.happening]
            due = min([after(form.at_latest), *(one for one in heard if one >= start)])
        case Window():
            opens, due = after(form.opens), after(form.closes)
        case NotBefore():
            opens = after(form.after)
        case Age():
            way = (start, after(form.objective)) if form.objective else None
    if due is not None:
        way = (opens or start, due)
    return opens, due, way


def _end(
    birth: Birth,
    acts: _Acts,
    times: tuple[datetime | None, datetime | None],
    rounds: Sequence[datetime],
    at: datetime,
) -> End:
    opens, due = times
    stops = list(acts.stops)
    if isinstance(birth.rule.form, Recurring):
        stops = []
    if isinstance(birth.rule.form, Window) and opens is not None:
        stops = [stop for stop in stops if stop >= opens or stop < rounds[0]]
    first = stops[0] if stops else None
    cancelled = acts.cancelled
    if cancelled is not None and due is not None and cancelled[0] > due:
        cancelled = None
    if cancelled is not None and first is not None and cancelled[0] < first:
        first = None
    if isinstance(birth.rule.form, NotBefore) and first is not None and opens is not None:
        too_early = rounds[0] <= first < opens
        return End(Status.MISSED, first, None) if too_early else End(Status.MET, first, first)
    if first is not None and (due is None or first <= due):
        return End(Status.MET, first, first)
    if cancelled is not None:
        return End(Status.CANCELLED, cancelled[0], None, cancelled[1])
    if due is None or at < due:
        return End(Status.RUNNING)
    return End(Status.UNMEETABLE if birth.at >= due else Status.MISSED, due, first)


def revisions_begin(facts: Sequence[Fact]) -> bool:
    """Whether nothing is missing at the beginning of what has revisions."""
    lowest: dict[str, int] = {}
    for fact in facts:
        if fact.revision:
            lowest[fact.subject] = min(fact.revision, lowest.get(fact.subject, fact.revision))
    return all(revision == 1 for revision in lowest.values())
