"""No field of a message can hold a name, an address or a sentence.

Every string is an enum, an instant, or has a pattern from the list below. The list is short on purpose: a new pattern
is added here, with the reason why nobody can be named in it, or the build stops.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from aftercare.schemas.documents import Document

_REFERENCE: Final = re.compile(r"^\^(?:[a-z]{3}|\([a-z]{3}(?:\|[a-z]{3})+\))_\[0-9a-f\]\{32\}\$$")

SAFE_PATTERNS: Final[Mapping[str, str]] = {
    r"^v1\.[a-z0-9-]{1,16}\.[A-Za-z0-9_-]{43}$": "a keyed hash of an identifier",
    r"^login\.v1\.[A-Za-z0-9_-]{43}$": "a keyed hash of a login",
    r"^([SDR]-\d\d|local)$": "a row of the catalogue of clocks",
    r"^[a-z0-9][a-z0-9._-]{0,63}$": "a name from our own configuration, never from a record",
    r"^[a-z]{2,3}(-[A-Z]{2})?$": "a language code",
    r"^[A-Za-z_]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$": "a time zone of the IANA list",
    r"^[A-Za-z0-9_.\[\]-]{1,80}$": "the path of a field in a known format, written by a mapping table",
    r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$": "a ciphertext that only the directory opens",
}

PROBES: Final = (
    "Anna Berger",
    "gave ten times the dose",
    "anna.berger@hospital.example",
    "+41 44 555 01 02",
    "Bahnhofstrasse 1, 8001 Zürich",
    "1971-03-14 Müller",
)
"""What must never fit anywhere: a name, a sentence, an address, a number to call, a date of birth with a name."""


def free_text_fields(model: type[BaseModel]) -> list[str]:
    """Paths of all fields that could carry free text, with the reason. Empty is the only good answer."""
    document = model.model_json_schema(mode="validation")
    return sorted(set(_walk(document, document, model.__name__)))


def _walk(document: Document, schema: Any, path: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(schema, dict) or not schema:
        yield f"{path}: anything at all fits"
        return
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        if name not in seen:
            yield from _walk(document, document["$defs"][name], path, (*seen, name))
        return
    if "anyOf" in schema:
        for alternative in schema["anyOf"]:
            yield from _walk(document, alternative, path, seen)
        return
    yield from _walk_typed(document, schema, path, seen)


def _walk_typed(document: Document, schema: Document, path: str, seen: tuple[str, ...]) -> Iterator[str]:
    match schema.get("type"):
        case "object":
            yield from _walk_object(document, schema, path, seen)
        case "array":
            yield from _walk(document, schema.get("items"), f"{path}[]", seen)
        case "string":
            yield from _string_problem(schema, path)
        case "integer" | "number" | "boolean" | "null":
            return
        case _:
            if "enum" not in schema and "const" not in schema:
                yield f"{path}: anything at all fits"


def _walk_object(document: Document, schema: Document, path: str, seen: tuple[str, ...]) -> Iterator[str]:
    if schema.get("additionalProperties", False) is not False:
        yield f"{path}: its keys are free text"
    if "properties" not in schema and "additionalProperties" not in schema:
        yield f"{path}: anything at all fits"
    for name, field in schema.get("properties", {}).items():
        yield from _walk(document, field, f"{path}.{name}", seen)


def _string_problem(schema: Document, path: str) -> Iterator[str]:
    if "enum" in schema or "const" in schema or schema.get("format") == "date-time":
        return
    pattern = schema.get("pattern")
    if pattern is None:
        yield f"{path}: free text"
    elif pattern not in SAFE_PATTERNS and not _REFERENCE.match(pattern):
        yield f"{path}: the pattern {pattern} is not on the list of safe ones"
    elif any(re.search(pattern, probe) for probe in PROBES):
        yield f"{path}: the pattern {pattern} lets a person be named"
