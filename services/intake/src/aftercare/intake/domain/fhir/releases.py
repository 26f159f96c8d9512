"""What the releases of FHIR call the same things: one table per release, one mapping for all (`interop.md` 2.1).

Servers mix releases, and headers lie, so a release is told by its fields (`interop.md` 1.13). It only decides which
name is looked for first: a field of another release is read all the same, and noted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.json_values import JsonObject, text


class Release(StrEnum):
    STU3 = "stu3"
    R4 = "r4"
    R5 = "r5"
    R6 = "r6"


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """Element names by what they mean for us. R4B is R4."""

    release: Release
    telling: frozenset[str]
    """Names that only this release has."""
    occurred: tuple[str, ...]
    effects: tuple[str, ...]
    resolved_is_harmless: bool
    """Whether a good outcome without a severity says that nobody was harmed. R5 has no severity to leave out."""

    @property
    def format(self) -> str:
        return f"fhir-{self.release}-adverse-event"

    @property
    def harm_rule(self) -> str:
        return f"fhir-{self.release}.1"


_OCCURRENCE = ("occurrenceDateTime", "occurrencePeriod", "occurrenceTiming")
_CAUSE_AND_EFFECT = ("effectDateTime", "effectPeriod", "causeDateTime", "causePeriod", "causeTiming")
_ACTIONS = ("contributingFactor", "preventiveAction", "mitigatingAction", "expectedInResearchStudy")

RELEASES: Mapping[Release, ReleaseTable] = {
    Release.R4: ReleaseTable(
        Release.R4,
        frozenset({"event", "severity", "contributor", "resultingCondition"}),
        ("date",),
        ("resultingCondition",),
        resolved_is_harmless=True,
    ),
    Release.STU3: ReleaseTable(
        Release.STU3,
        frozenset({"type", "eventParticipant", "reaction", "description"}),
        ("date",),
        ("reaction",),
        resolved_is_harmless=True,
    ),
    Release.R5: ReleaseTable(
        Release.R5,
        frozenset({"code", "participant", "resultingEffect", *_OCCURRENCE, *_ACTIONS}),
        _OCCURRENCE,
        ("resultingEffect",),
        resolved_is_harmless=False,
    ),
    Release.R6: ReleaseTable(
        Release.R6,
        frozenset(_CAUSE_AND_EFFECT),
        _CAUSE_AND_EFFECT,
        ("resultingEffect",),
        resolved_is_harmless=False,
    ),
}
"""In order of preference where a record's fields tell nothing, or tell of two releases alike."""

PEOPLE = ("contributor", "eventParticipant", "participant")
"""Who was there, by any release's name. A reference, or an object with `actor` and `function`."""
_OF_A_LATER_ONE = {Release.R6: Release.R5}
"""R6 grew out of R5: its fields are no strangers there."""


def release_of(event: JsonObject) -> tuple[ReleaseTable, tuple[str, ...]]:
    """The release that most of the telling fields speak for, and the telling fields of others, in order of name."""
    told = {release: _told(event, table) for release, table in RELEASES.items()}
    if told[Release.R6]:
        told[Release.R6] |= told[Release.R5]
    if not any(told.values()) and "status" in event and "date" not in event and not is_retracted(event):
        return RELEASES[Release.R5], ()
    found = max(RELEASES, key=lambda release: len(told[release]))
    own = told[found] | told.get(_OF_A_LATER_ONE.get(found, found), set())
    foreign = set().union(*told.values()) - own
    return RELEASES[found], tuple(sorted(foreign))


def first_stated(event: JsonObject, own: tuple[str, ...], others: tuple[str, ...], doubts: Doubts) -> tuple[str, Any]:
    """The name and value of the first field that is there. Two that say different things are noted."""
    stated = [name for name in dict.fromkeys((*own, *others)) if event.get(name) is not None]
    if not stated:
        return own[0], None
    if any(event[name] != event[stated[0]] for name in stated[1:] if not _belong_together(name, stated[0])):
        doubts.note(f"stated-twice:{stated[0]}")
    return stated[0], event[stated[0]]


def is_retracted(event: JsonObject) -> bool:
    """Whether the source takes the record back. The word means the same in every release."""
    return (text(event.get("status")) or "").casefold() == "entered-in-error"


def _told(event: JsonObject, table: ReleaseTable) -> set[str]:
    told = {name for name in table.telling if event.get(name) is not None}
    if table.release is Release.STU3 and isinstance(event.get("category"), str) and "actuality" not in event:
        told.add("category")
    if table.release is Release.R5 and isinstance(event.get("outcome"), list):
        told.add("outcome")
    return told


def _belong_together(one: str, other: str) -> bool:
    """Cause and effect of R6 are two moments, not one said twice."""
    return {one[:5], other[:5]} == {"cause", "effec"}
