"""Which server a FHIR resource says it comes from."""

from typing import Any

from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.fhir.xml import as_json
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text

MAX_LOOK = 50


def home_of(resource: Any) -> str | None:
    """`meta.source`, of a Bundle also that of its first entries, or the absolute address of one of them."""
    whole = obj(as_json(resource))
    stated = _stated(whole)
    if stated is not None or type_of(whole) != "Bundle":
        return stated
    for entry in objects(whole.get("entry"))[:MAX_LOOK]:
        address = text(entry.get("fullUrl"))
        found = _stated(obj(entry.get("resource"))) or (address if address and "://" in address else None)
        if found is not None:
            return found
    return None


def _stated(resource: JsonObject) -> str | None:
    source = text(obj(resource.get("meta")).get("source"))
    return source if source and "://" in source else None
