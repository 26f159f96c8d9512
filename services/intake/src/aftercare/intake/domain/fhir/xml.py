"""FHIR in XML to FHIR in JSON, without a table of elements: what follows reads a single value as a list of one.

The XML reader gives attributes as `@name` and children by their names (`readers/xml.py`). Comments, namespaces below
the root and the order among different names are gone by then; FHIR gives none of them a meaning.
"""

from collections.abc import Mapping
from typing import Any

from aftercare.intake.domain.json_values import items

NAMESPACE = "http://hl7.org/fhir"
_WITHOUT_NAMESPACE = frozenset(
    {
        "AdverseEvent",
        "Appointment",
        "AuditEvent",
        "Bundle",
        "Communication",
        "CommunicationRequest",
        "Parameters",
        "Provenance",
        "SubscriptionStatus",
        "Task",
    }
)
"""Roots that are read though they forgot FHIR's namespace. Any other could be a house's own XML."""
_HOLDS_A_RESOURCE = frozenset({"resource", "contained", "outcome"})


def as_json(value: Any) -> Any:
    """The FHIR resource that an XML document holds; anything else as it is."""
    if not isinstance(value, dict) or value.get("@format") != "xml":
        return value
    root, space = value.get("@root"), value.get("@xmlns")
    if not isinstance(root, str) or not (space == NAMESPACE or (space == "" and root in _WITHOUT_NAMESPACE)):
        return value
    return _resource(root, value.get(root))


def _resource(kind: str, content: Any) -> dict[str, Any]:
    members = content if isinstance(content, dict) else {}
    return {"resourceType": kind} | {
        name.lstrip("@"): converted
        for name, child in members.items()
        if name not in ("#text", "@schemaLocation") and (converted := _value(name, child)) is not None
    }


def _value(name: str, child: Any) -> Any:
    if isinstance(child, list):
        return [one for one in (_value(name, item) for item in child) if one is not None]
    if not isinstance(child, dict):
        return child or None
    if name == "div":
        return _words(child)
    if "@value" in child:
        return child["@value"]
    inner = _inner_resource(name, child)
    if inner is not None:
        return inner
    members = {key: part for key, part in child.items() if key != "#text"}
    return {key.lstrip("@"): made for key, part in members.items() if (made := _value(key, part)) is not None} or None


def _inner_resource(name: str, child: Mapping[str, Any]) -> Any:
    """`<resource><Patient>…</Patient></resource>`: the element's name is the resource's type."""
    if name not in _HOLDS_A_RESOURCE:
        return None
    held = [_resource(kind, content) for kind, parts in child.items() if kind[:1].isupper() for content in items(parts)]
    return held[0] if len(held) == 1 else held or None


def _words(child: Any) -> str:
    """All text of a narrative: only whether there is one matters."""
    if isinstance(child, dict):
        return " ".join(_words(part) for key, part in child.items() if not key.startswith("@"))
    if isinstance(child, list):
        return " ".join(_words(part) for part in child)
    return str(child)
