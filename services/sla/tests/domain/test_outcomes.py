"""What becomes of each form, to the second and on both sides of it: `docs/clocks.md` 4 and 7."""

from typing import Any

import pytest

from aftercare.sla.domain.model import CancelReason, Clock, State

from .telling import ASG, CAS, INC, OBL, RCA, act, at, clock, ended, known, obligation_rule, opened, rule

START = "2026-03-02T10:00"
BEGIN = known(START)
WINDOW = {"kind": "window", "opens": {"days": 7}, "closes": {"days": 14}}
NOT_BEFORE = {"kind": "not-before", "after": {"hours": 72}}
YEARLY = {"kind": "recurring", "every": {"months": 12}}
BEFORE = {"kind": "before-state", "happening": "disclosure-closed", "at_latest": {"hours": 12}}
AGE = {"kind": "age", "objective": {"days": 3}}
DONE, OFF = "disclosure-initial-done", "disclosure-not-required"


def state(found: Clock, now: str) -> str:
    return found.state_at(at(now)).value


def after(form: dict[str, Any] | None, *acts: tuple[str, str]) -> Clock:
    return clock(rule(form), BEGIN, *(act(kind, when) for kind, when in acts))


@pytest.mark.parametrize(
    ("now", "expected"),
    [("2026-03-03T09:59:59.999999", "running"), ("2026-03-03T10:00", "missed"), ("2026-03-03T10:00:01", "missed")],
)
def test_a_deadline_is_missed_from_its_due_instant_on(now: str, expected: str) -> None:
    assert state(after(None), now) == expected


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ("2026-03-02T09:00", "met"),  # nobody waits for what is done
        (START, "met"),
        ("2026-03-03T10:00", "met"),
        ("2026-03-03T10:00:00.000001", "missed"),
    ],
)
def test_a_deadline_is_met_at_or_before_it(done: str, expected: str) -> None:
    found = after(None, (DONE, done))
    assert state(found, "2026-03-04T00:00") == expected
    assert (found.outcome.stopped, found.outcome.stopped_by) == (at(done), DONE)
    assert found.stopped_late is (expected == "missed")


def test_the_earliest_stop_counts_in_whatever_order_they_were_heard_of() -> None:
    late = act(DONE, "2026-03-03T11:00", received="2026-03-03T11:00")
    early = act(DONE, "2026-03-03T09:00", received="2026-03-05T11:00")
    assert state(clock(rule(), BEGIN, late), "2026-03-04T00:00") == "missed"
    found = clock(rule(), BEGIN, late, early)
    assert (state(found, "2026-03-06T00:00"), found.outcome.stopped) == ("met", early.at)


@pytest.mark.parametrize(
    ("done", "expected", "early"),
    [
        ("2026-03-02T09:00", "met", 0),
        (START, "running", 1),
        ("2026-03-09T09:59:59", "running", 1),
        ("2026-03-09T10:00", "met", 0),
        ("2026-03-16T10:00", "met", 0),
        ("2026-03-16T10:00:01", "missed", 0),
    ],
)
def test_a_window_counts_both_its_ends_and_keeps_what_came_too_early(done: str, expected: str, early: int) -> None:
    found = after(WINDOW, (DONE, done))
    assert (found.opens, found.due) == (at("2026-03-09T10:00"), at("2026-03-16T10:00"))
    assert len(found.outcome.early) == early
    assert state(found, "2026-03-16T09:59" if early else "2026-03-17T00:00") == expected
    assert state(found, "2026-03-17T00:00") == ("missed" if early else expected)


def test_a_window_that_was_tried_too_early_is_met_by_the_next() -> None:
    found = after(WINDOW, (DONE, "2026-03-04T10:00"), (DONE, "2026-03-10T10:00"))
    assert (state(found, "2026-03-11T00:00"), found.outcome.stopped) == ("met", at("2026-03-10T10:00"))
    assert found.outcome.early == (at("2026-03-04T10:00"),)


@pytest.mark.parametrize(
    ("done", "expected", "broken"),
    [
        ("2026-03-02T09:00", "met", False),
        (START, "missed", True),
        ("2026-03-05T09:59:59", "missed", True),
        ("2026-03-05T10:00", "met", False),
        ("2026-05-05T10:00", "met", False),
    ],
)
def test_not_before_is_only_ever_broken_by_acting_too_soon(done: str, expected: str, broken: bool) -> None:
    assert state(after(NOT_BEFORE), "2036-01-01T00:00") == "running"
    found = after(NOT_BEFORE, (DONE, done))
    assert (found.opens, found.due) == (at("2026-03-05T10:00"), None)
    assert (state(found, "2026-06-01T00:00"), found.missed_at) == (expected, at(done) if broken else None)


def test_what_was_done_too_soon_is_not_mended_by_doing_it_again() -> None:
    assert (
        state(after(NOT_BEFORE, (DONE, "2026-03-03T10:00"), (DONE, "2026-03-06T10:00")), "2026-06-01T00:00") == "missed"
    )


def test_a_recurring_clock_begins_anew_with_each_stop_in_time_or_not() -> None:
    assert after(YEARLY).due == at("2027-03-02T10:00")
    stops = [(DONE, "2026-03-01T10:00"), (DONE, "2026-09-02T10:00")]
    found = after(YEARLY, *stops)
    assert (found.start, found.due) == (at(START), at("2027-09-02T10:00"))
    assert (state(found, "2027-09-02T09:59"), state(found, "2027-09-02T10:00")) == ("running", "missed")
    late = after(YEARLY, *stops, (DONE, "2027-12-01T10:00"))
    assert (state(late, "2027-12-02T00:00"), late.due) == ("running", at("2028-12-01T10:00"))
    assert after(YEARLY, (DONE, "2026-03-01T10:00")).due == at("2027-03-02T10:00"), "before the start is no round"
    assert after(YEARLY, (DONE, START)).outcome.stopped == at(START)


def test_a_recurring_clock_can_be_cancelled_whatever_was_done_before() -> None:
    found = after(YEARLY, (DONE, "2026-09-02T10:00"), (OFF, "2026-10-01T10:00"), (DONE, "2026-11-01T10:00"))
    assert (state(found, "2030-01-01T00:00"), found.due) == ("cancelled", at("2027-09-02T10:00"))
    together = after(YEARLY, (DONE, "2026-09-02T10:00"), (OFF, "2026-09-02T10:00"))
    assert (together.outcome.verdict, together.due) == (State.CANCELLED, at("2027-09-02T10:00"))
    too_late = after(YEARLY, (OFF, "2027-10-01T10:00"), (DONE, "2027-11-01T10:00"))
    assert (state(too_late, "2030-01-01T00:00"), too_late.due) == ("missed", at("2027-03-02T10:00"))


def test_before_a_state_is_due_when_it_comes_about_and_at_the_latest_when_it_is_said() -> None:
    assert after(BEFORE).due == at("2026-03-02T22:00")
    assert after(BEFORE, ("disclosure-closed", "2026-03-02T15:00")).due == at("2026-03-02T15:00")
    assert after(BEFORE, ("disclosure-closed", "2026-03-02T23:00")).due == at("2026-03-02T22:00")
    assert after(BEFORE, ("disclosure-closed", "2026-03-02T09:59")).due == at("2026-03-02T22:00"), "of another day"
    assert after(BEFORE, ("disclosure-closed", START)).due == at(START)
    met = after(BEFORE, ("disclosure-closed", "2026-03-02T15:00"), (DONE, "2026-03-02T15:00"))
    missed = after(BEFORE, ("disclosure-closed", "2026-03-02T15:00"), (DONE, "2026-03-02T15:01"))
    assert (met.outcome.verdict, missed.outcome.verdict) == (State.MET, State.MISSED)


def test_an_age_is_never_missed_and_met_whenever() -> None:
    assert after(AGE).due is None
    assert state(after(AGE), "2036-01-01T00:00") == "running"
    assert state(after(AGE, (DONE, "2030-01-01T00:00")), "2036-01-01T00:00") == "met"
    assert state(after({"kind": "age"}), "2036-01-01T00:00") == "running"


@pytest.mark.parametrize(
    ("off", "expected"),
    [("2026-03-02T09:00", "cancelled"), ("2026-03-03T10:00", "cancelled"), ("2026-03-03T10:00:01", "missed")],
)
def test_what_no_longer_applies_is_cancelled_unless_it_was_missed_before(off: str, expected: str) -> None:
    found = after(None, (OFF, off))
    assert state(found, "2026-03-10T00:00") == expected
    assert found.outcome.reason is (CancelReason.NOT_APPLICABLE if expected == "cancelled" else None)
    assert found.outcome.cancelled == (at(off) if expected == "cancelled" else None)


def test_the_earliest_of_stop_and_cancellation_decides_and_the_stop_if_they_are_one() -> None:
    noon, one = "2026-03-02T12:00", "2026-03-02T13:00"
    assert after(None, (DONE, noon), (OFF, one)).outcome.verdict is State.MET
    assert after(None, (DONE, noon), (OFF, noon)).outcome.verdict is State.MET
    assert after(None, (DONE, one), (OFF, noon)).outcome.verdict is State.CANCELLED
    assert after(None, (OFF, one), (OFF, noon)).outcome.cancelled == at(noon)
    late = after(None, (OFF, "2026-03-04T00:00"), (DONE, "2026-03-05T00:00"))
    assert (late.outcome.verdict, late.stopped_late) == (State.MISSED, True)
    assert after(AGE, (OFF, one), (DONE, "2026-03-04T00:00")).outcome.verdict is State.CANCELLED
    assert after(NOT_BEFORE, (DONE, noon), (OFF, one)).outcome.verdict is State.MISSED
    assert after(NOT_BEFORE, (DONE, one), (OFF, noon)).outcome.verdict is State.CANCELLED
    assert after(WINDOW, (DONE, noon), (OFF, one)).outcome.verdict is State.CANCELLED, "too early is no stop"


def test_what_is_known_too_late_is_unmeetable_and_never_missed() -> None:
    since = rule(start={"on": ["incident-known"], "at": "occurred"})
    exactly = known("2026-03-03T10:00", occurred=START)
    earlier = known("2026-03-03T09:59:59", occurred=START)
    assert clock(since, earlier).state_at(at("2026-03-10T00:00")) is State.MISSED
    found = clock(since, exactly)
    assert (found.unmeetable, found.state_at(at("2026-03-03T10:00"))) == (True, State.UNMEETABLE)
    stopped = clock(since, exactly, act(DONE, "2026-03-04T10:00"))
    assert (stopped.outcome.verdict, stopped.stopped_late) == (State.UNMEETABLE, True)
    met = clock(since, exactly, act(DONE, "2026-03-03T08:00", received="2026-03-05T10:00"))
    assert met.outcome.verdict is State.MET, "what happened decides, not what was heard"
    assert clock(since, exactly, act(OFF, "2026-03-03T10:00")).outcome.verdict is State.CANCELLED
    assert clock(since, exactly, act(OFF, "2026-03-04T10:00")).outcome.verdict is State.UNMEETABLE


def test_an_attempt_is_kept_and_ends_nothing() -> None:
    tried = obligation_rule(stop={"on": ["person-reached"], "attempted": ["message-sent"]})
    sent = [act("message-sent", when, subject=CAS) for when in ("2026-03-02T13:00", "2026-03-02T12:00")]
    found = clock(tried, opened(START), *sent, links=[(CAS, OBL)])
    assert (found.attempted, found.outcome.verdict) == (at("2026-03-02T12:00"), State.RUNNING)


def test_a_decline_meets_what_was_promised() -> None:
    no = act("case-declined", "2026-03-02T12:00", subject=CAS)
    assert clock(obligation_rule(), opened(START), no, links=[(CAS, OBL)]).outcome.verdict is State.MET


def test_what_happens_to_an_assignment_counts_for_its_case_and_for_the_obligations_settled_with_it() -> None:
    asked = obligation_rule(stop={"on": ["supporter-accepted"]})
    yes = act("supporter-accepted", "2026-03-02T12:00", subject=ASG)
    assert clock(asked, opened(START), yes, links=[(CAS, OBL), (ASG, CAS)]).outcome.stopped == yes.at
    assert clock(asked, opened(START), yes, links=[(ASG, CAS)], of=OBL).outcome.stopped is None
    of_case = rule(
        side="support", subject="case", start={"on": ["supporter-asked"]}, stop={"on": ["supporter-accepted"]}
    )
    asking = act("supporter-asked", START, subject=ASG)
    other = act("case-offered", "2026-03-02T09:00", subject=CAS)
    assert clock(of_case, asking, yes, other, links=[(ASG, CAS)]).outcome.stopped == yes.at


def test_an_analysis_counts_for_its_incidents_and_has_clocks_of_its_own() -> None:
    analysed = rule(stop={"on": ["rca-commissioned"]})
    begun = act("rca-commissioned", "2026-03-02T12:00", subject=RCA)
    assert clock(analysed, BEGIN, begun, links=[(RCA, INC)]).outcome.stopped == begun.at
    assert clock(analysed, BEGIN, begun).outcome.stopped is None
    own = rule(
        subject="rca", start={"on": ["rca-commissioned"]}, stop={"on": ["rca-completed"]}, when={"harm_at_least": "low"}
    )
    found = clock(own, BEGIN, begun, links=[(RCA, INC)])
    assert (found.subject, found.incident, found.site, found.start) == (RCA, INC, "london", begun.at)


@pytest.mark.parametrize(("kind", "reason"), [("case-withdrawn", "withdrawn"), ("case-closed", "not-applicable")])
def test_a_cancellation_says_why(kind: str, reason: str) -> None:
    off = obligation_rule(stop={"on": ["person-reached"], "cancelled": [kind]})
    found = clock(off, opened(START), act(kind, "2026-03-02T12:00", subject=CAS), links=[(CAS, OBL)])
    assert found.outcome.reason == reason


def test_a_withdrawn_record_cancels_and_a_higher_revision_brings_back_with_the_old_birth() -> None:
    gone = ended("withdrawn", "2026-03-02T12:00", revision=2)
    again = ended("withdrawn", "2026-03-02T13:00", revision=3)
    found = clock(rule(), BEGIN, gone, again)
    assert (found.outcome.reason, found.outcome.cancelled) == (CancelReason.WITHDRAWN, gone.at)
    back = clock(rule(), BEGIN, gone, again, known("2026-03-02T14:00", revision=4))
    assert (back.outcome.verdict, back.born, back.due) == (State.RUNNING, at(START), at("2026-03-03T10:00"))
    once_more = ended("withdrawn", "2026-03-02T15:00", revision=5)
    third = clock(rule(), BEGIN, gone, again, known("2026-03-02T14:00", revision=4), once_more)
    assert third.outcome.cancelled == once_more.at
    older = clock(rule(), BEGIN, known("2026-03-02T14:00", revision=4), gone)
    assert older.outcome.verdict is State.RUNNING
