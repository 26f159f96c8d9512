"""The reporter of an LFPSE event: how they stood to it, and whether they fear to be known."""

from collections.abc import Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Named, NamedStaff
from aftercare.intake.domain.json_values import JsonObject, identifier, objects, text
from aftercare.intake.domain.national.extensions import Index, Values, first, parts_of, value_of
from aftercare.intake.domain.national.parts import display_name
from aftercare.intake.domain.vocabulary import IdentifierKind, Relation

_RELATIONS = {"1": Relation.WITNESS, "4": Relation.INVOLVED}
"""I witnessed it; I was helping to provide the care when it happened. The others were told, or found it."""
_FEARS = frozenset({"4", "5", "6", "7"})
"""Reasons to stay anonymous that are fears of what follows."""


def fears_repercussion(index: Index) -> bool:
    """Whether the reporter must never be reached through a manager."""
    reasons = {identifier(code) for one in _details(index) for code in one.get("whyanonymous", ())}
    return bool(reasons & _FEARS)


def reporter(resources: Sequence[JsonObject], index: Index, context: Context) -> tuple[NamedStaff, ...]:
    """The reporter, where the record says who it is. An anonymous one is nobody, and stays so."""
    details: Values = next(iter(_details(index)), {})
    metadata: Values = next(iter(parts_of(index, "adverseeventreferencemetadata")), {})
    involvement = identifier(first(details, "reporterinvolvement"))
    relation = _RELATIONS.get(involvement or "", Relation.REPORTER)
    anonymous = first(metadata, "isanonymous") in (True, "true") or first(details, "whyanonymous") is not None
    person = None if anonymous else _person(resources, details, context)
    if person is None:
        if relation is not Relation.REPORTER:
            context.doubts.note(f"nameless:{relation}")
        return ()
    return (NamedStaff(person, relation, never_through_manager=fears_repercussion(index)),)


def unnamed_staff(index: Index, named: Sequence[NamedStaff]) -> int:
    """How many more had a part in it: roles without persons, or a reporter who was there and stays unknown."""
    roles = {code for one in index.get("involvedpersonsactions", ()) if (code := text(value_of(one))) is not None}
    details: Values = next(iter(_details(index)), {})
    reporter_was_there = identifier(first(details, "reporterinvolvement")) in _RELATIONS
    known = sum(one.relation is not Relation.REPORTER for one in named)
    return max(0, max(len(roles), reporter_was_there) - known)


def _details(index: Index) -> list[Values]:
    return [*parts_of(index, "practitionerdetails"), *parts_of(index, "adverseeventpractitionerdetails")]


def _person(resources: Sequence[JsonObject], details: Values, context: Context) -> Named | None:
    practitioners = [one for one in resources if one.get("resourceType") == "Practitioner"]
    for one in (found for practitioner in practitioners for found in objects(practitioner.get("identifier"))):
        value = identifier(one.get("value"))
        if value is not None:
            system = text(one.get("system")) or context.source.identifier_system or context.source.system
            return Named(system, IdentifierKind.IDENTIFIER, value)
    return display_name(first(details, "reportercontact"), context)
