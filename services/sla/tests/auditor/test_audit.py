"""What the auditor derives, and what it calls a difference, by hand calculation."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aftercare.schemas import incident, rca
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor.audit import audit
from aftercare.sla.auditor.comparing import Moment
from aftercare.sla.auditor.dossier import Dossier
from aftercare.sla.auditor.facts import Change, Said
from aftercare.sla.auditor.starting import births

from .derived import HERE, clock
from .story import DAY, HOUR, MINUTE, Story, at, deadline, packs, ref, rule, stated

MONDAY = at("2026-03-02T10:00")
IN_A_DAY = deadline("in-a-day", hours=24)


def said(story: Story, rules: Any, now: datetime, *changes: dict[str, Any]) -> list[Said]:
    """What a right engine would have published: the clock as it stands, with one event for each of `changes`."""
    one = clock(story, rules, now)
    base = Said(
        id="first",
        change=Change.STARTED,
        time=one.birth.at,
        rule=one.birth.rule.id,
        subject=one.birth.reference,
        revision=1,
        pack=one.birth.pack.name,
        pack_version=one.birth.pack.version,
        rule_version=one.birth.rule.version,
        start=one.start,
        start_from=one.start_from.value,
        born=one.birth.at,
        opens=one.opens,
        due=one.due,
        is_unmeetable=one.is_late_born,
    )
    return [base, *(replace(base, id=f"then {n}", revision=n + 2, **change) for n, change in enumerate(changes))]


def found(story: Story, events: list[Said], now: datetime, rules: Any = packs(IN_A_DAY), **moment: Any) -> list[Kind]:  # noqa: B008
    when = Moment(now, **{"settle": MINUTE, "lateness": MINUTE, **moment})
    return [one.kind for one in audit(story.facts(), events, rules, HERE, when).differences]


HALF, MOST = MONDAY + 12 * HOUR, MONDAY + 24 * HOUR * 80 / 100
WARNED = [
    {"change": Change.WARNED, "percent": percent, "at": instant, "time": instant}
    for percent, instant in ((50, HALF), (80, MOST))
]
MISSED = {"change": Change.MISSED, "at": MONDAY + DAY, "time": MONDAY + DAY}


def test_a_clock_that_was_kept_and_published_so_gives_no_difference() -> None:
    story = Story().incident(MONDAY).talked(MONDAY + 3 * HOUR)
    met = {"change": Change.MET, "at": MONDAY + 3 * HOUR, "time": MONDAY + 3 * HOUR}
    assert found(story, said(story, packs(IN_A_DAY), MONDAY + DAY, met), MONDAY + DAY) == []


def test_a_stop_at_the_very_due_instant_is_in_time() -> None:
    story = Story().incident(MONDAY).talked(MONDAY + DAY, heard=MONDAY + 2 * DAY)
    assert clock(story, packs(IN_A_DAY), MONDAY + 2 * DAY).end.status is Status.MET


def test_what_happened_in_time_and_was_heard_late_is_met_after_all() -> None:
    story = Story().incident(MONDAY).talked(MONDAY + HOUR, heard=MONDAY + 2 * DAY)
    assert clock(story, packs(IN_A_DAY), MONDAY + DAY).end.status is Status.MISSED
    assert clock(story, packs(IN_A_DAY), MONDAY + 2 * DAY).end.status is Status.MET


def test_a_stated_time_with_bounds_starts_early_and_stops_late() -> None:
    rules = packs(deadline("in-a-day", hours=24, rest={"start": {"on": ["incident-known"], "at": "discovered"}}))
    story = Story().incident(MONDAY, discovered=stated(MONDAY - 10 * HOUR, MONDAY - HOUR))
    assert clock(story, rules, MONDAY).start == MONDAY - 10 * HOUR


def test_a_source_without_the_named_time_falls_back_and_says_so() -> None:
    start = {"on": ["incident-known"], "at": "discovered", "otherwise": ["occurred", "received"]}
    rules = packs(deadline("in-a-day", hours=24, rest={"start": start}))
    one = clock(Story().incident(MONDAY, occurred=MONDAY - 2 * HOUR), rules, MONDAY)
    assert (one.start, one.start_from.value) == (MONDAY - 2 * HOUR, "occurred")
    future = clock(Story().incident(MONDAY, discovered=MONDAY + 2 * HOUR), rules, MONDAY)
    assert (future.start, future.start_from.value) == (MONDAY, "received")


def test_harm_that_is_raised_starts_and_harm_that_is_lowered_takes_nothing_away() -> None:
    rules = packs(deadline("in-a-day", hours=24, rest={"when": {"harm_at_least": "severe"}}))
    story = Story().incident(MONDAY, harm="low").incident(MONDAY + HOUR, incident.IncidentAmendedV1, harm="death")
    story.incident(MONDAY + 2 * HOUR, incident.IncidentAmendedV1, harm="low")
    assert clock(story, rules, MONDAY + DAY).birth.at == MONDAY + HOUR


def test_a_merge_gives_no_more_time_and_cancels_the_merged() -> None:
    story = Story().incident(MONDAY, name="copy").incident(MONDAY + 5 * HOUR)
    story.merged(MONDAY + 6 * HOUR, "copy", "fall")
    assert clock(story, packs(IN_A_DAY), MONDAY + 7 * HOUR, about=ref("inc", "fall")).due == MONDAY + DAY
    merged = clock(story, packs(IN_A_DAY), MONDAY + 7 * HOUR, about=ref("inc", "copy")).end
    assert (merged.status, merged.at, merged.reason) == (Status.CANCELLED, MONDAY + 6 * HOUR, "merged")


def test_a_merge_into_an_incident_that_has_not_come_waits() -> None:
    story = Story().incident(MONDAY, name="copy").merged(MONDAY + HOUR, "copy", "fall").incident(MONDAY + 5 * HOUR)
    assert clock(story, packs(IN_A_DAY), MONDAY + 2 * HOUR).end.status is Status.RUNNING
    merged = clock(story, packs(IN_A_DAY), MONDAY + 6 * HOUR, about=ref("inc", "copy")).end
    assert (merged.status, merged.at) == (Status.CANCELLED, MONDAY + 5 * HOUR)


def test_a_record_that_was_withdrawn_and_came_back_has_its_old_birth() -> None:
    story = Story().incident(MONDAY).withdrawn(MONDAY + HOUR)
    assert clock(story, packs(IN_A_DAY), MONDAY + 2 * HOUR).end.status is Status.CANCELLED
    story.incident(MONDAY + 3 * HOUR, incident.IncidentAmendedV1, received=MONDAY)
    one = clock(story, packs(IN_A_DAY), MONDAY + 4 * HOUR)
    assert (one.end.status, one.birth.at) == (Status.RUNNING, MONDAY)


def test_a_window_keeps_early_stops_and_counts_the_first_from_opening() -> None:
    window = rule("in-a-day", {"kind": "window", "opens": {"days": 7}, "closes": {"days": 14}})
    story = Story().incident(MONDAY).talked(MONDAY + DAY)
    assert clock(story, packs(window), MONDAY + 2 * DAY).end.status is Status.RUNNING
    story.talked(MONDAY + 7 * DAY)
    assert clock(story, packs(window), MONDAY + 8 * DAY).end.at == MONDAY + 7 * DAY


def test_not_before_is_broken_by_acting_too_soon() -> None:
    trim = rule("in-a-day", {"kind": "not-before", "after": {"hours": 72}})
    story = Story().incident(MONDAY).talked(MONDAY + DAY)
    end = clock(story, packs(trim), MONDAY + 2 * DAY).end
    assert (end.status, end.at) == (Status.MISSED, MONDAY + DAY)


def test_a_recurring_promise_runs_from_its_last_stop() -> None:
    weekly = rule("in-a-day", {"kind": "recurring", "every": {"days": 7}, "calendar": "calendar-days"})
    story = Story().incident(MONDAY).talked(MONDAY + 6 * DAY)
    one = clock(story, packs(weekly), MONDAY + 7 * DAY)
    assert (one.due, one.end.status) == (MONDAY + 13 * DAY, Status.RUNNING)


def test_before_a_state_is_due_when_the_state_comes() -> None:
    form = {"kind": "before-state", "happening": "disclosure-closed", "at_latest": {"days": 3}}
    story = Story().incident(MONDAY).milestone("closed", MONDAY + DAY, MONDAY + DAY)
    end = clock(story, packs(rule("in-a-day", form)), MONDAY + DAY).end
    assert (end.status, end.at) == (Status.MISSED, MONDAY + DAY)


def test_an_age_is_met_whenever_and_never_missed() -> None:
    age = rule("in-a-day", {"kind": "age", "objective": {"days": 10}})
    story = Story().incident(MONDAY)
    assert clock(story, packs(age), MONDAY + 90 * DAY).end.status is Status.RUNNING
    assert clock(story.talked(MONDAY + 95 * DAY), packs(age), MONDAY + 96 * DAY).end.status is Status.MET


def test_due_before_it_was_born_is_unmeetable_and_never_missed() -> None:
    rules = packs(deadline("in-a-day", hours=24, rest={"start": {"on": ["incident-known"], "at": "occurred"}}))
    story = Story().incident(MONDAY, occurred=MONDAY - 3 * DAY).talked(MONDAY + HOUR)
    end = clock(story, rules, MONDAY + DAY).end
    assert (end.status, end.stopped) == (Status.UNMEETABLE, MONDAY + HOUR)


def test_the_version_is_that_of_the_day_of_birth() -> None:
    newer = deadline("in-a-day", hours=12, rest={"version": 2, "in_force": "2026-03-03"})
    rules = packs(IN_A_DAY, newer)
    assert clock(Story().incident(MONDAY), rules, MONDAY + 5 * DAY).birth.rule.version == 1
    assert clock(Story().incident(MONDAY + DAY), rules, MONDAY + 5 * DAY).birth.rule.version == 2


def test_what_happens_to_an_analysis_counts_for_its_incidents() -> None:
    rules = packs(rule("in-a-day", {"kind": "deadline", "within": {"days": 3}}, stop={"on": ["rca-commissioned"]}))
    story = Story().incident(MONDAY).analysis(rca.RcaCommissionedV1, MONDAY + DAY, "fall")
    assert clock(story, rules, MONDAY + 2 * DAY).end.at == MONDAY + DAY


def test_a_contact_meets_the_promise_to_everybody_whose_case_it_is() -> None:
    promise = deadline(
        "in-a-day",
        hours=24,
        rest={
            "side": "support",
            "subject": "obligation",
            "start": {"on": ["obligation-opened"]},
            "stop": {"on": ["person-reached"]},
        },
    )
    story = Story().incident(MONDAY).owed(MONDAY).settled(MONDAY + HOUR, "offer-made").reached(MONDAY + 2 * HOUR)
    assert clock(story, packs(promise), MONDAY + DAY).end.at == MONDAY + 2 * HOUR


def test_history_replayed_starts_nothing() -> None:
    story = Story().incident(MONDAY, backfill=True)
    assert list(births(Dossier.of(story.facts()), packs(IN_A_DAY))) == []


def test_the_same_told_twice_and_in_any_order_is_the_same() -> None:
    story = Story().incident(MONDAY).talked(MONDAY + HOUR).withdrawn(MONDAY + 2 * HOUR)
    straight = clock(story, packs(IN_A_DAY), MONDAY + DAY)
    story.told = [*reversed(story.told), *story.told]
    assert clock(story, packs(IN_A_DAY), MONDAY + DAY) == straight


def test_a_clock_that_nobody_published_is_missing_once_both_had_time() -> None:
    story = Story().incident(MONDAY)
    assert found(story, [], MONDAY + 30 * timedelta(seconds=1)) == []
    assert found(story, [], MONDAY + 2 * MINUTE) == [Kind.MISSING_CLOCK]


def test_a_clock_that_nothing_gives_is_unknown() -> None:
    story = Story().incident(MONDAY)
    events = said(story, packs(IN_A_DAY), MONDAY + HOUR)
    invented = [replace(event, id=f"x{event.id}", subject=ref("inc", "invented")) for event in events]
    assert found(story, [*events, *invented], MONDAY + HOUR) == [Kind.UNKNOWN_CLOCK]


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"start": MONDAY + HOUR}, Kind.WRONG_START),
        ({"start_from": "occurred"}, Kind.WRONG_START_FROM),
        ({"opens": MONDAY}, Kind.WRONG_OPENS),
        ({"due": MONDAY + 25 * HOUR}, Kind.WRONG_DUE),
        ({"born": MONDAY + HOUR}, Kind.WRONG_BORN),
        ({"rule_version": 2}, Kind.WRONG_VERSION),
        ({"is_unmeetable": True}, Kind.WRONG_UNMEETABLE),
        ({"attempted": MONDAY}, Kind.WRONG_ATTEMPTED),
    ],
)
def test_every_number_of_a_clock_is_compared(wrong: dict[str, Any], kind: Kind) -> None:
    story = Story().incident(MONDAY)
    events = [replace(one, **wrong) for one in said(story, packs(IN_A_DAY), MONDAY + HOUR)]
    assert kind in found(story, events, MONDAY + HOUR)


def test_each_warning_comes_once_not_early_and_not_late() -> None:
    story = Story().incident(MONDAY)

    def with_warnings(*changes: dict[str, Any]) -> list[Kind]:
        now = MONDAY + 20 * HOUR
        return found(story, said(story, packs(IN_A_DAY), now, *changes), now)

    half, most = WARNED
    assert with_warnings(half, most) == []
    assert with_warnings(most) == [Kind.WARNING_MISSING]
    assert with_warnings(half, half, most) == [Kind.WARNING_DOUBLE]
    assert with_warnings({**half, "time": MONDAY + HOUR}, most) == [Kind.WARNING_EARLY]
    assert with_warnings({**half, "time": MONDAY + 13 * HOUR}, most) == [Kind.WARNING_LATE]
    assert with_warnings(half, most, {**half, "percent": 90}) == [Kind.WARNING_EARLY]


def test_a_warning_that_was_given_stays_given_when_the_start_moves() -> None:
    rules = packs(deadline("in-a-day", hours=24, rest={"start": {"on": ["incident-known"], "at": "occurred"}}))
    story = Story().incident(MONDAY, occurred=MONDAY - HOUR)
    story.incident(MONDAY + 13 * HOUR, incident.IncidentAmendedV1, received=MONDAY, occurred=MONDAY)
    now, half = MONDAY + 14 * HOUR, MONDAY + 11 * HOUR
    warned = {"change": Change.WARNED, "percent": 50, "at": half, "time": half}
    assert found(story, said(story, rules, now, warned), now, rules) == []
    assert found(story, said(story, rules, now, warned, warned), now, rules) == [Kind.WARNING_DOUBLE]


def test_a_miss_is_said_when_it_is_due_and_not_much_after() -> None:
    story = Story().incident(MONDAY)

    def with_miss(*changes: dict[str, Any]) -> list[Kind]:
        now = MONDAY + 2 * DAY
        return found(story, said(story, packs(IN_A_DAY), now, *WARNED, *changes), now)

    assert with_miss(MISSED) == []
    assert with_miss() == [Kind.WRONG_END]
    assert with_miss({**MISSED, "time": MONDAY + 25 * HOUR}) == [Kind.END_LATE]
    assert with_miss({**MISSED, "time": MONDAY + 23 * HOUR}) == [Kind.END_EARLY]
    assert with_miss({**MISSED, "at": MONDAY + 23 * HOUR}) == [Kind.WRONG_END_TIME]


def test_an_ending_that_is_said_again_is_not_late() -> None:
    rules = packs(deadline("in-a-day", hours=24, rest={"start": {"on": ["incident-known"], "at": "discovered"}}))
    story = Story().incident(MONDAY, discovered=MONDAY)
    story.incident(MONDAY + 2 * DAY, incident.IncidentAmendedV1, received=MONDAY)
    again = {**MISSED, "time": MONDAY + 2 * DAY}
    now = MONDAY + 3 * DAY
    assert found(story, said(story, rules, now, *WARNED, MISSED, again), now, rules) == []
    assert found(story, said(story, rules, now, *WARNED, again), now, rules) == [Kind.END_LATE]


def test_a_clock_born_late_gives_one_warning_only() -> None:
    rules = packs(deadline("in-a-day", hours=24, rest={"start": {"on": ["incident-known"], "at": "occurred"}}))
    story = Story().incident(MONDAY, occurred=MONDAY - 3 * DAY)
    born_late = {"change": Change.WARNED, "percent": 100, "at": MONDAY, "time": MONDAY}
    now = MONDAY + HOUR
    assert found(story, said(story, rules, now, born_late), now, rules) == []
    assert found(story, said(story, rules, now), now, rules) == [Kind.WARNING_MISSING]
    half = {**born_late, "percent": 50}
    assert found(story, said(story, rules, now, born_late, half), now, rules) == [Kind.WARNING_EARLY]


def test_a_past_that_nobody_can_read_any_more_is_not_judged() -> None:
    story = Story().incident(MONDAY, incident.IncidentAmendedV1, revision=3)
    assert found(story, [], MONDAY + 20 * HOUR) == []
    whole = Story().incident(MONDAY)
    assert found(whole, [], MONDAY + 20 * HOUR, known_since=MONDAY + HOUR) == []
    assert found(whole, [], MONDAY + 20 * HOUR, known_since=MONDAY - HOUR) == [Kind.MISSING_CLOCK]
    other = [replace(one, revision=7, subject=ref("inc", "old")) for one in said(whole, packs(IN_A_DAY), MONDAY)]
    assert Kind.UNKNOWN_CLOCK not in found(whole, other, MONDAY + 20 * HOUR)


def test_it_says_when_to_look_again() -> None:
    story = Story().incident(MONDAY)
    events = said(story, packs(IN_A_DAY), MONDAY + HOUR)
    moment = Moment(MONDAY + HOUR, settle=MINUTE, lateness=MINUTE)
    again = audit(story.facts(), events, packs(IN_A_DAY), HERE, moment).look_again
    assert again == MONDAY + 12 * HOUR + MINUTE
