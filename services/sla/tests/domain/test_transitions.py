"""One life, told step by step: what is said when, and what is not said twice."""

from datetime import datetime

from aftercare.programme.clocks import Route
from aftercare.sla.domain.model import (
    Cancelled,
    CancelReason,
    Clock,
    Met,
    Missed,
    Moved,
    Published,
    Started,
    State,
    Stopped,
    Transition,
    Warned,
)
from aftercare.sla.domain.occasions import occasion_of
from aftercare.sla.domain.transitions import next_due_instant, transitions

from .lives import Engine
from .telling import CAS, INC, OBL, act, at, clock, ended, known, obligation_rule, opened, rule

SINCE = {"start": {"on": ["incident-known"], "at": "occurred"}}
BEGIN = known("2026-03-02T10:00", occurred="2026-03-02T10:00")
DONE = "disclosure-initial-done"


def say(said: Published | None, fresh: Clock | None, now: str) -> tuple[list[Transition], Published]:
    events, after = transitions(said, fresh, at(now))
    assert after is not None
    return list(events), after


def names(events: list[Transition]) -> list[str]:
    return [type(event).__name__ for event in events]


def ring(now: str) -> str:
    """The occasion of what is said of the only rule in London at that time."""
    return occasion_of("r", "london", at(now))


def due_of(said: Published) -> datetime | None:
    return next_due_instant(said)


def test_a_life_in_time() -> None:
    running = clock(rule(warnings={"at": [50, 100], "route": "worklist", "missed": "page"}), BEGIN)
    events, said = say(None, running, "2026-03-02T10:00")
    assert (events, due_of(said)) == ([Started(running, 1)], at("2026-03-02T22:00"))
    assert say(said, running, "2026-03-02T21:59:59.999999") == ([], said)
    events, said = say(said, running, "2026-03-02T22:00")
    assert events == [Warned(running, 2, 50, Route.WORKLIST, at("2026-03-02T22:00"), ring("2026-03-02T22:00"))]
    assert (due_of(said), said.warned) == (at("2026-03-03T10:00"), {50})
    assert say(said, running, "2026-03-03T09:59:59") == ([], said)
    events, missed = say(said, running, "2026-03-03T10:00")
    assert events == [Missed(running, 3, at("2026-03-03T10:00"), Route.PAGE, ring("2026-03-03T10:00"))]
    assert (missed.state, missed.revision, due_of(missed)) == (State.MISSED, 3, None)
    done = clock(running.rule, BEGIN, act(DONE, "2026-03-03T11:00"))
    events, late = say(missed, done, "2026-03-03T11:00")
    assert events == [Stopped(done, 4, at("2026-03-03T11:00"))]
    assert say(late, done, "2026-04-03T11:00") == ([], late)
    met = clock(running.rule, BEGIN, act(DONE, "2026-03-03T09:00", received="2026-03-05T00:00"))
    events, corrected = say(late, met, "2026-03-05T00:00")
    assert (events, corrected.state) == ([Met(met, 5, at("2026-03-03T09:00"))], State.MET)
    assert due_of(corrected) is None


def test_the_miss_travels_as_the_warnings_do_unless_it_says_otherwise() -> None:
    late = clock(rule(warnings={"at": [100], "route": "page"}), BEGIN)
    events, _ = say(None, late, "2026-03-09T10:00")
    assert events == [Started(late, 1), Missed(late, 2, at("2026-03-03T10:00"), Route.PAGE, ring("2026-03-09T10:00"))]


def test_what_was_heard_all_at_once_after_the_end_is_told_in_one_breath_without_old_warnings() -> None:
    done = clock(rule(), BEGIN, act(DONE, "2026-03-04T00:00"))
    assert names(say(None, done, "2026-03-09T10:00")[0]) == ["Started", "Missed", "Stopped"]
    met = clock(rule(), BEGIN, act(DONE, "2026-03-03T09:00"))
    assert names(say(None, met, "2026-03-09T10:00")[0]) == ["Started", "Met"]
    off = clock(rule(), BEGIN, act("disclosure-not-required", "2026-03-02T12:00"))
    events, _ = say(None, off, "2026-03-09T10:00")
    assert events[1:] == [Cancelled(off, 2, CancelReason.NOT_APPLICABLE, at("2026-03-02T12:00"))]


def test_marks_that_an_engine_slept_over_fire_when_it_wakes_if_the_clock_still_runs() -> None:
    events, said = say(None, clock(rule(), BEGIN), "2026-03-03T08:00")
    assert [(one.percent, one.at) for one in events if isinstance(one, Warned)] == [
        (50, at("2026-03-02T22:00")),
        (80, at("2026-03-03T05:12")),
    ]
    assert due_of(said) == at("2026-03-03T10:00")


def test_when_the_start_moves_unfired_marks_move_and_fired_ones_stay_fired() -> None:
    first = clock(rule(**SINCE), BEGIN)
    _, said = say(None, first, "2026-03-02T23:00")
    assert said.warned == {50}
    later = clock(rule(**SINCE), BEGIN, known("2026-03-02T23:30", revision=2, occurred="2026-03-02T08:00"))
    events, said = say(said, later, "2026-03-02T23:30")
    assert (events, due_of(said)) == ([Moved(later, 3)], at("2026-03-03T03:12"))
    earliest = clock(rule(**SINCE), BEGIN, known("2026-03-03T02:00", revision=2, occurred="2026-03-02T04:00"))
    events, said = say(said, earliest, "2026-03-03T02:00")
    assert names(events) == ["Moved", "Warned"]
    assert said.warned == {50, 80}


def test_a_clock_that_a_corrected_time_shows_to_be_late_from_birth_says_so_once() -> None:
    _, said = say(None, clock(rule(**SINCE), BEGIN), "2026-03-02T10:00")
    sooner = clock(rule(**SINCE), BEGIN, known("2026-03-02T11:00", revision=2, occurred="2026-03-01T09:00"))
    events, said = say(said, sooner, "2026-03-02T11:00")
    warned = Warned(sooner, 3, 100, Route.WORKLIST, at("2026-03-02T10:00"), ring("2026-03-02T11:00"))
    assert events == [Moved(sooner, 2), warned]
    assert (said.state, due_of(said)) == (State.UNMEETABLE, None)
    assert say(said, sooner, "2026-03-09T11:00") == ([], said)


def test_a_missed_clock_whose_start_moves_runs_again_or_is_missed_by_its_new_times() -> None:
    _, said = say(None, clock(rule(**SINCE), BEGIN), "2026-03-03T10:00")
    revised = {"revision": 2, "site": "london"}
    still = clock(rule(**SINCE), BEGIN, known("2026-03-03T12:00", occurred="2026-03-02T09:00", **revised))
    events, missed = say(said, still, "2026-03-03T12:00")
    assert events == [Missed(still, 3, at("2026-03-03T09:00"), Route.WORKLIST, None)]
    assert say(missed, still, "2026-03-04T12:00") == ([], missed)
    weekly = {"kind": "deadline", "within": {"hours": 1}}
    before = clock(rule(weekly, start={"on": ["incident-known"], "at": "discovered"}), BEGIN)
    _, said = say(None, before, "2026-03-02T11:00")
    assert said.state is State.MISSED
    again = Published(before, State.MISSED, said.warned, said.revision)
    events, runs = say(again, clock(rule({"kind": "deadline", "within": {"hours": 3}}), BEGIN), "2026-03-02T12:00")
    assert (names(events), runs.state) == (["Moved", "Warned"], State.RUNNING)


def test_a_met_clock_that_a_corrected_time_shows_to_be_late_is_missed_and_stopped() -> None:
    done = act(DONE, "2026-03-03T09:30")
    _, said = say(None, clock(rule(**SINCE), BEGIN, done), "2026-03-03T09:30")
    assert said.state is State.MET
    late = clock(rule(**SINCE), BEGIN, done, known("2026-03-03T12:00", revision=2, occurred="2026-03-02T09:00"))
    events, said = say(said, late, "2026-03-03T12:00")
    assert events == [
        Missed(late, 3, at("2026-03-03T09:00"), Route.WORKLIST, ring("2026-03-03T12:00")),
        Stopped(late, 4, at("2026-03-03T09:30")),
    ]


def test_a_withdrawn_record_cancels_and_a_revived_one_moves_it_back_to_life() -> None:
    first = clock(rule(), BEGIN)
    _, said = say(None, first, "2026-03-02T10:00")
    gone = ended("withdrawn", "2026-03-02T12:00", revision=2)
    off = clock(rule(), BEGIN, gone)
    events, said = say(said, off, "2026-03-02T12:00")
    assert events == [Cancelled(off, 2, CancelReason.WITHDRAWN, gone.at)]
    assert (due_of(said), say(said, off, "2026-04-02T12:00")) == (None, ([], said))
    back = clock(rule(), BEGIN, gone, known("2026-03-02T13:00", revision=3))
    events, said = say(said, back, "2026-03-02T13:00")
    assert (events, due_of(said)) == ([Moved(back, 3)], at("2026-03-02T22:00"))


def test_another_end_of_a_cancelled_clock_is_told() -> None:
    first = clock(rule(), BEGIN, act("disclosure-not-required", "2026-03-02T14:00"))
    _, said = say(None, first, "2026-03-02T14:00")
    earlier = clock(rule(), BEGIN, act("disclosure-not-required", "2026-03-02T12:00", received="2026-03-02T15:00"))
    assert names(say(said, earlier, "2026-03-02T15:00")[0]) == ["Cancelled"]


def test_an_earlier_stop_of_a_met_clock_is_told() -> None:
    _, said = say(None, clock(rule(), BEGIN, act(DONE, "2026-03-02T14:00")), "2026-03-02T14:00")
    earlier = clock(rule(), BEGIN, act(DONE, "2026-03-02T13:00"))
    assert say(said, earlier, "2026-03-02T15:00")[0] == [Met(earlier, 3, at("2026-03-02T13:00"))]


def test_the_first_attempt_is_told_while_the_clock_runs_and_not_of_one_that_ended() -> None:
    tried = obligation_rule(stop={"on": ["person-reached"], "attempted": ["message-sent"]})
    _, said = say(None, clock(tried, opened("2026-03-02T10:00")), "2026-03-02T10:00")
    sent = act("message-sent", "2026-03-02T11:00", subject=CAS)
    running = clock(tried, opened("2026-03-02T10:00"), sent, links=[(CAS, OBL)])
    assert names(say(said, running, "2026-03-02T11:00")[0]) == ["Moved"]
    reached = act("person-reached", "2026-03-02T10:30", subject=CAS)
    met = clock(tried, opened("2026-03-02T10:00"), reached, links=[(CAS, OBL)])
    _, said = say(said, met, "2026-03-02T10:30")
    both = clock(tried, opened("2026-03-02T10:00"), reached, sent, links=[(CAS, OBL)])
    assert say(said, both, "2026-03-02T11:00")[0] == []


def test_a_clock_that_there_is_no_more_is_cancelled_once() -> None:
    first = clock(rule(), BEGIN)
    _, said = say(None, first, "2026-03-02T10:00")
    events, gone = say(said, None, "2026-03-02T11:00")
    assert [(type(one), one.reason, one.cancelled) for one in events if isinstance(one, Cancelled)] == [
        (Cancelled, CancelReason.NOT_APPLICABLE, at("2026-03-02T11:00"))
    ]
    assert say(gone, None, "2026-03-02T12:00") == ([], gone)
    assert names(say(gone, first, "2026-03-02T12:00")[0]) == ["Moved"]
    assert transitions(None, None, at("2026-03-02T12:00")) == ((), None)


def test_each_round_warns_anew_and_once() -> None:
    yearly = rule({"kind": "recurring", "every": {"days": 10}}, warnings={"at": [50, 100]})
    engine = Engine([yearly])
    engine.hear(BEGIN, now=BEGIN.received)
    engine.sleep_until(at("2026-03-08T10:00"))
    done = act(DONE, "2026-03-08T10:00")
    engine.hear(done, now=done.received)
    engine.sleep_until(at("2026-03-20T10:00"))
    late = act(DONE, "2026-03-20T10:00")
    engine.hear(late, now=late.received)
    assert engine.of("r") == ["Started", "Warned", "Moved", "Warned", "Missed", "Moved"]


def test_a_clock_keeps_its_reference_through_versions_and_no_two_share_one() -> None:
    first, second = rule(), rule(version=2, in_force="2026-04-01")
    assert clock(first, BEGIN).reference == clock([first, second], known("2026-05-01T10:00")).reference
    others = {
        clock(rule(id="x"), BEGIN).reference,
        clock(rule(), known("2026-03-02T10:00", incident=INC[:-1] + "9")).reference,
    }
    assert len(others | {clock(first, BEGIN).reference}) == 3
    assert clock(first, BEGIN).reference.startswith("clk_")
    assert len(clock(first, BEGIN).reference) == 36
