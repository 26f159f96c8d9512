"""The people of an LFPSE event: the reporter, how they stood to it and whether they fear to be known; who took part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Named, NamedStaff
from aftercare.intake.domain.fhir.people import involved_staff, is_person
from aftercare.intake.domain.fhir.references import Neighbours, name_of
from aftercare.intake.domain.fhir.releases import PEOPLE
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, objects, text
from aftercare.intake.domain.national.extensions import Index, plain_name, truth, value_of
from aftercare.intake.domain.national.parts import display_name
from aftercare.intake.domain.vocabulary import IdentifierKind, Relation

_RELATIONS = {"1": Relation.WITNESS, "4": Relation.INVOLVED}
"""I witnessed it; I was helping to provide the care when it happened. The others were told, or found it."""
_FEARS = frozenset({"4", "5", "6", "7"})
"""Reasons to stay anonymous that are fears of what follows."""
_OTHER_REASONS = frozenset({"1", "2", "3", "8"})
_DETAILS = "practitionerdetails"


def fears_repercussion(index: Index, context: Context) -> bool:
    """Whether the reporter must never be reached through a manager. A reason that nobody knows may be a fear."""
    reasons = set(_stated(index, "whyanonymous"))
    unread = reasons - _FEARS - _OTHER_REASONS
    if unread:
        context.doubts.note("unknown-code:whyanonymous")
    return bool(unread or reasons & _FEARS)


@dataclass(frozen=True, slots=True)
class Cast:
    """An event with the resources that speak about it, and how its references are resolved."""

    event: JsonObject
    resources: Sequence[JsonObject]
    index: Index
    near: Neighbours
    record_id: str

    def staff(self, context: Context, *, guarded: bool) -> tuple[tuple[NamedStaff, ...], int]:
        """Who took part, by the fields of FHIR, and the reporter, unless anonymous: then nobody, and stays so.

        And how many more took part whom nothing names.
        """
        taking_part = {name: content for name, content in self.event.items() if name != "recorder"}
        listed, unnamed = involved_staff(taking_part, context, self.near, self.record_id)
        named = [
            replace(one, never_through_manager=guarded or one.never_through_manager)
            for one in (*listed, *self._reporters(context))
        ]
        return tuple(named), unnamed + _roles_without_persons(self.index, named)

    def _reporters(self, context: Context) -> Iterator[NamedStaff]:
        relation = _relation(self.index)
        nameless = relation is not Relation.REPORTER
        if not self._is_anonymous(context):
            people = self._practitioners()
            telling = [one for one in people if _has_details(one)] or people[:1]
            reporter = self._recorder(context) or self._by_resource(telling, context)
            contacts = map(value_of, self.index.get("reportercontact", ()))
            reporter = reporter or next((one for said in contacts if (one := display_name(said, context))), None)
            if reporter is not None:
                nameless = False
                yield NamedStaff(reporter, relation)
            others = (_named(one, context) for one in people if all(one is not reporting for reporting in telling))
            yield from (NamedStaff(other, Relation.INVOLVED) for other in others if other is not None)
        if nameless:
            context.doubts.note(f"nameless:{relation}")

    def _is_anonymous(self, context: Context) -> bool:
        stated = [truth(value_of(one)) for one in self.index.get("isanonymous", ())]
        if None in stated:
            context.doubts.note("unknown-code:isanonymous")
        return any(one is not False for one in stated) or any(_stated(self.index, "whyanonymous"))

    def _practitioners(self) -> list[JsonObject]:
        """Those that no other field speaks of."""
        fields = [one for name in ("subject", *PEOPLE) for one in items(self.event.get(name))]
        spoken_of = {id(self.near.resolve(obj(obj(one).get("actor")) or obj(one))) for one in fields}
        people = [one for one in self.resources if type_of(one) == "Practitioner"]
        return [one for one in people if id(one) not in spoken_of]

    def _recorder(self, context: Context) -> Named | None:
        """The recorder, unless a resource says more about them."""
        recorder = obj(self.event.get("recorder"))
        if not recorder or not is_person(recorder, self.near, "recorder", context):
            return None
        resolved = self.near.resolve(recorder)
        if resolved:
            return self._by_resource([resolved], context)
        named = name_of(recorder, self.near, context.source, self.record_id)
        dangling = (text(recorder.get("reference")) or "").startswith(("#", "urn:"))
        return None if named is not None and dangling and named.kind is IdentifierKind.IDENTIFIER else named

    def _by_resource(self, practitioners: Sequence[JsonObject], context: Context) -> Named | None:
        return next((found for one in practitioners if (found := _named(one, context)) is not None), None)


def _roles_without_persons(index: Index, named: Sequence[NamedStaff]) -> int:
    """How many more had a part in it: roles without persons, or a reporter who was there and stays unknown."""
    roles = {code for one in index.get("involvedpersonsactions", ()) if (code := text(value_of(one))) is not None}
    reporter_was_there = _relation(index) is not Relation.REPORTER
    known = sum(one.relation is not Relation.REPORTER for one in named)
    return max(0, max(len(roles), reporter_was_there) - known)


def _relation(index: Index) -> Relation:
    """The closest of all that is said."""
    stated = {_RELATIONS.get(code, Relation.REPORTER) for code in _stated(index, "reporterinvolvement")}
    return min(stated, key=list(Relation).index, default=Relation.REPORTER)


def _stated(index: Index, name: str) -> Iterator[str]:
    """What is said under a name, wherever it stands: vendors leave out the extension that should be around it."""
    yield from (said for one in index.get(name, ()) if (said := identifier(value_of(one))) is not None)


def _has_details(practitioner: JsonObject) -> bool:
    names = {plain_name(one.get("url")) for one in objects(practitioner.get("extension"))}
    return bool(names & {_DETAILS, f"adverseevent{_DETAILS}"})


def _named(practitioner: JsonObject, context: Context) -> Named | None:
    for one in objects(practitioner.get("identifier")):
        value = identifier(one.get("value"))
        if value is not None:
            system = text(one.get("system")) or context.source.identifier_system or context.source.system
            return Named(system, IdentifierKind.IDENTIFIER, value)
    for name in objects(practitioner.get("name")):
        parts = [*items(name.get("given")), *items(name.get("family"))]
        written = text(name.get("text")) or " ".join(word for part in parts if (word := text(part)))
        if written:
            return display_name(written, context)
    return None
