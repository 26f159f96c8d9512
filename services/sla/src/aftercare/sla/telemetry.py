"""What the clocks measure. Every name of `aftercare.sla.*` is here; the engine and the auditor only call functions.

Labels are those of a rule, never of what a rule was applied to: no incident, case, person, unit or site. A site may be
a practice of three people, and on the support side even a ward would tell who needed help. So the smallest cell that a
series can show is the whole organisation. `standing` is on every series of a clock, since classes are never added up.

Gauges are read from the database by each replica and say the same everywhere: take their `max`. Counters and
histograms are recorded once, by the process that did it, after its commit: take their `sum`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aftercare.kit.clock import SystemClock
from aftercare.kit.telemetry.catalogue import Catalogue, Described, Value
from aftercare.programme.clocks import Route, Side, Standing
from aftercare.programme.happenings import Happening


class Metric(StrEnum):
    """The names."""

    RULES = "aftercare.sla.rules"
    STARTED = "aftercare.sla.clocks.started"
    ENDED = "aftercare.sla.clocks.ended"
    CORRECTED = "aftercare.sla.clocks.corrected"
    WARNINGS = "aftercare.sla.warnings"
    OPEN = "aftercare.sla.clocks.open"
    OVERDUE = "aftercare.sla.clocks.overdue"
    OLDEST_OPEN = "aftercare.sla.clocks.oldest_open_age"
    OLDEST_OVERDUE = "aftercare.sla.clocks.oldest_overdue_age"
    START_TO_STOP = "aftercare.sla.start_to_stop"
    SHARE_USED = "aftercare.sla.share_used"
    DETECTION_LAG = "aftercare.sla.detection_lag"
    LATENESS = "aftercare.sla.engine.lateness"
    BACKLOG = "aftercare.sla.engine.backlog"
    AUDITED = "aftercare.sla.auditor.compared"
    DIFFERENCES = "aftercare.sla.auditor.differences"
    DIFFERENCES_OPEN = "aftercare.sla.auditor.differences_open"
    AUDITOR_SUCCESS = "aftercare.sla.auditor.last_success"


class Attribute(StrEnum):
    """What a clock's metrics are broken down by. Each has as many values as the packs have rules, at most."""

    SIDE = "side"
    STANDING = "standing"
    RULE = "rule"
    ROUTE = "route"
    OUTCOME = "outcome"
    MARK = "mark"
    UNTIL = "until"
    VERIFIED = "verified"
    KIND = "kind"


class Outcome(StrEnum):
    """How a clock ended. `unmeetable` is nobody's miss: it was due before anybody could know."""

    MET = "met"
    MISSED = "missed"
    UNMEETABLE = "unmeetable"
    CANCELLED = "cancelled"


class Difference(StrEnum):
    """What the auditor found the engine to say otherwise."""

    STATE = "state"
    TIME = "time"
    RULE = "rule"
    WARNING = "warning"
    LOST = "lost"
    INVENTED = "invented"


_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
PROMISED = (
    *(minutes * _MINUTE for minutes in (1, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 4, 8, 12, 24, 48, 72)),
    *(days * _DAY for days in (5, 7, 10, 14, 21, 28, 30, 45, 60, 90, 180, 365)),
)
"""Seconds that packs promise; a bucket's edge lies on each, so that attainment can be read from the histogram."""
SHARES = (0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 4.0)
LATENESS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0, 60.0, 300.0, 3600.0)

_A = Attribute
_OF_A_RULE = (_A.SIDE, _A.STANDING, _A.RULE)
_ENDING, _ROUTED = (*_OF_A_RULE, _A.ROUTE, _A.OUTCOME), (*_OF_A_RULE, _A.ROUTE)

SLA = Catalogue(
    "aftercare.sla",
    {
        Metric.RULES: Described("gauge", "{rule}", "1 for each rule that is measured here.", (*_ROUTED, _A.VERIFIED)),
        Metric.STARTED: Described("counter", "{clock}", "Clocks that were born.", _OF_A_RULE),
        Metric.ENDED: Described(
            "counter",
            "{clock}",
            "Clocks by how they ended: met, missed, unmeetable (due before anybody could know), cancelled. A round of "
            "a recurring one counts by itself.",
            _ENDING,
        ),
        Metric.CORRECTED: Described(
            "counter", "{clock}", "Clocks counted as missed that were met after all: it was heard of late.", _OF_A_RULE
        ),
        Metric.WARNINGS: Described(
            "counter", "{warning}", "Warnings given: at a share of the time, or born-late.", (*_ROUTED, _A.MARK)
        ),
        Metric.OPEN: Described("gauge", "{clock}", "Clocks that run.", _OF_A_RULE),
        Metric.OVERDUE: Described(
            "gauge", "{clock}", "Clocks whose time passed and that nothing has stopped since.", _ROUTED
        ),
        Metric.OLDEST_OPEN: Described(
            "gauge", "s", "How long ago the oldest clock started that nothing has stopped yet.", _OF_A_RULE
        ),
        Metric.OLDEST_OVERDUE: Described("gauge", "s", "How long the longest overdue clock has been overdue.", _ROUTED),
        Metric.START_TO_STOP: Described(
            "histogram",
            "s",
            "From the start of a clock to what stopped it (until: offer-made, person-reached, peer-contacted ...), "
            "in elapsed time.",
            (*_OF_A_RULE, _A.UNTIL),
            PROMISED,
        ),
        Metric.SHARE_USED: Described(
            "histogram", "1", "The same as a share of the time that was promised; over 1 is late.", _OF_A_RULE, SHARES
        ),
        Metric.DETECTION_LAG: Described(
            "histogram",
            "s",
            "From the start of a clock to when the system could first know of it.",
            (_A.SIDE, _A.STANDING),
            PROMISED,
        ),
        Metric.LATENESS: Described(
            "histogram",
            "s",
            "How long after its instant the engine gave a warning or a miss. Never less than nothing.",
            (_A.SIDE,),
            LATENESS,
        ),
        Metric.BACKLOG: Described("gauge", "{mark}", "Marks that are due and not given yet.", (_A.SIDE,)),
        Metric.AUDITED: Described("counter", "{clock}", "Clocks that the auditor derived and compared.", (_A.SIDE,)),
        Metric.DIFFERENCES: Described(
            "counter", "{difference}", "Differences that the auditor found, each once.", (_A.SIDE, _A.KIND)
        ),
        Metric.DIFFERENCES_OPEN: Described(
            "gauge", "{difference}", "Differences that stand at the end of the last comparison.", (_A.SIDE,)
        ),
        Metric.AUDITOR_SUCCESS: Described(
            "gauge", "s", "Unix time at which the auditor last finished a whole comparison.", (_A.SIDE,)
        ),
    },
)


@dataclass(frozen=True, slots=True)
class RuleLabels:
    """Which rule a series is about."""

    side: Side
    standing: Standing
    rule: str
    """Its id in the pack: a slug."""

    def attributes(self) -> dict[str, Value]:
        return {_A.SIDE: self.side.value, _A.STANDING: self.standing.value, _A.RULE: self.rule}


@dataclass(frozen=True, slots=True)
class MeasuredRule:
    """A rule as its metrics need it. `route` is how a miss of it travels."""

    labels: RuleLabels
    route: Route
    verified: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the clocks of one rule stand. Ages in seconds, 0 where there is none."""

    open: int = 0
    overdue: int = 0
    oldest_open_age: float = 0.0
    oldest_overdue_age: float = 0.0


def declare_rules(rules: Iterable[MeasuredRule]) -> None:
    """Begin every series at nothing, at start-up: Prometheus cannot see the first miss of a series born at 1."""
    for rule in rules:
        routed = rule.labels.attributes() | {_A.ROUTE: rule.route.value}
        SLA.set(Metric.RULES, 1, routed | {_A.VERIFIED: "yes" if rule.verified else "no"})
        SLA.add(Metric.STARTED, 0, rule.labels.attributes())
        SLA.add(Metric.CORRECTED, 0, rule.labels.attributes())
        for outcome in Outcome:
            SLA.add(Metric.ENDED, 0, routed | {_A.OUTCOME: outcome.value})


def declare_auditor(side: Side) -> None:
    """The same for the auditor of one side."""
    SLA.add(Metric.AUDITED, 0, {_A.SIDE: side.value})
    for kind in Difference:
        SLA.add(Metric.DIFFERENCES, 0, {_A.SIDE: side.value, _A.KIND: kind.value})


def count_started(labels: RuleLabels, *, detection_lag: float) -> None:
    """A clock was born, so many seconds after its start."""
    SLA.add(Metric.STARTED, 1, labels.attributes())
    of_class: dict[str, Value] = {_A.SIDE: labels.side.value, _A.STANDING: labels.standing.value}
    SLA.record(Metric.DETECTION_LAG, max(detection_lag, 0.0), of_class)


def count_ended(labels: RuleLabels, route: Route, outcome: Outcome, *, times: int = 1) -> None:
    """Clocks ended. `unmeetable` is counted at birth, once; a stop after a miss or of an unmeetable counts no more."""
    SLA.add(Metric.ENDED, times, labels.attributes() | {_A.ROUTE: route.value, _A.OUTCOME: outcome.value})


def count_corrected(labels: RuleLabels) -> None:
    """A clock counted as missed turned out to be met. `ended` keeps its miss, and does not count it as met."""
    SLA.add(Metric.CORRECTED, 1, labels.attributes())


def record_stopped(labels: RuleLabels, until: Happening, *, elapsed: float, promised: float | None) -> None:
    """Something stopped a clock, in time or not, `elapsed` seconds after its start.

    `promised` is from start to due; `None` for a clock without a due instant.
    """
    seconds = max(elapsed, 0.0)
    SLA.record(Metric.START_TO_STOP, seconds, labels.attributes() | {_A.UNTIL: until.value})
    if promised:
        SLA.record(Metric.SHARE_USED, seconds / promised, labels.attributes())


def count_warnings(labels: RuleLabels, route: Route, percent: int, *, born_late: bool = False, times: int = 1) -> None:
    """Warnings were given. A birth too late is one warning of its own kind."""
    mark = "born-late" if born_late else str(percent)
    SLA.add(Metric.WARNINGS, times, labels.attributes() | {_A.ROUTE: route.value, _A.MARK: mark})


def record_waiting(rules: Iterable[MeasuredRule], waiting: Mapping[str, Waiting]) -> None:
    """How all clocks stand, by id of their rule. A rule that is not in `waiting` has none, and its gauges say so."""
    for rule in rules:
        of_it = waiting.get(rule.labels.rule, Waiting())
        plain = rule.labels.attributes()
        routed = plain | {_A.ROUTE: rule.route.value}
        SLA.set(Metric.OPEN, of_it.open, plain)
        SLA.set(Metric.OLDEST_OPEN, of_it.oldest_open_age, plain)
        SLA.set(Metric.OVERDUE, of_it.overdue, routed)
        SLA.set(Metric.OLDEST_OVERDUE, of_it.oldest_overdue_age, routed)


def record_lateness(side: Side, seconds: Iterable[float]) -> None:
    """Marks were given so long after their instants."""
    SLA.record_each(Metric.LATENESS, (max(each, 0.0) for each in seconds), {_A.SIDE: side.value})


def record_backlog(side: Side, marks: int) -> None:
    """So many marks are due and not given yet."""
    SLA.set(Metric.BACKLOG, marks, {_A.SIDE: side.value})


def count_compared(side: Side, clocks: int) -> None:
    """The auditor compared so many clocks."""
    SLA.add(Metric.AUDITED, clocks, {_A.SIDE: side.value})


def count_difference(side: Side, kind: Difference) -> None:
    """The auditor found a difference that it had not found before."""
    SLA.add(Metric.DIFFERENCES, 1, {_A.SIDE: side.value, _A.KIND: kind.value})


def record_audit(side: Side, *, standing_differences: int) -> None:
    """A whole comparison ended just now, and so many differences stand."""
    SLA.set(Metric.DIFFERENCES_OPEN, standing_differences, {_A.SIDE: side.value})
    SLA.set(Metric.AUDITOR_SUCCESS, SystemClock().now().timestamp(), {_A.SIDE: side.value})
