"""Where it happened: the event's location, else that of its encounter."""

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.fhir.references import Neighbours, identifiers_of, references_of
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text

_MAX_PARTS = 4


def place_of(event: JsonObject, context: Context, near: Neighbours) -> tuple[str | None, str | None]:
    """Site and unit codes, or nothing for what the organisation doesn't know."""
    locations = references_of(event.get("location"))
    if locations:
        return context.place(_written(locations[0], near))
    encounter = near.resolve(obj(event.get("encounter")))
    stays = [obj(stay.get("location")) for stay in objects(encounter.get("location"))]
    stays.append(obj(encounter.get("serviceProvider")))
    written = [words for stay in stays for words in _written(stay, near)]
    return context.place(written) if written else (None, None)


def _written(reference: JsonObject, near: Neighbours) -> list[str]:
    """All the words by which a place is written, most telling first, then those of what is around it."""
    words: list[object] = []
    for _ in range(_MAX_PARTS):
        place = near.resolve(reference)
        words += [one.get("value") for one in identifiers_of(reference, place)]
        words += [place.get("name"), reference.get("display"), reference.get("reference"), place.get("id")]
        reference = obj(place.get("partOf")) or obj(place.get("managingOrganization"))
        if not reference:
            break
    return [found for word in words if (found := text(word)) is not None]
