"""FHIR in XML says the same as FHIR in JSON."""

import json
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.outcome import Examined, Mapped, Reason, Refusal

from .saying import concept

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def as_xml(name: str, value: Any, attributes: str = "") -> str:
    """An element as FHIR's XML format writes it."""
    if isinstance(value, list):
        return "".join(as_xml(name, one) for one in value)
    if not isinstance(value, dict):
        said = str(value).lower() if isinstance(value, bool) else str(value)
        return f"<{name} value={quoteattr(said)}/>"
    members = dict(value)
    if "url" in members and name in ("extension", "modifierExtension"):
        attributes += f" url={quoteattr(members.pop('url'))}"
    kind = members.pop("resourceType", None)
    inner = "".join(as_xml(key, member) for key, member in members.items())
    if kind is not None and name != kind:
        inner = f"<{kind}>{inner}</{kind}>"
    return f"<{name}{attributes}>{inner}</{name}>"


def document(resource: dict[str, Any]) -> str:
    return HEAD + as_xml(resource["resourceType"], resource, ' xmlns="http://hl7.org/fhir"')


def examine(door: Door, body: bytes) -> list[Examined]:
    return [one.ending for one in door.examine(Delivery(body, {}, "safety"))]


R5: dict[str, Any] = {
    "resourceType": "AdverseEvent",
    "id": "x-1",
    "meta": {"versionId": "3", "lastUpdated": "2026-03-01T08:00:00Z"},
    "extension": [
        {
            "url": "http://guide.example/seriousness-criteria",
            "extension": [
                {"url": "criterionCode", "valueCodeableConcept": concept("C48275")},
                {"url": "criterionPresent", "valueBoolean": False},
            ],
        }
    ],
    "contained": [
        {"resourceType": "Practitioner", "id": "doc", "identifier": [{"system": "urn:hill:staff", "value": "D-7"}]}
    ],
    "status": "completed",
    "actuality": "actual",
    "code": {"text": "made up"},
    "subject": {"reference": "Patient/p-1"},
    "occurrencePeriod": {"start": "2026-02-27"},
    "outcome": [concept("1336140009"), concept("398056004")],
    "participant": [{"function": concept("WIT"), "actor": {"reference": "#doc"}}],
}


def facts(found: list[Examined]) -> list[Any]:
    return [(one.format, one.identity, one.version, one.fact, one.doubts) for one in found if isinstance(one, Mapped)]


def test_the_same_record_in_xml_maps_to_the_same(door: Door) -> None:
    assert facts(examine(door, document(R5).encode())) == facts(examine(door, json.dumps(R5).encode()))


def test_a_bundle_in_xml_maps_to_the_same(door: Door) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": "urn:uuid:1", "resource": R5}, {"resource": R5 | {"id": "x-2"}}],
    }
    found = facts(examine(door, document(bundle).encode()))
    assert len(found) == 2
    assert found == facts(examine(door, json.dumps(bundle).encode()))


@pytest.mark.parametrize(
    ("before", "after"),
    [("\ufeff", ""), ("", "<!-- the end -->"), ("\ufeff", "\n\n"), ("", "<?note made up?>")],
)
def test_marks_comments_and_instructions_around_it_change_nothing(door: Door, before: str, after: str) -> None:
    body = (before + document(R5) + after).encode()
    assert facts(examine(door, body)) == facts(examine(door, json.dumps(R5).encode()))


def test_a_comment_inside_an_element_changes_nothing(door: Door) -> None:
    body = document(R5).replace("<status", "<!-- <status value='entered-in-error'/> --><status")
    assert facts(examine(door, body.encode())) == facts(examine(door, json.dumps(R5).encode()))


def test_utf16_and_prefixed_names_are_read(door: Door) -> None:
    body = '<f:AdverseEvent xmlns:f="http://hl7.org/fhir"><f:id value="x-9"/></f:AdverseEvent>'
    [ending] = examine(door, body.encode("utf-16"))
    assert isinstance(ending, Mapped)
    assert ending.identity.id == "x-9"


def test_a_narrative_is_seen_and_not_read(door: Door) -> None:
    div = (
        '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>made <b>up</b></p></div></text>'
    )
    [ending] = examine(door, f'<AdverseEvent xmlns="http://hl7.org/fhir">{div}</AdverseEvent>'.encode())
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentReport)
    assert ending.fact.details.narrative_present


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><AdverseEvent xmlns="http://hl7.org/fhir"><id value="&b;"/></AdverseEvent>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><AdverseEvent><id value="&b;"/></AdverseEvent>',
        '<AdverseEvent xmlns="http://hl7.org/fhir">' + "<a>" * 5000,
    ],
)
def test_bombs_and_entities_are_refused(door: Door, body: str) -> None:
    [ending] = examine(door, body.encode())
    assert isinstance(ending, Refusal)
    assert ending.reason in (Reason.FORBIDDEN_XML, Reason.TOO_DEEP)


def test_an_event_of_nothing_but_its_name_is_read(door: Door) -> None:
    [ending] = examine(door, b'<AdverseEvent xmlns="http://hl7.org/fhir"/>')
    assert isinstance(ending, Mapped)
