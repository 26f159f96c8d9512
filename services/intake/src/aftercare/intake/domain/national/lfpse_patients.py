"""The patients of an LFPSE event, each with their own harm. Mostly numbers say who is who, and nothing else does."""

from collections.abc import Iterator, Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import NamedPatient
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.harm import StatedHarm, worst
from aftercare.intake.domain.json_values import JsonObject, identifier, objects, text
from aftercare.intake.domain.national.extensions import Values, first, index_of, parts_of
from aftercare.intake.domain.vocabulary import HarmLevel

_HARM = {"physicalharm": "lfpse-physical", "psychologicalharm": "lfpse-psychological"}
_One = tuple[NamedPatient | None, Values]
"""Who it is, if an identifier says so, and what is said of them."""


def stated_harms(patient: Values, context: Context) -> list[StatedHarm]:
    """Physical and psychological harm, as stated."""
    found = []
    for part, scale in _HARM.items():
        for code in patient.get(part, ()):
            stated = context.harm(scale, identifier(code) or "-", part)
            found.extend([stated] if stated is not None else [])
    return found


def patients_of(resources: Sequence[JsonObject], record_id: str, context: Context) -> tuple[NamedPatient, ...]:
    """Each patient once: by identifier, else by the number that they have within the record."""
    everybody = [one for resource in resources for one in _patients(resource, context)]
    numbers = [identifier(first(said, "patientsequence")) for _, said in everybody]
    if None in numbers or len(set(numbers)) < len(numbers):
        numbers = [str(place) for place in range(1, len(everybody) + 1)]
    here = f"{context.source.system}|{record_id}"
    found = []
    for (known, said), number in zip(everybody, numbers, strict=True):
        harm = worst(one.level for one in stated_harms(said, context))
        who = known or NamedPatient(here, f"patient {number}")
        found.append(NamedPatient(who.system, who.value, harm=None if harm is HarmLevel.UNKNOWN else harm))
    return tuple(found)


def _patients(resource: JsonObject, context: Context) -> Iterator[_One]:
    told = parts_of(index_of([resource]), "patientinformation")
    if type_of(resource) != "Patient" or len(told) > 1:
        yield from ((None, one) for one in told)
    else:
        values = ((one, identifier(one.get("value"))) for one in objects(resource.get("identifier")))
        named = [
            NamedPatient(text(one.get("system")) or context.source.system, value)
            for one, value in values
            if value is not None
        ]
        yield next(iter(named), None), next(iter(told), {})
