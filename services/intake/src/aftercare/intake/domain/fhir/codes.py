"""Reading coded values as real systems send them: without system, in other case, as text only."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.json_values import items, objects, text

E = TypeVar("E", bound=StrEnum)


def read_code(words: Mapping[str, E], value: Any, unknown: E, field: str, doubts: Doubts) -> E:
    """The first word of a CodeableConcept (or code) that `words` knows; codes before displays before text.

    `words` is keyed in lower case. Something there that nobody knows is noted and becomes `unknown`.
    """
    if value is None:
        return unknown
    for candidate in _candidates(value):
        known = words.get(candidate.casefold())
        if known is not None:
            return known
    doubts.note(f"unknown-code:{field}")
    return unknown


def _candidates(value: Any) -> Iterator[str]:
    for concept in items(value):
        if isinstance(concept, str):
            yield concept.strip()
    concepts = objects(value)
    codings = [coding for concept in concepts for coding in objects(concept.get("coding"))]
    for source in (
        [coding.get("code") for coding in codings],
        [concept.get("code") for concept in concepts],
        [coding.get("display") for coding in codings],
        [concept.get("text") for concept in concepts],
    ):
        for raw in source:
            words = text(raw)
            if words is not None:
                yield words
