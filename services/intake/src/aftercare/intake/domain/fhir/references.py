"""Who and what a FHIR reference means: contained, in the same Bundle, elsewhere, or by display only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aftercare.intake.domain.facts import Named
from aftercare.intake.domain.fhir.resources import is_known, type_of, written_type
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, objects, person_name, text
from aftercare.intake.domain.source import Source
from aftercare.intake.domain.vocabulary import IdentifierKind

_MAX_HOPS = 3
_NOBODY = frozenset(
    {"anonymous", "anonymised", "anonymized", "unknown", "not known", "not recorded", "withheld", "none", "n/a", "-"}
)
"""What stands for a name where there is none."""
_NOTHING: JsonObject = {}


ANYWHERE = "*"
"""Stands for the server in the address of a resource, for those who don't know on which one they lie themselves."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Resources that a reference can be resolved to: contained ones, and the Bundle's."""

    by_address: Mapping[str, JsonObject] = field(default_factory=dict)
    """Keys as `plain_address` makes them: fullUrls, and `Type/id` under `ANYWHERE` and of those of no server."""
    contained: Mapping[str, JsonObject] = field(default_factory=dict)
    """By `#id`."""
    base: str = ""
    """The server of the resource that refers: two servers have the same ids for different people."""

    def within(self, resource: JsonObject, address: str | None = None) -> "Neighbours":
        """The same, seen from one resource."""
        named = [(identifier(one.get("id")), one) for one in objects(resource.get("contained"))]
        contained = {f"#{own.lstrip('#')}": one for own, one in named if own is not None}
        return Neighbours(self.by_address, contained, base_of(address))

    def resolve(self, reference: JsonObject) -> JsonObject:
        """The resource meant, or an empty object."""
        address = plain_address(text(reference.get("reference")) or "")
        if not address or address in self.contained or not self.by_address:
            return self.contained.get(address, _NOTHING)
        written = (f"{self.base or ANYWHERE}/{address}", address)
        return next((self.by_address[one] for one in written if one in self.by_address), _NOTHING)


def plain_address(address: str) -> str:
    """An address without version and scheme: servers write one as `http:` here and as `https:` there."""
    plain = address.split("/_history/", 1)[0].split("://", 1)[-1].rstrip("/")
    return plain.casefold() if plain[:4].casefold() == "urn:" else plain


def base_of(address: str | None) -> str:
    """The server in an address, as `plain_address` writes it; empty where the address names none."""
    return plain_address(address).rsplit("/", 2)[0] if address and "://" in address and address.count("/") > 3 else ""


def references_of(value: object) -> list[JsonObject]:
    """Every reference in a field: objects, those inside a CodeableReference, and texts that stand where one is due."""
    found = [_reference_in(one) if isinstance(one, str) else one for one in items(value)]
    return [obj(one["reference"]) if isinstance(one.get("reference"), dict) else one for one in objects(found)]


def _reference_in(written: str) -> JsonObject:
    parts = written.strip().rstrip("/").rsplit("/", 2)
    is_address = written.startswith(("#", "urn:")) or (len(parts) > 1 and is_known(written_type(parts[-2])))
    return {"reference" if is_address else "display": written}


def identifiers_of(*holders: JsonObject) -> list[JsonObject]:
    """Every identifier of references and resources: objects, bare texts, and those that a reference searches by."""
    found: list[JsonObject] = []
    for holder in holders:
        found += [one if isinstance(one, dict) else {"value": one} for one in items(holder.get("identifier"))]
        _, _, search = (text(holder.get("reference")) or "").partition("?")
        words = [word.rpartition("|") for word in parse_qs(search).get("identifier", ())]
        found += [{"system": system, "value": value} for system, _, value in words]
    return found


def kind_of(reference: JsonObject, resolved: JsonObject) -> str | None:
    """The resource type that a reference means: by the resource, its address, or its stated type."""
    if (kind := type_of(resolved)) is not None:
        return kind
    address, _, search = (text(reference.get("reference")) or "").split("/_history/", 1)[0].partition("?")
    parts = f"{address}/?".rsplit("/", 2) if search else address.rstrip("/").rsplit("/", 2)
    if len(parts) >= 2 and parts[-2].isalpha() and not address.startswith(("#", "urn:")):
        return written_type(parts[-2])
    stated = text(reference.get("type"))
    return written_type(stated.rsplit("/", 1)[-1]) if stated else None


def name_of(reference: JsonObject, neighbours: Neighbours, source: Source, record_id: str) -> Named | None:
    """The person behind a reference, as the source writes them: an identifier where there is one.

    A reference that leads nowhere still names somebody: it is kept with the record's id, so that a human can
    look. `None` for a reference that says nothing at all, or that it is nobody: an anonymous reporter stays so.
    """
    target, resolved = _follow_role(reference, neighbours)
    identified = _identified(target, resolved, source)
    if identified is not None:
        return identified
    address = identifier(target.get("reference"))
    if address is not None and not address.startswith(("#", "urn:")):
        return Named(source.system, IdentifierKind.REFERENCE, at_home(address, source))
    written = (target.get("display"), reference.get("display"), *_written_names(resolved))
    names = [name for one in written if (name := person_name(one)) is not None]
    display = next((name for name in names if name.casefold() not in _NOBODY), None)
    if display is not None:
        return Named(source.system, IdentifierKind.DISPLAY_NAME, display)
    if names:
        return None
    if address is not None:
        return Named(source.system, IdentifierKind.IDENTIFIER, f"{record_id} {address}")
    return None


def at_home(address: str, source: Source) -> str:
    """A reference as it is compared: without its version, and relative when it lies at the source's own base."""
    written = address.split("/_history/", 1)[0]
    home = f"{plain_address(source.base_url)}/"
    plain = plain_address(written)
    return plain[len(home) :] if len(home) > 1 and plain.casefold().startswith(home.casefold()) else written


def _follow_role(reference: JsonObject, neighbours: Neighbours) -> tuple[JsonObject, JsonObject]:
    """From a PractitionerRole on to its Practitioner, as far as it can be resolved."""
    resolved = neighbours.resolve(reference)
    for _ in range(_MAX_HOPS):
        person = resolved.get("practitioner")
        if type_of(resolved) != "PractitionerRole" or not isinstance(person, dict):
            break
        reference, resolved = person, neighbours.resolve(person)
    return reference, resolved


def _identified(reference: JsonObject, resolved: JsonObject, source: Source) -> Named | None:
    found = [
        Named(text(one.get("system")) or source.identifier_system or source.system, IdentifierKind.IDENTIFIER, value)
        for one in identifiers_of(reference, resolved)
        if (value := identifier(one.get("value"))) is not None
    ]
    preferred = [one for one in found if one.system == source.identifier_system]
    return next(iter([*preferred, *found]), None)


def _written_names(resolved: JsonObject) -> Iterator[object]:
    """A HumanName's text, else its parts; or what stands where one is due."""
    written = next(iter(items(resolved.get("name"))), None)
    name = obj(written)
    given = " ".join(str(part) for part in items(name.get("given")) if isinstance(part, str))
    yield from (written, name.get("text"), f"{given} {text(name.get('family')) or ''}")
