"""Who and what a FHIR reference means: contained, in the same Bundle, elsewhere, or by display only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aftercare.intake.domain.facts import Named
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, objects, text
from aftercare.intake.domain.source import Source
from aftercare.intake.domain.vocabulary import IdentifierKind

_MAX_HOPS = 3


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Resources that a reference can be resolved to: the Bundle's by fullUrl and by `Type/id`."""

    by_address: Mapping[str, JsonObject] = field(default_factory=dict)

    def within(self, event: JsonObject) -> "Neighbours":
        """The same, seen from one resource: its contained ones come first."""
        contained = {f"#{one['id']}": one for one in objects(event.get("contained")) if isinstance(one.get("id"), str)}
        return Neighbours({**self.by_address, **contained})

    def resolve(self, reference: JsonObject) -> JsonObject:
        """The resource meant, or an empty object."""
        address = text(reference.get("reference")) or ""
        return self.by_address.get(address.split("/_history/")[0]) or obj(None)


def kind_of(reference: JsonObject, resolved: JsonObject) -> str | None:
    """The resource type that a reference means: by the resource, its address, or its stated type."""
    if isinstance(resolved.get("resourceType"), str):
        return str(resolved["resourceType"])
    address = (text(reference.get("reference")) or "").split("/_history/")[0]
    parts = address.rstrip("/").rsplit("/", 2)
    if len(parts) >= 2 and parts[-2].isalpha() and not address.startswith(("#", "urn:")):
        return parts[-2]
    return text(reference.get("type"))


def name_of(reference: JsonObject, neighbours: Neighbours, source: Source, record_id: str) -> Named | None:
    """The person behind a reference, as the source writes them: an identifier where there is one.

    A reference that leads nowhere still names somebody: it is kept with the record's id, so that a human can
    look. `None` only for a reference that says nothing at all.
    """
    target, resolved = _follow_role(reference, neighbours)
    identified = _identified(target, resolved, source)
    if identified is not None:
        return identified
    address = identifier(target.get("reference"))
    if address is not None and not address.startswith(("#", "urn:")):
        return Named(source.system, IdentifierKind.REFERENCE, address)
    display = identifier(target.get("display")) or identifier(reference.get("display")) or _written_name(resolved)
    if display is not None:
        return Named(source.system, IdentifierKind.DISPLAY_NAME, display)
    if address is not None:
        return Named(source.system, IdentifierKind.IDENTIFIER, f"{record_id} {address}")
    return None


def _follow_role(reference: JsonObject, neighbours: Neighbours) -> tuple[JsonObject, JsonObject]:
    """From a PractitionerRole on to its Practitioner, as far as it can be resolved."""
    resolved = neighbours.resolve(reference)
    for _ in range(_MAX_HOPS):
        person = resolved.get("practitioner")
        if resolved.get("resourceType") != "PractitionerRole" or not isinstance(person, dict):
            break
        reference, resolved = person, neighbours.resolve(person)
    return reference, resolved


def _identified(reference: JsonObject, resolved: JsonObject, source: Source) -> Named | None:
    candidates = [*objects(reference.get("identifier")), *objects(resolved.get("identifier"))]
    found = [
        Named(text(one.get("system")) or source.identifier_system or source.system, IdentifierKind.IDENTIFIER, value)
        for one in candidates
        if (value := identifier(one.get("value"))) is not None
    ]
    preferred = [one for one in found if one.system == source.identifier_system]
    return next(iter([*preferred, *found]), None)


def _written_name(resolved: JsonObject) -> str | None:
    name = obj(resolved.get("name"))
    given = " ".join(str(part) for part in items(name.get("given")) if isinstance(part, str))
    return identifier(name.get("text")) or identifier(f"{given} {text(name.get('family')) or ''}")


def written_place(reference: JsonObject, resolved: JsonObject) -> list[str]:
    """All the words by which a Location is written, most telling first."""
    values = [one.get("value") for one in (*objects(reference.get("identifier")), *objects(resolved.get("identifier")))]
    words = [*values, resolved.get("name"), reference.get("display"), reference.get("reference"), resolved.get("id")]
    return [found for word in words if (found := text(word)) is not None]
