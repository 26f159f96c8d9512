"""Never events, sentinel events and their like: flags beside harm, by codes and never by free text (`interop.md` 5)."""

from collections.abc import Mapping

from aftercare.intake.domain.fhir.codes import candidates
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text
from aftercare.intake.domain.vocabulary import Flag

_WORDS: Mapping[str, Flag] = {
    "neverevent": Flag.NEVER_EVENT,
    "sentinel": Flag.SENTINEL,
    "sentinelevent": Flag.SENTINEL,
    "seriousreportableevent": Flag.SENTINEL,
    "seriousincident": Flag.SERIOUS_INCIDENT,
    "dutyofcandour": Flag.DUTY_OF_CANDOUR,
}
"""Names that mean one thing wherever they stand, without case, spaces and hyphens."""
_FIELDS = ("category", "event", "code", "type")


def flags_of(event: JsonObject, known: Mapping[str, Flag]) -> tuple[Flag, ...]:
    """The flags that codes, tags and extensions state. `known` are the source's own codes, in lower case.

    An extension counts if it says yes: one that says no is as common (`interop.md` 1.6).
    """
    said = [words for field in _FIELDS for words in candidates(event.get(field))]
    said += [words for tag in objects(obj(event.get("meta")).get("tag")) for words in candidates(tag)]
    for extension in objects(event.get("extension")):
        if extension.get("valueBoolean") in (True, "true"):
            said.append((text(extension.get("url")) or "").rstrip("/").rsplit("/", 1)[-1])
    found = {_flag(words.casefold(), known) for words in said}
    return tuple(flag for flag in Flag if flag in found)


def _flag(words: str, known: Mapping[str, Flag]) -> Flag | None:
    return known.get(words) or _WORDS.get(words.replace(" ", "").replace("-", "").replace("_", ""))
