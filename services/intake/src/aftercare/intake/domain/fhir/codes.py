"""Reading coded values as real systems send them: without system, in other case, as text only."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.json_values import items, objects, text

E = TypeVar("E", bound=StrEnum)


def read_code(words: Mapping[str, E], value: Any, unknown: E, field: str, doubts: Doubts) -> E:
    """The first word of a CodeableConcept (or code) that `words` knows; codes before displays before text.

    `words` is keyed in lower case. Something there that nobody knows is noted and becomes `unknown`; a code that its
    own display contradicts is noted too.
    """
    if value is None:
        return unknown
    found = [words[one] for candidate in candidates(value) if (one := candidate.casefold()) in words]
    if not found:
        doubts.note(f"unknown-code:{field}")
        return unknown
    if len(set(found)) > 1:
        doubts.note(f"contradiction:{field}")
    return found[0]


def read_worst(words: Mapping[str, E], value: Any, unknown: E, field: str, doubts: Doubts, order: tuple[E, ...]) -> E:
    """Of several concepts (R5 has lists) the worst, by `order` with the worst first. Unknown ones are noted."""
    found = [read_code(words, concept, unknown, field, doubts) for concept in items(value)]
    return next((word for word in order if word in found), unknown)


def find_code(words: Mapping[str, E], value: Any) -> E | None:
    """The first word that is known; `None` when there is none."""
    return next((words[one] for candidate in candidates(value) if (one := candidate.casefold()) in words), None)


def candidates(value: Any) -> Iterator[str]:
    """Every way in which a CodeableConcept, a Coding, a code or a list of them says what it means."""
    if value is None:
        return
    for concept in items(value):
        if isinstance(concept, str):
            yield concept.strip()
        elif isinstance(concept, int) and not isinstance(concept, bool):
            yield str(concept)
    concepts = objects(value)
    inner = [one["concept"] for one in concepts if isinstance(one.get("concept"), dict)]
    concepts = [*concepts, *inner]  # a CodeableReference of R5
    codings = [coding for concept in concepts for coding in objects(concept.get("coding"))]
    for source in (
        [coding.get("code") for coding in codings],
        [concept.get("code") for concept in concepts],
        [coding.get("display") for coding in codings],
        [concept.get("display") for concept in concepts],
        [concept.get("text") for concept in concepts],
    ):
        for raw in source:
            words = text(raw)
            if words is not None:
                yield words
