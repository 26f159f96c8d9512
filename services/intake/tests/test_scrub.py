"""Nothing that a source wrote gets past the door: whatever is put wherever, no output holds it."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.outcome import Ending
from aftercare.intake.domain.source import Places, Sources
from aftercare.intake.service_layer.dry_run import DryResult, dry_run

from .conftest import PLACES, SAFETY

RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)
EXAMPLES = [
    json.loads(path.read_text()) for path in (Path(__file__).parents[1] / "contract" / "examples").glob("*.json")
]
DOOR = Door(Sources((SAFETY,)), PLACES)
SEED = "Zaphodine"
names = st.builds(
    lambda first, number: f"{SEED}{first}{number}",
    st.sampled_from(["", " Müller", "-O'Neil", "\u200b", "<b>", "'; drop table record; --", "{{7*7}}", "\t", "/../"]),
    st.integers(0, 9999),
)
FIELDS = [
    "text", "identifier", "event", "category", "subject", "encounter", "location", "resultingCondition", "recorder",
    "contributor", "suspectEntity", "subjectMedicalHistory", "referenceDocument", "study", "contained", "extension",
    "modifierExtension", "note", "meta", "id", "implicitRules", "language", "date", "detected", "recordedDate",
    "severity", "seriousness", "outcome", "actuality", "description",
]  # fmt: skip


def reference(name: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(
        [
            {"display": name},
            {"reference": f"Practitioner/{name}", "display": name},
            {"reference": f"Patient/{name}"},
            {"reference": "#x", "display": name},
            {"identifier": {"system": f"urn:{name}", "value": name, "assigner": {"display": name}}},
            {"type": name, "display": name, "extension": [{"url": name, "valueString": name}]},
        ]
    )


def value(name: str) -> st.SearchStrategy[Any]:
    concept = {"coding": [{"system": name, "code": name, "display": name}], "text": name}
    resource = {
        "resourceType": "Practitioner",
        "id": "x",
        "identifier": [{"system": name, "value": name}],
        "name": [{"family": name, "given": [name], "text": name}],
        "telecom": [{"value": name}],
    }
    narrative = {"status": "generated", "div": f"<div>{name}</div>"}
    plain = [name, concept, [concept], narrative, [resource], [{"text": name}], {"value": name, "system": name}]
    return st.one_of(st.sampled_from(plain), reference(name), reference(name).map(lambda one: [one]))


@st.composite
def seeded_events(draw: st.DrawFn) -> tuple[Any, set[str]]:
    """An AdverseEvent with a name in many places, bare, wrapped or in a Bundle."""
    chosen = draw(st.sets(names, min_size=1, max_size=4))
    event: dict[str, Any] = {"resourceType": "AdverseEvent", "id": "ae-1", "actuality": "actual"}
    for name in sorted(chosen):
        for field in draw(st.sets(st.sampled_from(FIELDS), min_size=1, max_size=8)):
            event[field] = draw(value(name))
    first = min(chosen)
    wrapped = [
        event,
        {
            "resourceType": "Bundle",
            "id": first,
            "entry": [{"fullUrl": f"urn:{first}", "resource": event}, {"resource": {}}],
        },
        {"specversion": "1.0", "id": first, "source": first, "type": first, "subject": first, "data": event},
        {first: event},
        {"resourceType": first, "x": event},
    ]
    return draw(st.sampled_from(wrapped)), chosen


def outputs(results: list[DryResult]) -> Iterator[str]:
    """All that leaves: messages, and what is said about a record."""
    for result in results:
        yield json.dumps(result.event, ensure_ascii=False)
        yield json.dumps(
            [result.also, result.taken.explanation, result.taken.doubts, result.taken.format], ensure_ascii=False
        )
        yield repr(result.taken)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(seeded_events(), st.sampled_from([None, "safety"]))
def test_no_output_holds_a_name_wherever_it_was_put(seeded: tuple[Any, set[str]], source: str | None) -> None:
    record, _ = seeded
    results = list(dry_run(DOOR, Delivery(json.dumps(record).encode(), {}, source), RECEIVED))
    assert results
    assert not [text for text in outputs(results) if re.search(SEED, text, re.IGNORECASE)]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))
    else:
        yield path


def _put(record: Any, path: tuple[Any, ...], content: Any) -> Any:
    changed = copy.deepcopy(record)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = content
    return changed


odd = st.one_of(
    names,
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just([]),
    st.just({}),
    st.builds(lambda name: [name, {"value": name}], names),
    st.builds(lambda name: {name: name}, names),
    st.text(max_size=10),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A message of our contract with up to three places changed to something odd."""
    record = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(1, 3))):
        record = _put(record, draw(st.sampled_from(sorted(_places(record), key=str))), draw(odd))
        if not list(_places(record)):
            break
    return record


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_mutated_message_ends_somehow_and_leaks_nothing(record: Any) -> None:
    results = list(dry_run(DOOR, Delivery(json.dumps(record).encode()), RECEIVED))
    assert results
    assert all(one.taken.reason != "mapping-failed" for one in results)
    assert not [text for text in outputs(results) if SEED in text]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EXAMPLES), st.data())
def test_broken_bytes_end_somehow(record: Any, data: st.DataObject) -> None:
    body = bytearray(json.dumps(record).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    results = list(dry_run(DOOR, Delivery(bytes(body)), RECEIVED))
    assert results
    assert all(one.taken.outcome in Ending for one in results)


@given(seeded_events())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_mapping_the_same_record_twice_is_the_same(seeded: tuple[Any, set[str]]) -> None:
    body = json.dumps(seeded[0]).encode()
    first = [(one.event, one.taken) for one in dry_run(DOOR, Delivery(body), RECEIVED)]
    assert first == [(one.event, one.taken) for one in dry_run(DOOR, Delivery(body), RECEIVED)]


@pytest.mark.parametrize("place", ["Ward 7", "WARD7", " ward  7 "])
def test_a_place_leaves_only_as_the_code_of_the_organisation(place: str) -> None:
    record = {"resourceType": "AdverseEvent", "location": {"display": place}}
    [known] = dry_run(DOOR, Delivery(json.dumps(record).encode(), {}, "safety"), RECEIVED)
    assert known.event is not None
    assert known.event["data"]["state"]["unit"] == "ward-7"
    [unknown] = dry_run(Door(DOOR.sources, Places()), Delivery(json.dumps(record).encode()), RECEIVED)
    assert unknown.event is not None
    assert "unit" not in unknown.event["data"]["state"]
