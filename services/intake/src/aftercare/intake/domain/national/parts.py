"""What the national and vendor formats share: an ending made of facts, and careful looks at their fields."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Fact, Named, Version
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import body_hash, identifier, person_name, text
from aftercare.intake.domain.outcome import Examined, Mapped, Reason, RecordIdentity, Refusal, RefusedError
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.vocabulary import IdentifierKind

MAX_RECORDS = 10_000
NO_VERSION = Version()
WITHHELD = frozenset(
    {"anonymous", "anonym", "privacy", "unknown", "not known", "withheld", "masked", "none", "n/a", "na", "-"}
    | {"msk", "unk", "asku", "nask", "ni"}
)
"""What stands where a name is due when it is kept back: words, and codes of HL7."""
MapOne = Callable[[Any, Context], Examined]


def one_record(name: str, recognises: Callable[[Any], bool], maps: MapOne) -> Format:
    """A row for a format whose payload is one record."""

    def map_it(payload: Any, new: NewContext) -> Sequence[Examined]:
        return [maps(payload.value, new())]

    return Format(name, lambda payload: recognises(payload.value), map_it)


def mapped(
    name: str, record: Any, source_id: str, fact: Fact, context: Context, version: Version = NO_VERSION
) -> Mapped:
    """The ending of an incident record."""
    identity = RecordIdentity("incident", source_id)
    stated = tuple(map(str, context.harms))
    return Mapped(name, identity, version, body_hash(record), fact, context.doubts.slugs, stated)


def event(name: str, record: Any, once: str, fact: Fact, context: Context) -> Mapped:
    """The ending of a message that happens once."""
    return Mapped(name, RecordIdentity("event", once), Version("1"), body_hash(record), fact, context.doubts.slugs)


def each(name: str, records: Sequence[Any], maps: MapOne, new: NewContext) -> Sequence[Examined]:
    """An ending per record of one message. What is wrong with one stops nothing; too many are refused together."""
    if len(records) > MAX_RECORDS:
        return [Refusal(Reason.TOO_MANY_RECORDS, f"a message of more than {MAX_RECORDS} records", name)]
    return [_ending(record, maps, new()) for record in records]


def _ending(record: Any, maps: MapOne, context: Context) -> Examined:
    try:
        return maps(record, context)
    except RefusedError as refused:
        return refused.refusal


def required(value: object, what: str, name: str) -> str:
    """An identifier without which nothing can be done. Raises `RefusedError`."""
    found = identifier(value)
    if found is None:
        raise RefusedError(Reason.MISSING_FIELD, f"{what} is missing or no usable identifier", name)
    return found


def staff_number(value: object, context: Context) -> Named | None:
    """A person by the number or user name of the source."""
    found = identifier(value)
    system = context.source.identifier_system or context.source.system
    return Named(system, IdentifierKind.IDENTIFIER, found) if found is not None else None


def display_name(value: object, context: Context) -> Named | None:
    """A person by a name as it is written: `directory` is asked, nobody else ever sees it."""
    found = person_name(value)
    if found is None or found.casefold() in WITHHELD:
        return None
    return Named(context.source.system, IdentifierKind.DISPLAY_NAME, found)


def last_change(value: object, zone: str | None) -> datetime | None:
    """A moment of change, to order versions by. Without a zone as in UTC: a clock is compared with itself only."""
    try:
        stated: StatedTime = parse_stated_time(value if isinstance(value, str) else "", "updated", zone or "UTC")
    except UnreadableTimeError:
        return None
    return stated.earliest.astimezone(UTC)


def written(value: Any) -> str | None:
    """The text of an XML element, with or without attributes."""
    return text(value.get("#text")) if isinstance(value, dict) else text(value)


def nested(value: Any, *names: str) -> Any:
    """What stands at the end of a path of objects; of a list on the way the first object counts."""
    for name in names:
        if isinstance(value, list):
            value = next((one for one in value if isinstance(one, dict)), None)
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
