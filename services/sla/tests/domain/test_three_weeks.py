"""Three weeks in spring: the clocks change, Easter comes, harm is raised, a record is taken back, the door is shut.

London, 23 March to 14 April 2026. Summer time begins on Sunday 29 March at 01:00Z: from then on the wall shows an hour
more than Z. Good Friday is 3 April, Easter Monday 6 April. Every instant below is reckoned by hand, in UTC.
"""

from datetime import datetime, timedelta

import pytest

from aftercare.sla.domain.model import Clock, Happened, Link, Started, State, Warned

from .lives import Engine
from .telling import CAS, INC, OBL, OTHER, RCA, THIRD, act, at, ended, known, obligation_rule, opened, rule

DISCOVERED = {"start": {"on": ["incident-known"], "at": "discovered"}}
SEVERE = {"when": {"harm_at_least": "severe"}}
TALK = {"on": ["disclosure-initial-done"]}
TEN_WORKING_DAYS = {"kind": "deadline", "within": {"days": 10}, "calendar": "working-days"}
RULES = [
    rule(
        {"kind": "deadline", "within": {"hours": 1}},
        id="first-hour",
        warnings={"route": "page"},
        **DISCOVERED,
        **SEVERE,
    ),
    rule({"kind": "deadline", "within": {"hours": 24}}, id="talk", **DISCOVERED, **SEVERE),
    rule(TEN_WORKING_DAYS, id="notice", start={"on": ["incident-known"], "at": "reported"}),
    rule(TEN_WORKING_DAYS, id="letter", start=TALK, stop={"on": ["disclosure-written-sent"]}),
    rule(
        {"kind": "window", "opens": {"days": 7}, "closes": {"days": 14}},
        id="again",
        start=TALK,
        stop={"on": ["disclosure-meeting-held"]},
    ),
    rule({"kind": "deadline", "within": {"hours": 72}}, id="begun", stop={"on": ["rca-commissioned"]}, **SEVERE),
    rule(
        {"kind": "deadline", "within": {"months": 1}, "calendar": "calendar-days"},
        id="review",
        subject="rca",
        start={"on": ["rca-commissioned"]},
        stop={"on": ["rca-completed"]},
    ),
    obligation_rule(id="reached"),
    obligation_rule(
        {"kind": "deadline", "within": {"hours": 24}, "calendar": "working-hours"},
        id="specialist",
        start={"on": ["obligation-opened"], "at": "received"},
        stop={"on": ["peer-contacted"]},
    ),
]
LINKS = [Link(INC, OBL), Link(CAS, OBL), Link(RCA, INC)]
STORY = [
    # Monday 23 March: harm is low. Somebody is named a minute later.
    known(
        "2026-03-23T09:30",
        "low",
        occurred="2026-03-23T08:00",
        discovered="2026-03-23T08:30",
        reported="2026-03-23T09:00",
    ),
    opened("2026-03-23T09:31", occurred="2026-03-23T08:00"),
    act("person-reached", "2026-03-24T07:59:59", subject=CAS),
    # Friday 27 March: it is severe, and that was discovered at 15:00. An analysis is ordered on Saturday.
    known(
        "2026-03-27T16:00",
        "severe",
        revision=2,
        occurred="2026-03-23T08:00",
        discovered="2026-03-27T15:00",
        reported="2026-03-23T09:00",
    ),
    act("rca-commissioned", "2026-03-28T10:00", subject=RCA),
    act("disclosure-initial-done", "2026-03-28T14:00", received="2026-03-28T16:30"),
    # Saturday 28 March, the evening before the clocks change: another severe one, of which nobody speaks in time.
    known("2026-03-28T20:30", incident=OTHER, discovered="2026-03-28T20:00", reported="2026-03-28T20:30"),
    act("disclosure-initial-done", "2026-03-29T20:00:01", subject=OTHER),
    # Monday 30 March: a third, taken back the same afternoon.
    known("2026-03-30T09:15", incident=THIRD, discovered="2026-03-30T09:00", reported="2026-03-30T09:10"),
    ended("withdrawn", "2026-03-30T15:00", incident=THIRD, revision=2),
    act("disclosure-meeting-held", "2026-04-02T10:00"),
    act("disclosure-meeting-held", "2026-04-11T14:00"),
    act("disclosure-written-sent", "2026-04-14T22:59:59", received="2026-04-16T08:00"),
]
END = at("2026-04-16T12:00")


@pytest.fixture(scope="module")
def lived() -> Engine:
    """The three weeks as they came, woken by timers in between."""
    engine = Engine(RULES, LINKS)
    for one in sorted(STORY, key=lambda each: each.received):
        engine.sleep_until(one.received)
        engine.hear(one, now=one.received)
    engine.sleep_until(END)
    return engine


def find(engine: Engine, name: str, subject: str) -> Clock:
    return next(
        said.clock for said in engine.said.values() if (said.clock.rule.id, said.clock.subject) == (name, subject)
    )


@pytest.mark.parametrize(
    ("name", "subject", "start", "due", "state"),
    [
        # Reached one second before 24 h were over.
        ("reached", OBL, "2026-03-23T08:00", "2026-03-24T08:00", "met"),
        # Monday has 09:31 to 17:00, 7 h 29 min; Tuesday and Wednesday 8 h each: 23 h 29 min; 31 min on Thursday.
        ("specialist", OBL, "2026-03-23T09:31", "2026-03-26T09:31", "missed"),
        # From 15:00, when it was discovered to be severe; done at 14:00 the next day, an hour before time.
        ("talk", INC, "2026-03-27T15:00", "2026-03-28T15:00", "met"),
        # Told at 16:00, an hour after 15:00: born at its due instant, so nobody could have met it.
        ("first-hour", INC, "2026-03-27T15:00", "2026-03-27T16:00", "unmeetable"),
        # After Monday 23: Tue 24 to Fri 27 are four; Mon 30 to Thu 2 April eight; Tue 7, Wed 8 ten. Midnight is 23:00Z.
        ("notice", INC, "2026-03-23T09:00", "2026-04-08T23:00", "met"),
        # Severe since it came at 16:00 on the 27th; ordered 18 hours later.
        ("begun", INC, "2026-03-27T16:00", "2026-03-30T16:00", "met"),
        # 10:00 on the wall of 28 March is 10:00Z, of 28 April 09:00Z.
        ("review", RCA, "2026-03-28T10:00", "2026-04-28T09:00", "running"),
        # After Saturday 28: Mon 30 to Thu 2 four; Tue 7 to Fri 10 eight; Mon 13, Tue 14 ten. A second before midnight.
        ("letter", INC, "2026-03-28T14:00", "2026-04-14T23:00", "met"),
        # From 4 April 14:00 to 11 April 14:00: on the 2nd too early, on the 11th at the last moment.
        ("again", INC, "2026-03-28T14:00", "2026-04-11T14:00", "met"),
        # 24 h after 20:00Z are 20:00Z, though the wall shows 21:00 by then. A second too late.
        ("talk", OTHER, "2026-03-28T20:00", "2026-03-29T20:00", "missed"),
        ("first-hour", OTHER, "2026-03-28T20:00", "2026-03-28T21:00", "missed"),
        # After Saturday 28 March, as the letter.
        ("notice", OTHER, "2026-03-28T20:30", "2026-04-14T23:00", "met"),
        ("begun", OTHER, "2026-03-28T20:30", "2026-03-31T20:30", "missed"),
        ("letter", OTHER, "2026-03-29T20:00:01", "2026-04-14T23:00", "missed"),
        # Taken back: what ran is cancelled, what had been missed by then stays missed.
        ("talk", THIRD, "2026-03-30T09:00", "2026-03-31T09:00", "cancelled"),
        ("first-hour", THIRD, "2026-03-30T09:00", "2026-03-30T10:00", "missed"),
        # After Monday 30: Tue 31 to Thu 2 three; Tue 7 to Fri 10 seven; Mon 13, Tue 14, Wed 15 ten.
        ("notice", THIRD, "2026-03-30T09:10", "2026-04-15T23:00", "cancelled"),
    ],
)
def test_every_clock_of_the_three_weeks_is_right(
    lived: Engine, name: str, subject: str, start: str, due: str, state: str
) -> None:
    found = find(lived, name, subject)
    assert (found.start, found.due) == (at(start), at(due))
    assert lived.said[found.reference].state == State(state)


def test_what_was_heard_of_too_late_was_missed_until_it_was_heard_of(lived: Engine) -> None:
    """The letter went out in time, and the message of it came a day later."""
    told = [(now, type(event).__name__) for now, event in lived.events if event.clock == find(lived, "letter", INC)]
    assert told == [(at("2026-04-16T08:00"), "Met")]
    reference = find(lived, "letter", INC).reference
    names = [type(event).__name__ for _, event in lived.events if event.clock.reference == reference]
    assert names == ["Started", "Warned", "Warned", "Missed", "Met"]


def test_in_any_other_order_it_ends_the_same(lived: Engine) -> None:
    backwards = Engine(RULES, LINKS)
    for one in reversed(STORY):
        backwards.hear(one, now=END)
    assert backwards.states() == lived.states()
    assert {one.clock for one in backwards.said.values()} == {one.clock for one in lived.said.values()}


def test_after_twelve_hours_of_a_shut_door_a_thousand_come_at_once() -> None:
    """The door was shut from Thursday 9 April 20:00Z to Friday 08:00Z; one was discovered every 43.2 seconds.

    One hour had passed for all that were discovered at or before 07:00Z: 39 600 s, so numbers 0 to 916. Of the others,
    48 of 60 minutes had passed up to 07:12Z (40 320 s: to number 933), 30 minutes up to 07:30Z (41 400 s: to 958).
    """
    opens, shut = at("2026-04-10T08:00"), at("2026-04-09T20:00")
    engine = Engine(RULES)
    engine.hear(*(_queued(number, shut, opens) for number in range(1000)), now=opens)
    hours = [said for said in engine.said.values() if said.clock.rule.id == "first-hour"]
    assert len(hours) == 1000
    assert sum(said.state is State.UNMEETABLE for said in hours) == 917
    assert sum(said.state is State.RUNNING for said in hours) == 83
    said = [event for _, event in engine.events if event.clock.rule.id == "first-hour"]
    assert sum(isinstance(event, Started) for event in said) == 1000
    warned = [event for event in said if isinstance(event, Warned)]
    assert [sum(event.percent == percent for event in warned) for percent in (100, 80, 50)] == [917, 17, 25]
    assert len(warned) == 959
    assert len({event.occasion for event in warned}) == 1
    for one in hours:
        assert one.clock.due == one.clock.start + timedelta(hours=1)


def _queued(number: int, shut: datetime, opens: datetime) -> Happened:
    seen = shut + timedelta(seconds=43.2 * number)
    return known(opens.isoformat(), incident=f"inc_{number:032x}", discovered=seen.isoformat())
