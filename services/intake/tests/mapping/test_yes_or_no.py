"""Yes or no: what says neither is unknown, never a no."""

import json
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.source import Sources

from .conftest import SOURCE, WARDLOG, Examine, mapped, mapping_of, record


def told(field: str, mapping: str = WARDLOG, **changes: Any) -> tuple[Any, tuple[str, ...]]:
    """What became of a field of the record, and the doubts."""
    trace = Trace()
    door = Door(Sources((SOURCE,)), mappings=Mappings({"wardlog": [mapping_of(mapping)]}), trace=trace)
    body = json.dumps(record(**changes)).encode()
    [one] = door.examine(Delivery(body, source="wardlog"))
    return next(line.became for line in trace.of(one.ending) if line.name == field), mapped(one).doubts


@pytest.mark.parametrize(("word", "became"), [("Y", True), ("nein", False), ("Talvez", None)])
def test_a_word_that_says_neither_yes_nor_no_is_left_out_with_a_doubt(word: str, became: bool | None) -> None:
    made, doubts = told("flags.never-event", never=word)
    assert made is became
    assert ("unknown-code:flags.never-event" in doubts) is (became is None)


@pytest.mark.parametrize(("word", "became"), [("S1", True), ("N0", False), ("Talvez", None)])
def test_a_code_of_yes_or_no_that_nobody_listed_is_unknown(word: str, became: bool | None) -> None:
    coded = WARDLOG.replace("never-event: never", "never-event: {value: never, codes: {S1: true, N0: false}}")
    made, doubts = told("flags.never-event", coded, never=word)
    assert made is became
    assert ("unknown-code:flags.never-event" in doubts) is (became is None)


def test_a_fear_in_a_code_that_nobody_listed_still_guards(examine: Examine) -> None:
    coded = WARDLOG.replace(
        "fears_repercussion: reporter.fear", "fears_repercussion: {value: reporter.fear, codes: {N: false}}"
    )
    for fear, guarded in (("N", False), ("Talvez", True)):
        [one] = examine(coded, record(reporter={"no": "N-2002", "fear": fear}))
        report = mapped(one).fact
        assert isinstance(report, IncidentReport)
        assert report.fears_repercussion is guarded
