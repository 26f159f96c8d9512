"""Whatever the order, the delays and the repetitions: the same clocks in the end, nothing early, nothing twice."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.programme.model import HarmLevel
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.model import (
    Cancelled,
    Clock,
    Happened,
    Link,
    Met,
    Missed,
    Moved,
    Person,
    Started,
    State,
    Stopped,
    Told,
    Transition,
    Warned,
)

from .lives import Engine
from .telling import (
    ANN,
    ASG,
    BEN,
    CAS,
    CAT,
    INC,
    OBL,
    ORGANISATION,
    OTHER,
    RCA,
    act,
    at,
    clocks,
    editions,
    ended,
    known,
    named,
    obligation_rule,
    opened,
    rule,
)

FEWER = settings(max_examples=settings().max_examples // 3)
HARM, SELDOM = st.sampled_from(["low", "severe"]), st.integers(0, 5).map(lambda number: number == 0)
BEGIN = at("2026-03-27T08:00")
SINCE = {"start": {"on": ["incident-known"], "at": "occurred", "otherwise": ["discovered"]}}
CALENDAR = {"kind": "deadline", "within": {"days": 2}, "calendar": "working-days"}
RULES = (
    rule({"kind": "deadline", "within": {"hours": 8}}, id="severe", when={"harm_at_least": "severe"}, **SINCE),
    rule(CALENDAR, id="working", warnings={"at": [10, 50, 90]}),
    rule({"kind": "window", "opens": {"hours": 3}, "closes": {"hours": 30}}, id="window", **SINCE),
    rule({"kind": "not-before", "after": {"hours": 20}}, id="not-before"),
    rule({"kind": "recurring", "every": {"hours": 15}, "calendar": "continuous"}, id="recurring", **SINCE),
    rule({"kind": "before-state", "happening": "disclosure-closed", "at_latest": {"hours": 40}}, id="before-state"),
    rule({"kind": "age", "objective": {"hours": 12}}, id="age", stop={"on": ["rca-completed"]}),
    rule(id="analysis", subject="rca", start={"on": ["rca-commissioned"]}, stop={"on": ["rca-completed"]}),
    rule(id="method", subject="rca", when={"methods": ["psii"]}, start={"on": ["rca-commissioned"]}, stop={}),
    rule(id="told", subject="relevant-person", when={"harm_at_least": "severe"}, **SINCE),
    rule(
        id="letter",
        subject="relevant-person",
        start={"on": ["disclosure-required", "disclosure-initial-done"]},
        stop={
            "on": ["disclosure-closed"],
            "attempted": ["rca-feedback-to-family"],
            "cancelled": ["disclosure-not-required"],
        },
    ),
    rule(
        {"kind": "before-state", "happening": "disclosure-closed", "at_latest": {"hours": 40}},
        id="before-closing",
        subject="relevant-person",
    ),
    obligation_rule(id="reached"),
    obligation_rule(id="of-severe", when={"harm_at_least": "severe"}, stop={"on": ["offer-made"]}),
    rule(
        id="answered",
        side="support",
        subject="assignment",
        start={"on": ["supporter-asked"]},
        stop={"on": ["supporter-accepted"]},
    ),
)
LINKS = frozenset(
    Link(*pair)
    for pair in (
        *((OTHER, INC), (INC, OTHER), (RCA, INC), (INC, OBL), (CAS, OBL), (ASG, CAS)),
        *((INC, ANN), (INC, BEN), (OTHER, CAT), (OTHER, ANN)),
    )
)
NAMED = {INC: (ANN, BEN), OTHER: (CAT, ANN)}
"""Whom each may name. That both know Ann never happens; whatever comes of it, it comes in any order."""
ACTS = {
    INC: ("disclosure-initial-done", "disclosure-not-required", "disclosure-closed", "disclosure-required"),
    OTHER: ("disclosure-initial-done", "disclosure-required"),
    RCA: ("rca-commissioned", "rca-completed", "rca-cancelled", "rca-feedback-to-family"),
    OBL: ("offer-made", "no-offer-made"),
    CAS: ("person-reached", "case-declined"),
    ASG: ("supporter-asked", "supporter-accepted"),
}


def hours(most: int) -> st.SearchStrategy[float]:
    """Quarters of an hour, so that instants meet."""
    return st.integers(0, most * 4).map(lambda quarters: quarters / 4)


@st.composite
def happenings(draw: Any) -> list[Happened]:
    found = [
        _revision(draw, incident, number)
        for incident in (INC, OTHER)
        for number in range(1, draw(st.integers(0, 4)) + 1)
    ]
    found += [_act(draw) for _ in range(draw(st.integers(0, 6)))]
    if draw(st.booleans()):
        found.append(opened(_when(draw), occurred=_when(draw), route="incident"))
    return found


def _when(draw: Any) -> str:
    return (BEGIN + timedelta(hours=draw(hours(90)))).isoformat()


def _revision(draw: Any, incident: str, number: int) -> Happened:
    others = ("withdrawn", "merged") if incident == OTHER or draw(st.integers(0, 3)) == 0 else ("withdrawn",)
    kind = draw(st.sampled_from(["known", "known", "known", *others]))
    persons = _persons(draw, NAMED[incident])
    if kind != "known":
        return ended(kind, _when(draw), incident=incident, revision=number, persons=persons)
    stated = {name: _when(draw) for name in ("occurred", "discovered") if draw(st.booleans())}
    harm, mute, of_staff = draw(HARM), draw(SELDOM), draw(SELDOM)
    more = {"mute": mute, "of_staff": of_staff, "persons": persons}
    return known(_when(draw), harm, incident=incident, revision=number, **more, **stated)


def _persons(draw: Any, whom: tuple[str, ...]) -> frozenset[Person]:
    named = draw(st.sets(st.sampled_from(whom))) if draw(st.booleans()) else ()
    return frozenset(Person(one, HarmLevel(draw(HARM)) if draw(st.booleans()) else None) for one in sorted(named))


def _act(draw: Any) -> Happened:
    subject = draw(st.sampled_from(sorted(ACTS)))
    done = BEGIN + timedelta(hours=draw(hours(90)))
    heard = done + timedelta(hours=draw(hours(20)))
    more: dict[str, Any] = {"method": draw(st.sampled_from(["psii", "aar"]))} if subject == RCA else {}
    if subject in NAMED:
        regarded = draw(st.sampled_from([(), (), (ANN,), (BEN,), (CAT,), (ANN, BEN)]))
        more = {"persons": named(*regarded)}
    kind = draw(st.sampled_from(ACTS[subject]))
    return act(kind, done.isoformat(), subject=subject, received=heard.isoformat(), **more)


@st.composite
def deliveries(draw: Any) -> list[tuple[datetime, Happened]]:
    """Each happening at or after its receipt, some twice, late by up to two days."""
    found = [
        (one.received + timedelta(hours=draw(hours(48))), one)
        for one in draw(happenings())
        for _ in range(draw(st.integers(1, 2)))
    ]
    return sorted(found, key=lambda pair: (pair[0], repr(pair[1])))


def live(told: list[tuple[datetime, Happened]]) -> Engine:
    engine = Engine(RULES, LINKS)
    for now, one in told:
        engine.sleep_until(now)
        engine.hear(one, now=now)
    engine.sleep_until(BEGIN + timedelta(days=10))
    return engine


@FEWER
@given(deliveries())
def test_however_it_was_heard_it_ends_as_if_all_had_been_told_at_once(told: list[tuple[datetime, Happened]]) -> None:
    """And on its way nothing was said early or twice, and the events alone tell the state."""
    engine, now = live(told), BEGIN + timedelta(days=10)
    at_once = {one.reference: one for one in engine.clocks()}
    kept = {reference: said for reference, said in engine.said.items() if reference in at_once}
    assert {reference: said.clock for reference, said in kept.items()} == at_once
    assert {one: said.state for one, said in kept.items()} == {one: it.state_at(now) for one, it in at_once.items()}
    gone = [said for reference, said in engine.said.items() if reference not in at_once]
    assert {said.state for said in gone} <= {State.CANCELLED}
    assert all(_can_lose_its_ground(said.clock, {one for _, one in told}) for said in gone)
    assert engine.states() == read_from(engine)
    for said_at, event in engine.events:
        _is_not_early(event, said_at)
    _is_once_each(engine)


def _can_lose_its_ground(clock: Clock, told: Iterable[Happened]) -> bool:
    """By what is heard later: a step turns out to regard somebody else, or a circle of merges closes."""
    merged = {one.subject for one in told if one.kind == "incident-merged"}
    return clock.rule.subject == "relevant-person" or merged == {INC, OTHER}


def _is_not_early(event: Transition, now: datetime) -> None:
    clock = event.clock
    assert clock.born <= now
    if isinstance(event, (Warned, Missed)):
        assert event.at <= now
    if isinstance(event, Missed):
        assert clock.missed_at == event.at
        recurring = clock.rule.id == "recurring"
        assert recurring or clock.outcome.stopped is None or clock.outcome.stopped > event.at


def _is_once_each(engine: Engine) -> None:
    once = [event for _, event in engine.events if isinstance(event, Warned) and event.clock.rule.id != "recurring"]
    assert max(Counter((one.clock.reference, one.percent) for one in once).values(), default=1) == 1
    for reference, said in engine.said.items():
        numbers = [event.revision for _, event in engine.events if event.clock.reference == reference]
        assert numbers == list(range(1, said.revision + 1))


def read_from(engine: Engine) -> dict[str, State]:
    """What a reader of the events alone believes in the end."""
    return {event.clock.reference: state for _, event in engine.events if (state := _read(event)) is not None}


def _read(event: Transition) -> State | None:
    match event:
        case Started() | Moved():
            return State.UNMEETABLE if event.clock.unmeetable else State.RUNNING
        case Met():
            return State.MET
        case Missed():
            return State.MISSED
        case Cancelled():
            return State.CANCELLED
        case Warned() | Stopped():
            return None
    raise AssertionError(event)


@FEWER
@given(happenings(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_what_is_told_change_nothing(told: list[Happened], chance: random.Random) -> None:
    again = [*told, *told]
    chance.shuffle(again)
    first, second = (derive(editions(*RULES), ORGANISATION, Told(frozenset(each), LINKS)) for each in (told, again))
    assert first == second


@FEWER
@given(happenings())
def test_a_clock_is_born_by_the_first_receipt_after_which_it_is_there(told: list[Happened]) -> None:
    everything = clocks(RULES, *told, links=[(link.source, link.target) for link in LINKS])
    for clock in everything:
        may_go = _can_lose_its_ground(clock, told)
        for instant in {one.received for one in told if one.received <= clock.born or not may_go}:
            by_then = [one for one in told if one.received <= instant]
            there = derive(editions(clock.rule), ORGANISATION, Told(frozenset(by_then), LINKS))
            assert bool([one for one in there if one.subject == clock.subject]) is (clock.born <= instant)


@given(happenings())
def test_a_merge_never_gives_more_time(told: list[Happened]) -> None:
    """Once both incidents are known, the one that stays is due no later than either was by itself."""
    apart = [one for one in told if one.kind != "incident-merged"]
    later = max((one.received for one in told), default=BEGIN)
    merge = ended("merged", later.isoformat(), incident=OTHER, revision=99)
    deadlines = [one for one in RULES if one.id in ("severe", "working")]
    before, after = clocks(deadlines, *apart), clocks(deadlines, *apart, merge, links=[(OTHER, INC)])
    stays = {one.rule.id: one for one in after if one.subject == INC}
    if not any(one.subject == INC and one.kind == "incident-known" for one in apart):
        return
    for one in before:
        stayed = stays[one.rule.id]
        assert stayed.start <= one.start
        assert stayed.due is not None
        assert one.due is not None
        assert stayed.due <= one.due
