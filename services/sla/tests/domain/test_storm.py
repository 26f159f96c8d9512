"""An outage ends, and a thousand clocks are born late in the same minute: the events are there, the page rings once."""

from datetime import timedelta

from aftercare.programme.clocks import Route
from aftercare.sla.domain.model import Started, State, Warned
from aftercare.sla.domain.summaries import Occasion, summaries

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


def test_a_thousand_clocks_born_late_are_each_told_and_ring_once_per_site() -> None:
    engine = storm(1000)
    said = [event for _, event in engine.events]
    assert set(engine.states().values()) == {State.UNMEETABLE}
    assert [type(one) for one in said] == [Started, Warned] * 1000
    rings = summaries(said, NOW)
    minute = at("2026-03-03T08:00")
    assert sorted(one.occasion for one in rings) == [Occasion("paged", site, minute) for site in ("boston", "london")]
    assert [len(one.warned) for one in rings] == [500, 500]
    assert {one.route for one in rings} == {Route.PAGE}
    assert {one for ring in rings for one in ring.warned} == set(engine.said)


def test_another_minute_and_another_rule_ring_by_themselves() -> None:
    said = [event for _, event in storm(2).events]
    assert {one.occasion.minute for one in summaries(said, NOW + timedelta(seconds=29))} == {at("2026-03-03T08:00")}
    assert {one.occasion.minute for one in summaries(said, NOW + timedelta(seconds=30))} == {at("2026-03-03T08:01")}
    both = Engine([rule(id="a"), rule(id="b")])
    both.hear(known("2026-03-02T10:00"), now=at("2026-03-09T10:00"))
    rings = summaries([event for _, event in both.events], at("2026-03-09T10:00"))
    assert [(one.occasion.rule, one.warned, len(one.missed), one.route) for one in rings] == [
        ("a", (), 1, Route.WORKLIST),
        ("b", (), 1, Route.WORKLIST),
    ]


def test_one_clock_that_pages_makes_the_summary_a_page() -> None:
    either = Engine([rule(warnings={"at": [50], "route": "worklist", "missed": "page"})])
    either.hear(known("2026-03-02T10:00"), now=at("2026-03-09T10:00"))
    either.hear(known("2026-03-08T20:00", incident="inc_" + "9" * 32), now=at("2026-03-09T10:00"))
    ring = summaries([event for _, event in either.events], at("2026-03-09T10:00"))[0]
    assert (ring.route, len(ring.warned), len(ring.missed)) == (Route.PAGE, 1, 1)


def test_nobody_is_told_again_of_what_was_missed_already() -> None:
    engine = Engine([rule(**SINCE)])
    engine.hear(known("2026-03-02T10:00", occurred="2026-03-02T10:00"), now=at("2026-03-04T10:00"))
    heard = len(engine.events)
    engine.hear(known("2026-03-05T10:00", revision=2, occurred="2026-03-02T09:00"), now=at("2026-03-05T10:00"))
    assert len(engine.events) == heard + 1
    assert summaries([event for _, event in engine.events[heard:]], at("2026-03-05T10:00")) == ()


def test_what_ends_well_rings_for_nobody() -> None:
    engine = Engine([rule()])
    done = act("disclosure-initial-done", "2026-03-02T11:00")
    engine.hear(known("2026-03-02T10:00"), done, now=at("2026-03-02T11:00"))
    assert summaries([event for _, event in engine.events], at("2026-03-02T11:00")) == ()
