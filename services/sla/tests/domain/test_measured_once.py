"""A promise is counted once when it ends, however often its end is told."""

from collections import Counter
from typing import Any

import pytest

from aftercare.programme.clocks import ClockRule, Side
from aftercare.sla import telemetry
from aftercare.sla.domain.model import Missed, Published
from aftercare.sla.domain.transitions import transitions
from aftercare.sla.service_layer.measuring import Meter, Said

from .telling import act, at, clock, known, rule

DONE = "disclosure-initial-done"
RULE = rule(start={"on": ["incident-known"], "at": "occurred"})
FIRST = known("2026-03-02T10:00", occurred="2026-03-02T10:00")
CORRECTED = known("2026-03-04T10:00", occurred="2026-03-02T09:00", revision=2)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The outcomes that were counted."""
    counted: list[str] = []

    def count(_labels: Any, _route: Any, outcome: telemetry.Outcome, *, times: int = 1) -> None:
        counted.extend([outcome.value] * times)

    monkeypatch.setattr(telemetry, "count_ended", count)
    return counted


def told(meter: Meter, before: Published | None, now: str, *happenings: Any, promise: ClockRule = RULE) -> Published:
    events, after = transitions(before, clock(promise, *happenings), at(now))
    assert after is not None
    meter._measure([Said(before, after, list(events))])
    return after


def test_a_miss_that_is_told_by_other_times_is_counted_once(ended: list[str]) -> None:
    meter = Meter(Side.EVENT)
    running = told(meter, None, "2026-03-02T10:00", FIRST)
    missed = told(meter, running, "2026-03-03T10:00", FIRST)
    events, _ = transitions(missed, clock(RULE, FIRST, CORRECTED), at("2026-03-04T10:00"))
    assert [type(event) for event in events] == [Missed]
    told(meter, missed, "2026-03-04T10:00", FIRST, CORRECTED)
    assert ended == ["missed"]


def test_what_was_met_stays_counted_once_when_its_start_is_corrected(ended: list[str]) -> None:
    meter = Meter(Side.EVENT)
    done = act(DONE, "2026-03-02T12:00")
    met = told(meter, None, "2026-03-02T12:00", FIRST, done)
    told(meter, met, "2026-03-04T10:00", FIRST, done, CORRECTED)
    assert ended == ["met"]


def test_a_miss_of_the_next_round_is_another_though_nobody_looked_in_between(ended: list[str]) -> None:
    weekly = rule({"kind": "recurring", "every": {"days": 7}})
    meter, done = Meter(Side.EVENT), act(DONE, "2026-03-11T10:00")
    missed = told(meter, None, "2026-03-10T10:00", FIRST, promise=weekly)
    told(meter, missed, "2026-03-20T10:00", FIRST, done, promise=weekly)
    assert ended == ["missed", "missed"]


def test_each_of_many_that_are_missed_together_is_counted(ended: list[str]) -> None:
    running = transitions(None, clock(RULE, FIRST), at("2026-03-02T10:00"))[1]
    events, after = transitions(running, clock(RULE, FIRST), at("2026-03-03T10:00"))
    assert after is not None
    Meter(Side.EVENT)._measure([Said(running, after, list(events))] * 3)
    assert ended == ["missed"] * 3


def test_warnings_are_counted_by_their_mark_and_births_too_late_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: Counter[tuple[int, bool]] = Counter()

    def count(_labels: Any, _route: Any, percent: int, *, born_late: bool, times: int) -> None:
        counted[percent, born_late] += times

    monkeypatch.setattr(telemetry, "count_warnings", count)
    meter, late = Meter(Side.EVENT), known("2026-03-02T10:00", occurred="2026-02-20T10:00")
    running = told(meter, None, "2026-03-02T10:00", FIRST)
    events, after = transitions(running, clock(RULE, FIRST), at("2026-03-02T22:00"))
    assert after is not None
    meter._measure([Said(running, after, list(events))] * 2)
    told(meter, None, "2026-03-02T10:00", late)
    assert counted == {(50, False): 2, (100, True): 1}
