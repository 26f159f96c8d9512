"""An outage ends, and a thousand clocks are born late in the same minute: the events are there, the page rings once."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from aftercare.programme.clocks import Route
from aftercare.sla.domain.model import Missed, Started, State, Transition, Warned

from .lives import Engine
from .telling import act, at, known, rule

NOW = at("2026-03-03T08:00:30")
SINCE = {"start": {"on": ["incident-known"], "at": "occurred"}}
PAGED = rule(id="paged", warnings={"route": "page"}, **SINCE)


def storm(size: int) -> Engine:
    """So many incidents of two days before, half of them in Boston, that all came in one batch."""
    engine = Engine([PAGED])
    engine.hear(
        *(
            known(
                NOW.isoformat(),
                incident=f"inc_{number:032x}",
                occurred=(NOW - timedelta(days=2, minutes=number)).isoformat(),
                site="london" if number % 2 else "boston",
            )
            for number in range(size)
        ),
        now=NOW,
    )
    return engine


def rings(engine: Engine) -> Counter[str]:
    """How much is said on each occasion."""
    return Counter(one.occasion for one in alerts(event for _, event in engine.events) if one.occasion is not None)


def alerts(events: Iterable[Transition]) -> list[Warned | Missed]:
    return [one for one in events if isinstance(one, Warned | Missed)]


def test_a_thousand_clocks_born_late_are_each_told_and_ring_once_per_site() -> None:
    engine = storm(1000)
    said: list[Transition] = [event for _, event in engine.events]
    assert set(engine.states().values()) == {State.UNMEETABLE}
    assert [type(one) for one in said] == [Started, Warned] * 1000
    assert sorted(rings(engine).values()) == [500, 500]
    of_site = {(one.clock.site, one.occasion) for one in alerts(said)}
    assert sorted(str(site) for site, _ in of_site) == ["boston", "london"], "one occasion for each site"
    assert {one.route for one in alerts(said)} == {Route.PAGE}
    assert {one.clock.reference for one in alerts(said)} == set(engine.said), "each clock is told"


def test_what_is_said_in_the_next_minute_rings_by_itself() -> None:
    engine = Engine([PAGED])
    for number, seconds in enumerate((0, 29, 30)):
        then = NOW + timedelta(seconds=seconds)
        occurred = (NOW - timedelta(days=3)).isoformat()
        engine.hear(known(then.isoformat(), incident=f"inc_{number:032x}", occurred=occurred), now=then)
    first, second, third = (one.occasion for one in alerts(event for _, event in engine.events))
    assert first == second != third


def test_another_rule_and_another_site_ring_by_themselves() -> None:
    both = Engine([rule(id="a"), rule(id="b")])
    nowhere = known("2026-03-02T10:00", incident="inc_" + "9" * 32, site=None)
    both.hear(known("2026-03-02T10:00"), nowhere, now=at("2026-03-09T10:00"))
    assert {type(one) for one in alerts(event for _, event in both.events)} == {Missed}
    assert sorted(rings(both).values()) == [1, 1, 1, 1]


def test_a_warning_and_a_miss_of_one_minute_are_one_occasion() -> None:
    engine = Engine([rule(warnings={"at": [50], "route": "worklist", "missed": "page"})])
    late = known("2026-03-02T10:00")
    half = known("2026-03-08T20:00", incident="inc_" + "9" * 32)
    engine.hear(late, half, now=at("2026-03-09T10:00"))
    assert {type(one) for one in alerts(event for _, event in engine.events)} == {Warned, Missed}
    assert list(rings(engine).values()) == [2]


def test_nobody_is_rung_again_for_what_was_missed_already() -> None:
    engine = Engine([rule(**SINCE)])
    engine.hear(known("2026-03-02T10:00", occurred="2026-03-02T10:00"), now=at("2026-03-02T10:00"))
    engine.sleep_until(at("2026-03-04T10:00"))
    rang, heard = rings(engine), len(engine.events)
    assert engine.of("r")[-1] == "Missed"
    engine.hear(known("2026-03-05T10:00", revision=2, occurred="2026-03-02T09:00"), now=at("2026-03-05T10:00"))
    assert [(type(event), event.clock.start) for _, event in engine.events[heard:]] == [
        (Missed, at("2026-03-02T09:00"))
    ]
    assert rings(engine) == rang


def test_a_round_that_was_slept_over_rings_by_itself() -> None:
    """It was missed when nobody looked: the state is the same as of the round before, and what is missed is another."""
    engine = Engine([rule({"kind": "recurring", "every": {"days": 7}}, warnings={"route": "page"})])
    engine.hear(known("2026-03-02T10:00"), now=at("2026-03-10T10:00"))
    late = act("disclosure-initial-done", "2026-03-11T10:00", received="2026-03-20T10:00")
    engine.hear(late, now=at("2026-03-20T10:00"))
    assert [one.at for one in alerts(event for _, event in engine.events)] == [
        at("2026-03-09T10:00"),
        at("2026-03-18T10:00"),
    ]
    assert len(rings(engine)) == 2


def test_the_occasion_is_the_same_for_whoever_says_it() -> None:
    """Replicas know nothing of each other; what each says of the same minute rings together."""
    one, other = storm(2), storm(4)
    assert rings(one).keys() == rings(other).keys()
    assert all(len(occasion) == len("occ_") + 32 for occasion in rings(one))


def test_what_ends_well_rings_for_nobody() -> None:
    engine = Engine([rule()])
    done = act("disclosure-initial-done", "2026-03-02T11:00")
    engine.hear(known("2026-03-02T10:00"), done, now=at("2026-03-02T11:00"))
    assert not rings(engine)
