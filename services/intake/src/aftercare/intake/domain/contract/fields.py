"""The parts that the messages of our own contract share."""

from datetime import date

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Mention, Named, NamedPatient, NamedStaff, Version
from aftercare.intake.domain.harm import StatedHarm
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, objects, person_name, text
from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.time_windows import part_of_day
from aftercare.intake.domain.vocabulary import HarmLevel, IdentifierKind, Relation, Route, SubjectKind

FORMAT = "aftercare-source"


def required_id(data: JsonObject, part: str) -> str:
    """`<part>.id`, which the message can't do without. Raises `RefusedError`."""
    found = identifier(obj(data.get(part)).get("id"))
    if found is None:
        raise RefusedError(Reason.MISSING_FIELD, f"{part}.id is missing or no usable identifier", FORMAT)
    return found


def read_version(data: JsonObject) -> Version:
    """`record.version` and `record.updated`, an instant, or `{value, zone}`."""
    record = obj(data.get("record"))
    stated = record.get("updated")
    zone = identifier(stated.get("zone")) if isinstance(stated, dict) else None
    words = text(stated.get("value") if isinstance(stated, dict) else stated)
    try:
        updated = parse_stated_time(words or "", "record.updated", zone)
    except UnreadableTimeError:
        return Version(identifier(record.get("version")))
    return Version(identifier(record.get("version")), updated.earliest if updated.zone_known else None)


def read_mention(value: object) -> Mention | None:
    """An incident by `id` (the source's own), by `number` (as people know it), or by our `reference`."""
    if isinstance(value, str):
        value = {"id": value}
    said = obj(value)
    reference = identifier(said.get("reference"))
    mention = Mention(identifier(said.get("id")), identifier(said.get("number")), reference)
    return None if mention == Mention() else mention


def required_mention(data: JsonObject) -> Mention:
    mention = read_mention(data.get("incident"))
    if mention is None:
        raise RefusedError(Reason.MISSING_FIELD, "incident needs an id, a number or a reference", FORMAT)
    return mention


def read_person(value: object, context: Context) -> Named | None:
    """A person by `{system?, value}`, `{reference}` or `{display}`. `None` when nothing of it can be used."""
    said = obj(value)
    found = identifier(said.get("value"))
    if found is not None:
        system = identifier(said.get("system")) or context.source.identifier_system or context.source.system
        return Named(system, IdentifierKind.IDENTIFIER, found)
    reference = identifier(said.get("reference"))
    if reference is not None:
        return Named(context.source.system, IdentifierKind.REFERENCE, reference)
    display = person_name(said.get("display"))
    return Named(context.source.system, IdentifierKind.DISPLAY_NAME, display) if display else None


def read_people(value: object, context: Context) -> tuple[Named, ...]:
    people = [read_person(one, context) for one in objects(value)]
    if None in people:
        context.doubts.note("nameless:person")
    return tuple(person for person in people if person is not None)


def read_staff(value: object, context: Context, *, guarded: bool = False) -> tuple[NamedStaff, ...]:
    """A list of staff with their relation and route. `guarded`: no manager may ever learn of the contact."""
    staff = []
    for one in objects(value):
        person = read_person(one, context)
        if person is None:
            context.doubts.note("nameless:staff")
            continue
        relation = context.doubts.word(Relation, one.get("relation"), "relation") or Relation.INVOLVED
        route = context.doubts.word(Route, one.get("route"), "route") or Route.INCIDENT
        never = guarded or one.get("never_through_manager") is True
        staff.append(NamedStaff(person, relation, route, never))
    return tuple(staff)


def unnamed_in(value: object, context: Context) -> int:
    """How many members of staff stand in a list without anything to know them by. A mere reporter is none."""
    return sum(
        not isinstance(one, dict)
        or (read_person(one, context) is None and text(one.get("relation")) != Relation.REPORTER.value)
        for one in items(value)
        if one is not None
    )


def read_patients(value: object, context: Context) -> tuple[NamedPatient, ...]:
    """Patients and who stands for them, each with their own harm where it is stated. Staff is none of them."""
    found = []
    for said in map(obj, items(value)):
        known = identifier(said.get("value"))
        if known is None:
            context.doubts.note("nameless:patient")
            continue
        kind = context.doubts.word(SubjectKind, said.get("kind"), "patient") or SubjectKind.PATIENT
        if kind is not SubjectKind.STAFF:
            system = identifier(said.get("system")) or context.source.system
            found.append(NamedPatient(system, known, kind, _own_harm(said.get("harm"), context)))
    return tuple(found)


def _own_harm(said: object, context: Context) -> HarmLevel | None:
    known = read_stated_harm(said, context) if said is not None else None
    return known.level if known is not None and known.level is not HarmLevel.UNKNOWN else None


def read_stated_harm(said: object, context: Context) -> StatedHarm | None:
    """Harm by its scale; a code without a scale is never guessed, since scales run in opposite directions."""
    stated = obj(said)
    code = identifier(stated.get("code")) if stated else identifier(said)
    scale = identifier(stated.get("scale")) or context.source.harm_scale
    known = context.harm(scale, code, "harm") if scale and code else None
    if known is None:
        context.doubts.note("unknown-code:harm" if scale else "harm-without-scale")
    return known


def read_moment(data: JsonObject, name: str, context: Context) -> StatedTime | None:
    """A moment as text, or as `{value, zone, part}` where the zone is IANA, and the part one of the day in `value`."""
    value = data.get(name)
    zone = context.source.zone
    if isinstance(value, dict):
        zone = identifier(value.get("zone")) or zone
        part, value = text(value.get("part")), value.get("value")
        if part is not None:
            try:
                return part_of_day(date.fromisoformat(text(value) or ""), part, name, zone)
            except ValueError:
                context.doubts.note(f"unreadable-time:{name}")
    return context.doubts.moment(value, name, zone)


def read_place(data: JsonObject, context: Context) -> tuple[str | None, str | None]:
    written = [found for name in ("unit", "site") if (found := text(data.get(name))) is not None]
    return context.place(written)
