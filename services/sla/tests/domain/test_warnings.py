"""When somebody is warned, once and never early; births too late: `docs/clocks.md` 5."""

from typing import Any

import pytest

from aftercare.sla.domain.model import Mark

from .telling import act, at, clock, known, rule

HOUR = {"kind": "deadline", "within": {"minutes": 100}}
SINCE = {"start": {"on": ["incident-known"], "at": "occurred"}}
BEGIN = known("2026-03-02T10:00")


def marks(form: dict[str, Any], received: str = "2026-03-02T10:00", **more: Any) -> list[tuple[int, str]]:
    found = clock(rule(form, **(SINCE | more)), known(received, occurred="2026-03-02T10:00"))
    return [(mark.percent, mark.at.isoformat().removesuffix("+00:00")) for mark in found.marks]


def test_a_mark_is_a_share_of_the_elapsed_way_and_the_miss_is_none_of_them() -> None:
    assert marks(HOUR) == [(50, "2026-03-02T10:50:00"), (80, "2026-03-02T11:20:00")]
    assert marks(HOUR, warnings={"at": [1, 33, 99]}) == [
        (1, "2026-03-02T10:01:00"),
        (33, "2026-03-02T10:33:00"),
        (99, "2026-03-02T11:39:00"),
    ]
    assert marks(HOUR, warnings={"at": [100]}) == []
    # Two working days after Monday end on Wednesday at midnight: half of the 62 hours are 31.
    two_days = {"kind": "deadline", "within": {"days": 2}, "calendar": "working-days"}
    assert marks(two_days, warnings={"at": [50]}) == [(50, "2026-03-03T17:00:00")]


def test_a_window_warns_on_its_way_from_opening_to_closing() -> None:
    week = {"kind": "window", "opens": {"days": 7}, "closes": {"days": 14}}
    assert marks(week, warnings={"at": [50]}) == [(50, "2026-03-12T22:00:00")]


def test_an_objective_is_a_mark_and_what_has_no_way_warns_of_nothing() -> None:
    assert marks({"kind": "age", "objective": {"hours": 10}}) == [
        (50, "2026-03-02T15:00:00"),
        (80, "2026-03-02T18:00:00"),
        (100, "2026-03-02T20:00:00"),
    ]
    assert marks({"kind": "age"}) == []
    assert marks({"kind": "not-before", "after": {"hours": 72}}) == []


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-02T10:49:59", [(50, "2026-03-02T10:50:00"), (80, "2026-03-02T11:20:00")]),
        ("2026-03-02T10:50:00", [(50, "2026-03-02T10:50:00"), (80, "2026-03-02T11:20:00")]),
        ("2026-03-02T10:50:01", [(50, "2026-03-02T10:50:01"), (80, "2026-03-02T11:20:00")]),
        ("2026-03-02T11:20:00", [(80, "2026-03-02T11:20:00")]),
        ("2026-03-02T11:30:00", [(80, "2026-03-02T11:30:00")]),
        ("2026-03-02T11:39:59", [(80, "2026-03-02T11:39:59")]),
        # At its due instant it is born late: one warning, whatever the number of marks.
        ("2026-03-02T11:40:00", [(100, "2026-03-02T11:40:00")]),
        ("2026-03-09T10:00:00", [(100, "2026-03-09T10:00:00")]),
    ],
)
def test_a_clock_born_on_its_way_gives_only_the_highest_mark_passed(
    received: str, expected: list[tuple[int, str]]
) -> None:
    assert marks(HOUR, received) == expected


def test_an_age_born_after_its_objective_says_so_once() -> None:
    assert marks({"kind": "age", "objective": {"hours": 10}}, "2026-03-05T10:00") == [(100, "2026-03-05T10:00:00")]


def test_each_round_of_a_recurring_clock_has_a_way_of_its_own() -> None:
    again = rule({"kind": "recurring", "every": {"days": 10}}, warnings={"at": [50]})
    done = act("disclosure-initial-done", "2026-03-08T10:00")
    assert clock(again, BEGIN).marks == (Mark(50, at("2026-03-07T10:00")),)
    assert clock(again, BEGIN, done).marks == (Mark(50, at("2026-03-13T10:00")),)
