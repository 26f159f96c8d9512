"""Every bug that is planted in the engine is found, and the same story without it gives no difference."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aftercare.programme.clocks import ClockRule, Side
from aftercare.schemas import incident, rca
from aftercare.schemas.clock_audit import DifferenceKind as Kind

from .bugs import BUGS
from .running import judged_as_kept, run
from .story import DAY, HOUR, Story, at, deadline, organisation, rule

MONDAY = at("2026-03-02T10:00")
DOCUMENT = Path(__file__).parents[4] / "docs" / "auditor.md"
SUPPORT: dict[str, Any] = {
    "side": "support",
    "subject": "obligation",
    "start": {"on": ["obligation-opened"]},
    "stop": {"on": ["person-reached", "case-declined"], "attempted": ["message-sent", "case-offered"]},
}
DISCOVERED = {"start": {"on": ["incident-known"], "at": "discovered", "otherwise": ["occurred", "received"]}}


@dataclass(frozen=True)
class Case:
    """A story in which a bug shows, and what it must be found as."""

    rules: tuple[ClockRule, ...]
    story: Story
    found: Kind
    after: datetime
    side: Side = Side.EVENT
    site: dict[str, Any] = field(default_factory=dict)


def calendar(name: str, **span: Any) -> tuple[ClockRule, ...]:
    return (deadline("promise", name, **span),)


def incident_at(instant: datetime, **fields: Any) -> Story:
    return Story().incident(instant, **fields)


IN_A_DAY = (deadline("promise", hours=24),)
SEVERE = (deadline("promise", hours=24, rest={"when": {"harm_at_least": "severe"}}),)
OCCURRED = (deadline("promise", hours=24, rest={"start": {"on": ["incident-known"], "at": "occurred"}}),)
VERSIONS = (*IN_A_DAY, deadline("promise", hours=12, rest={"version": 2, "in_force": "2026-03-03"}))
WINDOW = (rule("promise", {"kind": "window", "opens": {"days": 3}, "closes": {"days": 6}}),)
WEEKLY = (rule("promise", {"kind": "recurring", "every": {"days": 7}}),)
PERSON = (deadline("promise", hours=24, rest=SUPPORT),)
CANCELLED = (
    deadline(
        "promise", hours=24, rest={"stop": {"on": ["disclosure-initial-done"], "cancelled": ["disclosure-closed"]}}
    ),
)
OF_PERSONS = {"subject": "relevant-person", "when": {"harm_at_least": "severe"}}
CANDOUR = (deadline("promise", hours=24, rest=OF_PERSONS),)
BOTH = {"eva": None, "ida": None}
OF_ANALYSES = {"subject": "rca", "when": {"methods": ["psii"]}, "start": {"on": ["rca-commissioned"]}}
REVIEW = (deadline("promise", hours=24, rest=OF_ANALYSES),)
CASES: dict[str, Case] = {
    "wall-time-for-elapsed": Case(
        IN_A_DAY, incident_at(at("2026-03-28T22:00")), Kind.WRONG_DUE, at("2026-03-29T06:00")
    ),
    "holiday-of-the-neighbours": Case(
        calendar("working-days", days=2), incident_at(at("2026-04-02T10:00")), Kind.WRONG_DUE, at("2026-04-02T11:00")
    ),
    "first-day-counts": Case(calendar("working-days", days=2), incident_at(MONDAY), Kind.WRONG_DUE, MONDAY + HOUR),
    "exactly-due-is-late": Case(
        IN_A_DAY, incident_at(MONDAY).talked(MONDAY + DAY, MONDAY + 2 * DAY), Kind.WRONG_END, MONDAY + 3 * DAY
    ),
    "no-fallback": Case(
        (deadline("promise", hours=24, rest=DISCOVERED),),
        incident_at(MONDAY, occurred=MONDAY - HOUR),
        Kind.WRONG_START,
        MONDAY + HOUR,
    ),
    "newest-version": Case(VERSIONS, incident_at(MONDAY), Kind.WRONG_VERSION, MONDAY + HOUR),
    "decline-is-no-stop": Case(
        PERSON,
        incident_at(MONDAY).owed(MONDAY).settled(MONDAY, "offer-made").case(MONDAY + HOUR, "declined"),
        Kind.WRONG_END,
        MONDAY + 2 * DAY,
        Side.SUPPORT,
    ),
    "attempted-is-done": Case(
        PERSON,
        incident_at(MONDAY).owed(MONDAY).settled(MONDAY, "offer-made").case(MONDAY + HOUR, "offered"),
        Kind.WRONG_END,
        MONDAY + 2 * HOUR,
        Side.SUPPORT,
    ),
    "lowered-harm-ends": Case(
        SEVERE,
        incident_at(MONDAY).incident(MONDAY + HOUR, incident.IncidentAmendedV1, harm="low"),
        Kind.WRONG_END,
        MONDAY + 2 * HOUR,
    ),
    "warns-again": Case(
        IN_A_DAY,
        incident_at(MONDAY).incident(MONDAY + 13 * HOUR, incident.IncidentAmendedV1, received=MONDAY),
        Kind.WARNING_DOUBLE,
        MONDAY + 14 * HOUR,
    ),
    "warns-early": Case(IN_A_DAY, incident_at(MONDAY), Kind.WARNING_EARLY, MONDAY + 13 * HOUR),
    "half-time-unsaid": Case(IN_A_DAY, incident_at(MONDAY), Kind.WARNING_MISSING, MONDAY + 13 * HOUR),
    "every-mark-at-birth": Case(
        OCCURRED, incident_at(MONDAY, occurred=MONDAY - 22 * HOUR), Kind.WARNING_EARLY, MONDAY + HOUR
    ),
    "warns-at-birth": Case(IN_A_DAY, incident_at(MONDAY), Kind.WARNING_EARLY, MONDAY + HOUR),
    "warns-at-news": Case(
        IN_A_DAY,
        incident_at(MONDAY).milestone("lead-assigned", MONDAY + HOUR, MONDAY + HOUR),
        Kind.WARNING_EARLY,
        MONDAY + 2 * HOUR,
    ),
    "merge-gives-time": Case(
        IN_A_DAY,
        incident_at(MONDAY, name="copy").incident(MONDAY + 5 * HOUR).merged(MONDAY + 6 * HOUR, "copy", "fall"),
        Kind.WRONG_DUE,
        MONDAY + 7 * HOUR,
    ),
    "merged-goes-on": Case(
        IN_A_DAY,
        incident_at(MONDAY, name="copy").incident(MONDAY + 5 * HOUR).merged(MONDAY + 6 * HOUR, "copy", "fall"),
        Kind.WRONG_END,
        MONDAY + 7 * HOUR,
    ),
    "withdrawn-goes-on": Case(
        IN_A_DAY, incident_at(MONDAY).withdrawn(MONDAY + HOUR), Kind.WRONG_END, MONDAY + 2 * HOUR
    ),
    "order-matters": Case(
        IN_A_DAY, incident_at(MONDAY).talked(MONDAY - HOUR, MONDAY - HOUR), Kind.WRONG_END, MONDAY + HOUR
    ),
    "history-starts": Case(IN_A_DAY, incident_at(MONDAY, backfill=True), Kind.UNKNOWN_CLOCK, MONDAY + HOUR),
    "bounds-swapped": Case(
        (rule("promise", {"kind": "deadline", "within": {"days": 3}}, start={"on": ["disclosure-required"]}),),
        incident_at(MONDAY).milestone("required", MONDAY - DAY, MONDAY + HOUR, until=MONDAY),
        Kind.WRONG_START,
        MONDAY + 2 * HOUR,
    ),
    "born-late-is-missed": Case(
        OCCURRED, incident_at(MONDAY, occurred=MONDAY - 2 * DAY), Kind.WRONG_UNMEETABLE, MONDAY + HOUR
    ),
    "early-stop-counts": Case(WINDOW, incident_at(MONDAY).talked(MONDAY + DAY), Kind.WRONG_END, MONDAY + 2 * DAY),
    "one-round-only": Case(WEEKLY, incident_at(MONDAY).talked(MONDAY + 6 * DAY), Kind.WRONG_DUE, MONDAY + 6.5 * DAY),
    "works-at-night": Case(calendar("working-hours", hours=8), incident_at(MONDAY), Kind.WRONG_DUE, MONDAY + HOUR),
    "day-by-utc": Case(
        calendar("local-day", days=1),
        incident_at(at("2026-07-06T10:00")),
        Kind.WRONG_DUE,
        at("2026-07-06T11:00"),
    ),
    "month-overflows": Case(
        calendar("calendar-days", months=1), incident_at(at("2026-01-31T10:00")), Kind.WRONG_DUE, at("2026-01-31T11:00")
    ),
    "born-again": Case(
        IN_A_DAY,
        incident_at(MONDAY)
        .withdrawn(MONDAY + HOUR)
        .incident(MONDAY + 2 * HOUR, incident.IncidentAmendedV1, received=MONDAY),
        Kind.WRONG_BORN,
        MONDAY + 3 * HOUR,
    ),
    "cancelled-anyway": Case(
        CANCELLED,
        incident_at(MONDAY).milestone("closed", MONDAY + 2 * DAY, MONDAY + 2 * DAY),
        Kind.WRONG_END,
        MONDAY + 3 * DAY,
    ),
    "one-talk-for-all": Case(
        CANDOUR,
        incident_at(MONDAY, persons=BOTH).talked(MONDAY + HOUR, persons=("eva",)),
        Kind.WRONG_END,
        MONDAY + 2 * HOUR,
    ),
    "staff-owed-candour": Case(CANDOUR, incident_at(MONDAY, subject="staff"), Kind.UNKNOWN_CLOCK, MONDAY + HOUR),
    "own-harm-ignored": Case(
        CANDOUR, incident_at(MONDAY, persons={**BOTH, "liv": "low"}), Kind.UNKNOWN_CLOCK, MONDAY + HOUR
    ),
    "named-too-late": Case(
        CANDOUR,
        incident_at(MONDAY).incident(MONDAY + HOUR, incident.IncidentAmendedV1, persons=BOTH),
        Kind.MISSING_CLOCK,
        MONDAY + 2 * HOUR,
    ),
    "finding-unheard": Case(
        CANDOUR,
        incident_at(MONDAY, harm="low").milestone("required", MONDAY, MONDAY + HOUR),
        Kind.MISSING_CLOCK,
        MONDAY + 2 * HOUR,
    ),
    "any-method": Case(
        REVIEW,
        incident_at(MONDAY).analysis(rca.RcaCommissionedV1, MONDAY, "fall", method="aar"),
        Kind.UNKNOWN_CLOCK,
        MONDAY + HOUR,
    ),
    "analysis-ends-incident": Case(
        IN_A_DAY,
        incident_at(MONDAY)
        .analysis(rca.RcaCommissionedV1, MONDAY, "fall")
        .analysis(rca.RcaCancelledV1, MONDAY + HOUR, "fall"),
        Kind.WRONG_END,
        MONDAY + 2 * HOUR,
    ),
    "latest-of-bounds": Case(
        (deadline("promise", hours=24, rest={**SUPPORT, "start": {"on": ["obligation-opened"], "at": "occurred"}}),),
        incident_at(MONDAY).owed(MONDAY, occurred=MONDAY - HOUR, occurred_earliest=MONDAY - 5 * HOUR),
        Kind.WRONG_START,
        MONDAY + HOUR,
        Side.SUPPORT,
    ),
    "miss-said-late": Case(IN_A_DAY, incident_at(MONDAY), Kind.END_LATE, MONDAY + 2 * DAY),
    "clock-lost": Case(IN_A_DAY, incident_at(MONDAY), Kind.MISSING_CLOCK, MONDAY + HOUR),
    "clock-invented": Case(IN_A_DAY, incident_at(MONDAY), Kind.UNKNOWN_CLOCK, MONDAY + HOUR),
}


def site(case: Case) -> dict[str, Any]:
    return {"code": "north", "name": "North", "zone": "Europe/London", "holidays": "GB-ENG", **case.site}


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, place = CASES[name], organisation(site(CASES[name]))
    right = run(case.story, case.rules, place, case.after, case.side)
    assert judged_as_kept(case.story, right, case.rules, place, case.after) == ()
    BUGS[name].plant(monkeypatch)
    wrong = BUGS[name].spoil(run(case.story, case.rules, place, case.after, case.side))
    found = {one.kind for one in judged_as_kept(case.story, wrong, case.rules, place, case.after)}
    assert case.found in found, found


def test_there_are_twenty_bugs_and_more_and_the_document_lists_them() -> None:
    assert len(BUGS) >= 20
    assert list(CASES) == list(BUGS)
    rows = [f"| `{bug.name}` | {bug.what} | `{CASES[bug.name].found}` |" for bug in BUGS.values()]
    text = DOCUMENT.read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if line.startswith("| `") and line.count("|") == 4]
    assert listed == rows
