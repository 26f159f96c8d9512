"""Which FHIR release a resource speaks, by its fields: servers mix releases, and headers lie (`interop.md` 1.13)."""

from enum import StrEnum

from aftercare.intake.domain.json_values import JsonObject


class Release(StrEnum):
    STU3 = "STU3"
    R4 = "R4"
    R5 = "R5"
    MIXED = "mixed"


_STU3_ONLY = frozenset({"type", "eventParticipant", "reaction"})
_R4_ONLY = frozenset({"event", "date", "severity", "contributor", "resultingCondition"})
_R5_ONLY = frozenset(
    {
        "code",
        "occurrenceDateTime",
        "occurrencePeriod",
        "occurrenceTiming",
        "participant",
        "resultingEffect",
        "contributingFactor",
        "preventiveAction",
        "mitigatingAction",
        "expectedInResearchStudy",
    }
)


def release_of(event: JsonObject) -> tuple[Release, tuple[str, ...]]:
    """The release of an AdverseEvent, and the fields that told. R4B is R4. No telling field: R4."""
    stu3 = [name for name in event if name in _STU3_ONLY]
    if isinstance(event.get("category"), str):
        stu3.append("category as code")
    r4 = [name for name in event if name in _R4_ONLY and not (stu3 and name == "date")]
    r5 = [name for name in event if name in _R5_ONLY]
    if isinstance(event.get("outcome"), list):
        r5.append("outcome as list")
    if r5 and (r4 or stu3):
        return Release.MIXED, tuple(sorted((*r5, *r4, *stu3)))
    if r5 or ("status" in event and not r4 and not is_retracted(event)):
        return Release.R5, tuple(sorted((*r5, *(["status"] if "status" in event else []))))
    if stu3 and "actuality" not in event:
        return Release.STU3, tuple(sorted(stu3))
    return Release.R4, tuple(sorted(r4))


def is_retracted(event: JsonObject) -> bool:
    """Whether the source takes the record back. The word means the same in every release."""
    return event.get("status") == "entered-in-error"
