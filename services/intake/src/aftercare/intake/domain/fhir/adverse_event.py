"""A FHIR AdverseEvent of any release, or of several at once, to our words (`interop.md` 2.1, 3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Fact, IncidentDetails, IncidentReport, IncidentWithdrawal, Version
from aftercare.intake.domain.fhir.axes import read_axes
from aftercare.intake.domain.fhir.cross_version import fields_of_other_releases, is_cross_version
from aftercare.intake.domain.fhir.flags import flags_of
from aftercare.intake.domain.fhir.people import involved_staff, patients, subject_kind
from aftercare.intake.domain.fhir.place import place_of
from aftercare.intake.domain.fhir.profiles import detected_is_the_end
from aftercare.intake.domain.fhir.references import Neighbours, base_of, identifiers_of, plain_address
from aftercare.intake.domain.fhir.releases import RELEASES, ReleaseTable, first_stated, is_retracted, release_of
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.harm import derive_harm
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, items, obj, objects, text
from aftercare.intake.domain.outcome import Mapped, RecordIdentity
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.vocabulary import WithdrawalReason

_ALL_OCCURRED = tuple(name for table in RELEASES.values() for name in table.occurred)


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around a resource: its `fullUrl`, its neighbours, and what the Bundle says of version and report."""

    neighbours: Neighbours = field(default_factory=Neighbours)
    address: str | None = None
    version: Version = field(default_factory=Version)
    """Of the entry. The resource's own word comes first."""
    reported: str | None = None
    """When the message that carries it was sent, as stated."""


def map_adverse_event(event: JsonObject, context: Context, setting: Setting | None = None) -> Mapped:
    """Map one AdverseEvent. Total: thin, odd and half-migrated records map too, with doubts."""
    around = setting or Setting()
    near = around.neighbours.within(event, around.address)
    digest = body_hash(event)
    record_id = record_id_of(event, context, around.address, digest)
    table, foreign = release_of(event)
    for name in foreign:
        context.doubts.note(f"other-release:{name}")
    event = {**fields_of_other_releases(event), **event}
    _note_what_must_not_be_ignored(event, context)
    fact: Fact
    if is_retracted(event):
        fact = IncidentWithdrawal(record_id, WithdrawalReason.ENTERED_IN_ERROR)
    else:
        fact = _report(event, context, around, near, (record_id, table))
    version = version_of(event, around.version)
    return Mapped(table.format, RecordIdentity("incident", record_id), version, digest, fact, context.doubts.slugs)


def _note_what_must_not_be_ignored(event: JsonObject, context: Context) -> None:
    if not all(map(is_cross_version, objects(event.get("modifierExtension")))):
        context.doubts.note("modifier-extension")
    labels = objects(obj(event.get("meta")).get("tag"))
    if any(label.get("code") == "SUBSETTED" for label in labels):
        context.doubts.note("subsetted")


def _report(
    event: JsonObject, context: Context, around: Setting, near: Neighbours, known: tuple[str, ReleaseTable]
) -> IncidentReport:
    record_id, table = known
    numbers = [identifier(one.get("value")) for one in identifiers_of(event)]
    staff, unnamed = involved_staff(event, context, near, record_id)
    return IncidentReport(
        source_id=record_id,
        details=_details(event, context, around, near, table),
        numbers=tuple(dict.fromkeys(number for number in numbers if number is not None)),
        staff=staff,
        patients=patients(event, context, near, record_id),
        unnamed_staff=unnamed,
    )


def _details(
    event: JsonObject, context: Context, around: Setting, near: Neighbours, table: ReleaseTable
) -> IncidentDetails:
    axes = read_axes(event, table, context.doubts)
    site, unit = place_of(event, context, near)
    name, occurred = first_stated(event, table.occurred, _ALL_OCCURRED, context.doubts)
    return IncidentDetails(
        site=site,
        unit=unit,
        occurred=_moment(occurred, name, context),
        discovered=None if detected_is_the_end(event) else _moment(event.get("detected"), "detected", context),
        recorded=_recorded(event, around, context),
        actuality=axes.actuality,
        severity=axes.severity,
        seriousness=axes.seriousness,
        outcome=axes.outcome,
        harm=derive_harm(axes),
        harm_rule=table.harm_rule,
        flags=flags_of(event, context.source.fhir_codes.flags),
        subject=subject_kind(event, near),
        narrative_present=_has_narrative(event),
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _recorded(event: JsonObject, around: Setting, context: Context) -> StatedTime | None:
    """When it was written down: at the latest when the message that brings it was sent."""
    if event.get("recordedDate") is not None or around.reported is None:
        return _moment(event.get("recordedDate"), "recordedDate", context)
    return context.doubts.moment(around.reported, "MessageHeader.timestamp", context.source.zone)


def _moment(value: Any, name: str, context: Context) -> StatedTime | None:
    """A dateTime, a Period (its start, else its end) or a Timing (its first event, else the start of its bounds)."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and not any(_says_something(part) for part in value):
        return None
    if isinstance(value, dict):
        bounds = obj(obj(value.get("repeat")).get("boundsPeriod"))
        events = sorted(one for one in items(value.get("event")) if isinstance(one, str))
        value = value.get("start") or value.get("end") or next(iter(events), None) or bounds.get("start") or ""
    return context.doubts.moment(value, f"AdverseEvent.{name}", context.source.zone)


def _says_something(name: str) -> bool:
    """Not so a moment's extensions, such as the reason for its absence."""
    return not name.startswith("_") and name not in ("extension", "id")


def _has_narrative(event: JsonObject) -> bool:
    if text(event.get("description")) or event.get("note"):
        return True
    what = [obj(event.get(name)).get("text") for name in ("event", "code", "type")]
    return any(text(words) for words in (obj(event.get("text")).get("div"), *what))


def version_of(resource: JsonObject, entry: Version) -> Version:
    """The version that a resource states, else what its entry in a history says."""
    meta = obj(resource.get("meta"))
    stated = identifier(meta.get("versionId")) or entry.stated
    return Version(stated, instant(meta.get("lastUpdated")) or entry.updated)


def instant(value: object) -> datetime | None:
    """An instant with its zone, or nothing."""
    try:
        stated = parse_stated_time(text(value) or "", "meta.lastUpdated")
    except UnreadableTimeError:
        return None
    return stated.earliest if stated.zone_known else None


def record_id_of(resource: JsonObject, context: Context, address: str | None, digest: str) -> str:
    """The record's identity in its source: FHIR id and base; a business identifier is never one (`interop.md` 1.7).

    Without an id the Bundle's address stands in, and without that the body itself.
    """
    own = identifier(resource.get("id"))
    where = identifier(address)
    if own is not None and where is not None:
        home, there = plain_address(context.source.base_url).casefold(), base_of(where)
        foreign = home and there and there.casefold() != home
        return f"{where.rsplit('/', 2)[0]}/{type_of(resource)}/{own}" if foreign else own
    return own or where or f"body:{digest}"
