"""Our own inbound contract: its schema, its examples and the mapping say the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from aftercare.intake.domain.contract.messages import MESSAGES, PREFIX
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport, StaffChange
from aftercare.intake.domain.harm import HARM_SCALES
from aftercare.intake.domain.outcome import Ending, Examined, Mapped, Reason, Refusal
from aftercare.intake.domain.vocabulary import HarmLevel, Relation

CONTRACT = Path(__file__).parents[1] / "contract"
SCHEMA = json.loads((CONTRACT / "source.schema.json").read_text())
EXAMPLES = sorted((CONTRACT / "examples").glob("*.json"))


def examine(door: Door, event: Any, headers: dict[str, str] | None = None) -> Examined:
    [found] = door.examine(Delivery(json.dumps(event).encode(), headers or {}))
    return found.ending


def report(door: Door, event: Any) -> IncidentReport:
    ending = examine(door, event)
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentReport)
    return ending.fact


def test_schema_table_and_examples_name_the_same_types() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]["type"]["enum"]) == {f"{PREFIX}{name}" for name in MESSAGES}
    assert {path.stem for path in EXAMPLES} == set(MESSAGES)
    assert set(SCHEMA["$defs"]["harm"]["properties"]["scale"]["enum"]) == set(HARM_SCALES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_valid_and_maps_without_a_doubt(path: Path) -> None:
    event = json.loads(path.read_text())
    Draft202012Validator(SCHEMA).validate(event)
    ending = examine(Door(), event)
    assert isinstance(ending, Mapped)
    assert [doubt for doubt in ending.doubts if doubt != "unknown-place"] == []


def test_staff_reporter_and_harm_are_read(door: Door) -> None:
    fact = report(door, json.loads((CONTRACT / "examples" / "incident-reported.json").read_text()))
    assert [one.relation for one in fact.staff] == [
        Relation.INVOLVED,
        Relation.WITNESS,
        Relation.ON_SHIFT,
        Relation.REPORTER,
    ]
    assert (fact.details.harm, fact.details.harm_rule, fact.details.unit) == (HarmLevel.MODERATE, "nrls.1", "ward-7")


def test_a_name_with_spaces_that_do_not_break_is_still_somebody(door: Door, source_event: Any) -> None:
    data = {"record": {"id": "I-1"}, "staff": [{"display": "Robin\u00a0Quill"}, {"display": "Avery\u202eMoss"}]}
    fact = report(door, source_event("incident-reported", data))
    assert [one.person.value for one in fact.staff] == ["Robin Quill", "AveryMoss"]


def test_who_fears_repercussion_is_never_contacted_through_a_manager(door: Door, source_event: Any) -> None:
    data = {
        "record": {"id": "I-1"},
        "staff": [{"value": "N-1"}],
        "reporter": {"value": "N-2", "fears_repercussion": True},
    }
    fact = report(door, source_event("incident-reported", data))
    assert fact.fears_repercussion
    assert all(one.never_through_manager for one in fact.staff)


def test_a_bare_harm_code_counts_only_with_a_configured_scale(door: Door, source_event: Any) -> None:
    data = {"record": {"id": "I-1"}, "harm": {"code": "severe"}}
    assert report(door, source_event("incident-reported", data)).details.harm is HarmLevel.SEVERE
    elsewhere = examine(Door(), source_event("incident-reported", data))
    assert isinstance(elsewhere, Mapped)
    assert isinstance(elsewhere.fact, IncidentReport)
    assert elsewhere.fact.details.harm is HarmLevel.UNKNOWN
    assert "harm-without-scale" in elsewhere.doubts


def test_a_potential_event_with_a_stated_harm_is_a_near_miss(door: Door, source_event: Any) -> None:
    data = {"record": {"id": "I-1"}, "actuality": "potential", "harm": {"scale": "nrls", "code": "death"}}
    assert report(door, source_event("incident-reported", data)).details.harm is HarmLevel.NEAR_MISS


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("incident-reported", {}, Reason.MISSING_FIELD),
        ("incident-reported", {"record": {"id": "a\u0000b"}}, Reason.MISSING_FIELD),
        ("incident-merged", {"record": {"id": "1"}, "into": {"id": "1"}}, Reason.MISSING_FIELD),
        ("staff-involved-added", {"incident": {"id": "1"}, "staff": [{}]}, Reason.MISSING_FIELD),
        ("staff-involved-added", {"staff": [{"value": "1"}]}, Reason.MISSING_FIELD),
        ("rca-interview-held", {"rca": {"id": "1"}}, Reason.MISSING_FIELD),
        ("rca-findings-released", {"rca": {"id": "1"}}, Reason.MISSING_FIELD),
        ("disclosure-milestone-reached", {"incident": {"id": "1"}, "milestone": "tea"}, Reason.UNREADABLE_FIELD),
        ("weather-forecast", {"sun": True}, Reason.UNSUPPORTED_TYPE),
        ("incident-reported.v2", {"record": {"id": "1"}}, Reason.UNSUPPORTED_TYPE),
    ],
)
def test_what_lacks_the_essential_is_parked_with_the_field(
    door: Door, source_event: Any, name: str, data: Any, reason: Reason
) -> None:
    ending = examine(door, source_event(name, data))
    assert isinstance(ending, Refusal)
    assert (ending.reason, ending.ending) == (reason, Ending.PARKED)


def test_the_same_event_is_read_in_every_mode(door: Door, source_event: Any) -> None:
    event = source_event("staff-involved-added", {"incident": {"id": "I-1"}, "staff": [{"value": "N-1"}]})
    binary = {f"ce_{name}": event[name] for name in ("specversion", "id", "source", "type")}
    over_http = {f"ce-{name}": event[name] for name in ("specversion", "id", "source", "type")}
    found = [
        examine(door, event),
        examine(door, [event]),
        examine(door, event["data"], binary),
        examine(door, event["data"], over_http),
        examine(door, event | {"data": json.dumps(event["data"])}),
    ]
    assert all(isinstance(one, Mapped) and isinstance(one.fact, StaffChange) for one in found)
    assert len({one.identity.id for one in found if isinstance(one, Mapped)}) == 1


def test_fhir_inside_a_cloud_event_is_fhir(door: Door, adverse_event: Any) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/x", "type": "com.vendor.changed", "data": adverse_event()}
    ending = examine(door, event)
    assert isinstance(ending, Mapped)
    assert ending.format == "fhir-r4-adverse-event"


def test_the_longest_configured_beginning_decides_the_source(door: Door, source_event: Any) -> None:
    [found] = door.examine(Delivery(json.dumps(source_event("incident-reported", {"record": {"id": "1"}})).encode()))
    assert found.source.name == "safety"
    [other] = door.examine(Delivery(json.dumps({"resourceType": "AdverseEvent"}).encode()))
    assert other.source.name == "unconfigured"


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"meta": {"source": "https://fhir.hill.example/r4#request-7"}}, "safety"),
        ({"meta": {"source": "http://FHIR.hill.example/r4/AdverseEvent/1"}}, "safety"),
        ({"meta": {"source": "https://fhir.hill.example/r4b"}}, "unconfigured"),
        ({"meta": {"source": "urn:uuid:1"}}, "unconfigured"),
        ({}, "unconfigured"),
    ],
)
def test_a_resource_that_says_where_it_lives_belongs_to_that_source(door: Door, record: Any, name: str) -> None:
    [found] = door.examine(Delivery(json.dumps({"resourceType": "AdverseEvent", **record}).encode()))
    assert found.source.name == name


def test_a_bundle_belongs_to_the_server_of_its_entries(door: Door) -> None:
    entry = {"fullUrl": "https://fhir.hill.example/r4/AdverseEvent/1", "resource": {"resourceType": "AdverseEvent"}}
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [entry]}
    [found] = door.examine(Delivery(json.dumps(bundle).encode()))
    assert found.source.name == "safety"


def test_nobody_sends_in_the_name_of_what_people_say_themselves(door: Door) -> None:
    assert door.sources.sender("nomination") is None
    assert door.sources.named("nomination") is not None
