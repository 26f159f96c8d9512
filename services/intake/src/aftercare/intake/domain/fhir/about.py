"""What a Task, an Appointment or a Communication is about: an AdverseEvent, or the analysis of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Fact, Mention, Named, Version
from aftercare.intake.domain.fhir.adverse_event import Setting, instant
from aftercare.intake.domain.fhir.codes import candidates
from aftercare.intake.domain.fhir.people import is_staff
from aftercare.intake.domain.fhir.references import Neighbours, at_home, identifiers_of, kind_of, name_of, references_of
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Mapped, RecordIdentity
from aftercare.intake.domain.stated_time import StatedTime

_FIELDS = (
    "focus", "basedOn", "reasonReference", "reason", "about", "indication", "supportingInformation", "topic",
    "definition", "partOf", "inResponseTo",
)  # fmt: skip
"""Where the releases put what a resource is about: references, or CodeableReferences."""


@dataclass(frozen=True, slots=True)
class About:
    """`incidents` in order of appearance, each once. `analyses` are ids of Tasks."""

    incidents: tuple[Mention, ...]
    analyses: tuple[str, ...]

    @property
    def is_something(self) -> bool:
        return bool(self.incidents or self.analyses)

    @property
    def key(self) -> list[str | None]:
        """What it is about, for comparing: a mention shows no ids when it is printed."""
        return [*(one.source_id or one.number for one in self.incidents), *self.analyses]

    @property
    def rca_id(self) -> str:
        """The analysis meant: a Task, else the one of the first incident."""
        if self.analyses:
            return self.analyses[0]
        first = self.incidents[0]
        return f"of:{first.source_id or first.number}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A resource with all that reading it needs."""

    resource: JsonObject
    context: Context
    near: Neighbours
    record_id: str
    base: str = ""
    """Of the server that it lies on, if its Bundle says so: what it refers to without a server lies there too."""

    @property
    def kind(self) -> str:
        return type_of(self.resource) or ""

    @property
    def status(self) -> str:
        return (text(self.resource.get("status")) or "").casefold()

    def codes(self, *fields: str) -> list[str]:
        """All codes and words of these fields, in lower case."""
        return [words.casefold() for field in fields for words in candidates(self.resource.get(field))]

    def staff(self, references: list[JsonObject]) -> tuple[Named, ...]:
        """Those who can be staff, by name."""
        found = [
            name_of(one, self.near, self.context.source, self.record_id)
            for one in references
            if one and is_staff(one, self.near)
        ]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def moment(self, *paths: str) -> StatedTime | None:
        """The first of these moments that is stated, such as `executionPeriod.end`."""
        for path in paths:
            value: Any = self.resource
            for step in path.split("."):
                value = obj(value).get(step)
            if value is not None:
                return self.context.doubts.moment(value, f"{self.kind}.{path}", self.context.source.zone)
        return None

    def once(self, format_name: str, fact: Fact, *meaning: object) -> Mapped:
        """A fact that happens once, however many versions of its resource say it: known by what it means."""
        key = body_hash([self.kind, self.record_id, *(str(part) for part in meaning)])
        updated = instant(obj(self.resource.get("meta")).get("lastUpdated"))
        identity = RecordIdentity("event", f"{self.kind}/{self.record_id}/{key}")
        digest = body_hash([type(fact).__name__])
        return Mapped(format_name, identity, Version("1", updated), digest, fact, self.context.doubts.slugs)


def seen(resource: JsonObject, context: Context, setting: Setting) -> Seen:
    near = setting.neighbours.within(resource, setting.address)
    own = identifier(resource.get("id")) or identifier(setting.address) or f"body:{body_hash(resource)}"
    where = setting.address or ""
    base = where.rsplit("/", 2)[0] if "://" in where else ""
    return Seen(resource, context, near, own, base)


def about(one: Seen) -> About:
    incidents: dict[Mention, None] = {}
    analyses: dict[str, None] = {}
    for reference in _references(one.resource):
        kind = kind_of(reference, one.near.resolve(reference))
        meant = _record_of(reference, one) if kind in ("AdverseEvent", "Task") else None
        if meant is not None and kind == "AdverseEvent":
            incidents[meant] = None
        elif meant is not None:
            analyses[f"Task/{meant.source_id or meant.number}"] = None
    return About(tuple(incidents), tuple(analyses))


def _references(resource: JsonObject) -> Iterator[JsonObject]:
    for field in _FIELDS:
        yield from references_of(resource.get(field))
    for part in (*objects(resource.get("input")), *objects(resource.get("payload"))):
        yield from (obj(part[name]) for name in ("valueReference", "contentReference") if name in part)


def _record_of(reference: JsonObject, one: Seen) -> Mention | None:
    """The record by the id under which it comes itself (`adverse_event.record_id_of`), else by its number."""
    address = identifier(reference.get("reference"))
    resolved = one.near.resolve(reference)
    own = identifier(resolved.get("id"))
    if address is not None and "?" not in address and not address.startswith(("#", "urn:")):
        whole = f"{one.base}/{address}" if one.base and "://" not in address else address
        written = at_home(whole, one.context.source)
        foreign = "://" in written and bool(one.context.source.base_url)
        return Mention(written if foreign else written.rstrip("/").rsplit("/", 1)[-1])
    if address is not None and address.startswith("urn:") and resolved:
        return Mention(own or address)
    numbers = identifiers_of(reference, resolved)
    number = next((found for part in numbers if (found := identifier(part.get("value"))) is not None), None)
    return Mention(number=number) if number is not None else None
