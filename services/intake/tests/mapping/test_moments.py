"""When something happened, in the ways in which in-house systems write it: never more precise than it was said."""

import pytest

from aftercare.intake.adapters.mapping.problems import MappingError
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.domain.vocabulary import Precision

from .conftest import Examine, mapped, mapping_of

TWO_FIELDS = """\
mapping: two
version: 1
input: csv
zone: Europe/Berlin
formats: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
messages:
  - type: incident-reported
    record: {id: Nr}
    occurred: {date: Datum, time: Uhrzeit}
"""


def rows(date: str, time: str) -> bytes:
    return f"Nr;Datum;Uhrzeit\nA-1;{date};{time}\n".encode()


@pytest.mark.parametrize(
    ("date", "time", "earliest", "precision", "doubts"),
    [
        ("02.11.2025", "23:40", "2025-11-02T22:40:00+00:00", Precision.MINUTE, ()),
        ("2025-11-02", "23:40", "2025-11-02T22:40:00+00:00", Precision.MINUTE, ()),
        ("02.11.2025", "", "2025-11-01T23:00:00+00:00", Precision.DAY, ()),
        ("02.11.2025", "-", "2025-11-01T23:00:00+00:00", Precision.DAY, ()),
        ("02.11.2025", "abends", "2025-11-01T23:00:00+00:00", Precision.DAY, ("unreadable-time:occurred",)),
    ],
)
def test_a_date_and_a_time_in_two_fields_are_one_moment_and_the_day_alone_where_the_time_is_empty(
    examine: Examine, date: str, time: str, earliest: str, precision: Precision, doubts: tuple[str, ...]
) -> None:
    [one] = examine(TWO_FIELDS, rows(date, time))
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    assert fact.details.occurred is not None
    assert (fact.details.occurred.earliest.isoformat(), fact.details.occurred.precision) == (earliest, precision)
    assert mapped(one).doubts == doubts


@pytest.mark.parametrize(("date", "time"), [("", "23:40"), ("31.02.2025", ""), ("31.02.2025", "23:40"), ("bald", "")])
def test_what_is_no_moment_is_left_out_and_is_a_doubt(examine: Examine, date: str, time: str) -> None:
    [one] = examine(TWO_FIELDS, rows(date, time))
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    assert (fact.details.occurred, mapped(one).doubts) == (None, ("unreadable-time:occurred",))


def test_neither_date_nor_time_is_no_doubt(examine: Examine) -> None:
    [one] = examine(TWO_FIELDS, rows("", ""))
    assert mapped(one).doubts == ()


@pytest.mark.parametrize("words", ["31.02.2025", "2025-02-31", "2025-13-01 10:00", "sometime"])
def test_the_trace_shows_an_impossible_date_as_not_taken(words: str) -> None:
    mapping = mapping_of(TWO_FIELDS.replace("{date: Datum, time: Uhrzeit}", "Datum"))
    trace = Trace()
    door = Door(mappings=Mappings(assumed=[mapping]), trace=trace)
    [one] = door.examine(Delivery(rows(words, "")))
    assert isinstance(one.ending, Mapped)
    [line] = [line for line in trace.of(one.ending) if line.name == "occurred"]
    assert (line.gave, line.became) == (words, None)


def test_an_unreadable_time_of_the_last_change_is_a_doubt_too(examine: Examine) -> None:
    changed = TWO_FIELDS.replace("{id: Nr}", "{id: Nr, updated: Datum}")
    [one] = examine(changed, rows("31.02.2025", ""))
    assert "unreadable-time:record.updated" in mapped(one).doubts


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("{time: Uhrzeit}", "messages.0.occurred: say either `value` (an expression), `always`, or `date`"),
        ("{value: Datum, time: Uhrzeit}", "messages.0.occurred.time: `time` goes with `date`"),
        ("{value: Datum, date: Datum}", "messages.0.occurred: say either `value`"),
    ],
)
def test_a_moment_comes_from_one_field_or_from_two(wrong: str, told: str) -> None:
    with pytest.raises(MappingError) as refused:
        mapping_of(TWO_FIELDS.replace("{date: Datum, time: Uhrzeit}", wrong))
    assert told in str(refused.value)
