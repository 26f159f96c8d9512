"""A shift where a time of day is expected: as wide as a shift, in whatever language its name is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from aftercare.intake.adapters.mapping.problems import MappingError
from aftercare.intake.domain.facts import IncidentReport

from .conftest import Examine, mapped, mapping_of

MAPPING = """\
mapping: registo
version: 1
zone: Europe/Lisbon
formats: ["%d-%m-%Y %H:%M", "%d-%m-%Y"]
messages:
  - type: incident-reported
    record: {id: no}
    occurred: {date: day, time: time || shift, codes: {noite: night, Manhã: morning}}
"""


def occurred(one: Any) -> tuple[datetime, datetime]:
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    assert fact.details.occurred is not None
    return fact.details.occurred.earliest, fact.details.occurred.latest


@pytest.mark.parametrize(
    ("shift", "first", "hours"), [("noite", 0, 33), ("NOITE ", 0, 33), ("manhã", 5, 7), ("Night-shift", 0, 33)]
)
def test_a_shift_by_its_code_or_in_our_words_is_as_wide_as_that_shift(
    examine: Examine, shift: str, first: int, hours: int
) -> None:
    [one] = examine(MAPPING, {"no": "R-1", "day": "24-11-2025", "shift": shift})
    earliest, latest = occurred(one)
    assert earliest == datetime(2025, 11, 24, first, tzinfo=UTC)
    assert round((latest - earliest).total_seconds() / 3600) == hours
    assert mapped(one).doubts == ()


def test_a_time_beside_a_shift_is_read_as_before_and_an_unknown_shift_leaves_the_day_in_doubt(examine: Examine) -> None:
    [one] = examine(MAPPING, {"no": "R-1", "day": "24-11-2025", "time": "14:05", "shift": "noite"})
    assert occurred(one)[0] == datetime(2025, 11, 24, 14, 5, tzinfo=UTC)
    [unknown] = examine(MAPPING, {"no": "R-1", "day": "24-11-2025", "shift": "turno C"})
    assert mapped(unknown).doubts == ("unreadable-time:occurred",)
    assert occurred(unknown)[0] == datetime(2025, 11, 24, tzinfo=UTC)
    [month] = examine(MAPPING, {"no": "R-1", "day": "2025-11", "shift": "noite"})
    assert mapped(month).doubts == ("unreadable-time:occurred",)
    assert occurred(month)[0] == datetime(2025, 11, 1, tzinfo=UTC)


def test_a_code_that_is_no_shift_of_ours_or_stands_without_a_time_is_refused() -> None:
    with pytest.raises(MappingError, match=r"codes\.noite: must be one of day shift"):
        mapping_of(MAPPING.replace("noite: night", "noite: nacht"))
    with pytest.raises(MappingError, match="they go with `date` and `time`"):
        mapping_of(MAPPING.replace("date: day, time: time || shift", "value: day"))
