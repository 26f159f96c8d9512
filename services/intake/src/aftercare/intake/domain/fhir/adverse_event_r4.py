"""FHIR R4 and R4B AdverseEvent to our words (`interop.md` 2.1, 3)."""

from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Fact, IncidentDetails, IncidentReport, IncidentWithdrawal, Version
from aftercare.intake.domain.fhir.codes import read_code
from aftercare.intake.domain.fhir.people import involved_staff, patients, subject_kind
from aftercare.intake.domain.fhir.references import Neighbours, written_place
from aftercare.intake.domain.fhir.shape import is_retracted
from aftercare.intake.domain.harm import FHIR_R4_RULE, Axes, derive_harm
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Mapped, RecordIdentity
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.vocabulary import (
    Actuality,
    Outcome,
    Seriousness,
    Severity,
    WithdrawalReason,
)

FORMAT = "fhir-r4-adverse-event"

_ACTUALITY = {"actual": Actuality.ACTUAL, "potential": Actuality.POTENTIAL}
_SEVERITY = {"mild": Severity.MILD, "moderate": Severity.MODERATE, "severe": Severity.SEVERE}
_SERIOUSNESS = {
    "serious": Seriousness.SERIOUS,
    "non-serious": Seriousness.NON_SERIOUS,
    "nonserious": Seriousness.NON_SERIOUS,
    "non serious": Seriousness.NON_SERIOUS,
}
_OUTCOME = {
    "resolved": Outcome.RESOLVED,
    "recovering": Outcome.RECOVERING,
    "ongoing": Outcome.ONGOING,
    "resolvedwithsequelae": Outcome.RESOLVED_WITH_SEQUELAE,
    "fatal": Outcome.FATAL,
    "unknown": Outcome.UNKNOWN,
}


def map_adverse_event(
    event: JsonObject, context: Context, neighbours: Neighbours | None = None, address: str | None = None
) -> Mapped:
    """Map one AdverseEvent. `address` is its `fullUrl` in a Bundle. Total: thin and odd records map too."""
    near = (neighbours or Neighbours()).within(event)
    digest = body_hash(event)
    record_id = _record_id(event, context, address, digest)
    meta = obj(event.get("meta"))
    version = Version(identifier(meta.get("versionId")), _instant(meta.get("lastUpdated")))
    fact = _fact(event, context, near, record_id)
    return Mapped(FORMAT, RecordIdentity("incident", record_id), version, digest, fact, context.doubts.slugs)


def _fact(event: JsonObject, context: Context, near: Neighbours, record_id: str) -> Fact:
    if is_retracted(event):
        return IncidentWithdrawal(record_id, WithdrawalReason.ENTERED_IN_ERROR)
    numbers = [identifier(one.get("value")) for one in objects(event.get("identifier"))]
    return IncidentReport(
        source_id=record_id,
        details=_details(event, context, near),
        numbers=tuple(dict.fromkeys(number for number in numbers if number is not None)),
        staff=involved_staff(event, context, near, record_id),
        patients=patients(event, context, near, record_id),
    )


def _details(event: JsonObject, context: Context, near: Neighbours) -> IncidentDetails:
    axes = _axes(event, context)
    location = obj(event.get("location"))
    site, unit = context.place(written_place(location, near.resolve(location)) if location else [])
    return IncidentDetails(
        site=site,
        unit=unit,
        occurred=_moment(event, "date", context),
        discovered=_moment(event, "detected", context),
        recorded=_moment(event, "recordedDate", context),
        actuality=axes.actuality,
        severity=axes.severity,
        seriousness=axes.seriousness,
        outcome=axes.outcome,
        harm=derive_harm(axes),
        harm_rule=FHIR_R4_RULE,
        subject=subject_kind(event, near),
        narrative_present=_has_narrative(event),
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _axes(event: JsonObject, context: Context) -> Axes:
    doubts = context.doubts
    axes = Axes(
        actuality=read_code(_ACTUALITY, event.get("actuality"), Actuality.UNKNOWN, "actuality", doubts),
        severity=read_code(_SEVERITY, event.get("severity"), Severity.UNKNOWN, "severity", doubts),
        seriousness=read_code(_SERIOUSNESS, event.get("seriousness"), Seriousness.UNKNOWN, "seriousness", doubts),
        outcome=read_code(_OUTCOME, event.get("outcome"), Outcome.UNKNOWN, "outcome", doubts),
    )
    return Axes(
        axes.actuality,
        axes.severity,
        axes.seriousness,
        axes.outcome,
        unread=any(slug.startswith("unknown-code:") for slug in doubts.slugs),
        effect_stated=bool(event.get("resultingCondition")),
    )


def _moment(event: JsonObject, name: str, context: Context) -> StatedTime | None:
    value: Any = event.get(name)
    if isinstance(value, dict):  # a Period where a moment is due: its start, and where that is missing its end
        value = value.get("start") or value.get("end")
    return context.doubts.moment(value, f"AdverseEvent.{name}", context.source.zone)


def _instant(value: object) -> Any:
    try:
        stated = parse_stated_time(text(value) or "", "meta.lastUpdated")
    except UnreadableTimeError:
        return None
    return stated.earliest if stated.zone_known else None


def _has_narrative(event: JsonObject) -> bool:
    if any(text(event.get(name)) for name in ("description",)) or bool(event.get("note")):
        return True
    return bool(text(obj(event.get("text")).get("div")) or text(obj(event.get("event")).get("text")))


def _record_id(event: JsonObject, context: Context, address: str | None, digest: str) -> str:
    """The record's identity in its source: FHIR id and base; a business identifier is never one (`interop.md` 1.7).

    Without an id the Bundle's address stands in, and without that the body itself.
    """
    own = identifier(event.get("id"))
    where = identifier(address)
    base = where.rsplit("/", 2)[0] if where and "://" in where and where.count("/") > 3 else None
    if own is not None:
        home = context.source.base_url.rstrip("/")
        foreign = base is not None and home and _without_scheme(base) != _without_scheme(home)
        return f"{base}/AdverseEvent/{own}" if foreign else own
    return where or f"body:{digest}"


def _without_scheme(url: str) -> str:
    return url.split("://", 1)[-1].casefold()
