"""Fields of another release that travel as extensions, the way FHIR itself prescribes it for all its elements.

An R4 server that holds R5 data sends `http://hl7.org/fhir/5.0/StructureDefinition/extension-AdverseEvent.participant`.
"""

import re
from collections.abc import Mapping
from typing import Any

from aftercare.intake.domain.json_values import JsonObject, objects, text

_ADDRESS = re.compile(r"http://hl7\.org/fhir/\d\.\d/StructureDefinition/extension-AdverseEvent\.([A-Za-z]{2,40})")
_CHOICES = frozenset({"occurrence", "cause", "effect"})
"""Elements whose name has the type of their value behind it."""


def is_cross_version(extension: JsonObject) -> bool:
    return _name_of(extension) is not None


def fields_of_other_releases(event: JsonObject) -> Mapping[str, Any]:
    """What stands in such extensions, under the names of the fields; one that stands more than once has a list."""
    found: dict[str, list[Any]] = {}
    for extension in (*objects(event.get("extension")), *objects(event.get("modifierExtension"))):
        name = _name_of(extension)
        if name is None:
            continue
        kind, value = _value(extension)
        found.setdefault(f"{name}{kind}" if name in _CHOICES else name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _name_of(extension: JsonObject) -> str | None:
    found = _ADDRESS.fullmatch(text(extension.get("url")) or "")
    return found[1] if found else None


def _value(extension: JsonObject) -> tuple[str, Any]:
    """The value and its type; of an element with parts an object of them."""
    parts = objects(extension.get("extension"))
    if parts:
        return "", {text(part.get("url")) or "": _value(part)[1] for part in parts}
    return next(((key[5:], value) for key, value in extension.items() if key.startswith("value")), ("", None))
