"""ICH E2B R3 (HL7 v3, `MCCI_IN200100UV01`): safety reports of medicines and vaccines, as far as they name an event."""

from collections.abc import Iterator, Sequence
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport, IncidentWithdrawal, NamedStaff, Version
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, objects, text
from aftercare.intake.domain.national.e2b import HEALTH_PROFESSIONALS, full_name, read_axes, worst_outcome
from aftercare.intake.domain.national.parts import display_name, each, last_change, mapped, nested, required
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.time_words import hl7_to_iso
from aftercare.intake.domain.vocabulary import Relation, SubjectKind, WithdrawalReason

FORMAT, HARM_RULE = "e2b-r3", "e2b-r3.1"
_RECEIPT = "MCCI_IN200101UV01"
_ROOTS = frozenset({"MCCI_IN200100UV01", "PORR_IN049016UV", _RECEIPT})
_REACTION, _DEATH, _OUTCOME = "29", "34", "27"
_CRITERIA = frozenset({"12", "21", "26", "33", _DEATH, "35"})
"""Congenital anomaly, life threatening, other important condition, hospital, death, disability."""
_REPORT_ID = "2.16.840.1.113883.3.989.2.1.3.1"
_NULLIFIED = ("2.16.840.1.113883.3.989.2.1.1.5", "1")
MAX_DEPTH = 60


def is_message(value: Any) -> bool:
    return format_of(value) == "xml" and text(value.get("@root")) in _ROOTS


def map_report(message: JsonObject, context: Context) -> Examined:
    event = obj(nested(message, "controlActProcess", "subject", "investigationEvent"))
    ids = sorted(objects(event.get("id")), key=lambda one: one.get("@root") != _REPORT_ID)
    numbers = [number for one in ids if (number := identifier(one.get("@extension"))) is not None]
    own = required(next(iter(numbers), None), "investigationEvent.id", FORMAT)
    updated = last_change(_iso(nested(event, "availabilityTime", "@value")), context.source.zone)
    version = Version(updated=updated or last_change(_iso(nested(message, "creationTime", "@value")), None))
    if _is_nullified(event):
        taken_back = IncidentWithdrawal(own, WithdrawalReason.ENTERED_IN_ERROR)
        return mapped(FORMAT, message, own, taken_back, context, version)
    fact = IncidentReport(own, _details(event, context), tuple(dict.fromkeys(numbers)), _reporters(event, context))
    return mapped(FORMAT, message, own, fact, context, version)


def _details(event: JsonObject, context: Context) -> IncidentDetails:
    observed = [(code, one) for one in _all(event, "observation") if (code := text(nested(one, "code", "@code")))]
    reactions = [one for code, one in observed if code == _REACTION]
    stated = [(code, nested(one, "value", "@value")) for code, one in observed if code in _CRITERIA]
    true = {code for code, said in stated if said in ("true", "1")}
    denied = {code for code, said in stated if said in ("false", "0")}
    codes = [text(nested(one, "value", "@code")) for code, one in observed if code == _OUTCOME]
    outcome = worst_outcome(codes, context)
    serious = True if true else False if denied >= _CRITERIA else None
    axes, harm = read_axes(died=_DEATH in true, serious=serious, outcome=outcome)
    starts = [_moment(nested(one, "effectiveTime"), context) for one in reactions]
    return IncidentDetails(
        occurred=min((one for one in starts if one is not None), key=lambda one: one.earliest, default=None),
        recorded=_moment(event.get("effectiveTime"), context, "effectiveTime"),
        actuality=axes.actuality,
        seriousness=axes.seriousness,
        outcome=axes.outcome,
        harm=harm,
        harm_rule=HARM_RULE,
        subject=SubjectKind.PATIENT if reactions else SubjectKind.UNKNOWN,
        narrative_present=text(nested(event, "text", "#text")) is not None or text(event.get("text")) is not None,
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _moment(time: Any, context: Context, field: str = "reaction.effectiveTime") -> StatedTime | None:
    """The start of an interval, or the moment itself; intervals can stand inside each other."""
    inner = next((one for one in objects(nested(time, "comp")) if "low" in one), time)
    written = text(nested(inner, "low", "@value")) or text(nested(inner, "@value"))
    return context.doubts.moment(_iso(written), field, context.source.zone)


def _iso(written: Any) -> str | None:
    words = text(written)
    return hl7_to_iso(words) if words else None


def _is_nullified(event: JsonObject) -> bool:
    told = [nested(one, "investigationCharacteristic", "value") for one in objects(event.get("subjectOf2"))]
    return any((nested(one, "@codeSystem"), nested(one, "@code")) == _NULLIFIED for one in told)


def _reporters(event: JsonObject, context: Context) -> tuple[NamedStaff, ...]:
    """Health professionals who reported. Their names are asked about sealed; consumers and lawyers are no staff."""
    found = []
    for person in _all(event, "assignedPerson"):
        name = obj(person.get("name"))
        words = full_name(one for part in ("given", "family") for one in items(name.get(part)))
        qualification = text(nested(person, "asQualifiedEntity", "code", "@code"))
        if qualification is None and words and "asQualifiedEntity" in person:
            context.doubts.note("unqualified:reporter")
        if qualification not in HEALTH_PROFESSIONALS:
            continue
        named = display_name(words, context)
        if named is None:
            context.doubts.note("nameless:reporter")
        else:
            found.append(NamedStaff(named, Relation.REPORTER))
    return tuple(found)


def _all(value: Any, wanted: str, depth: int = 0) -> Iterator[JsonObject]:
    """Every element of that name, however deep."""
    if depth > MAX_DEPTH:
        return
    for one in objects(value):
        for name, content in one.items():
            if name == wanted:
                yield from objects(content)
            if isinstance(content, dict | list):
                yield from _all(content, wanted, depth + 1)


def _map_message(payload: Payload, new: NewContext) -> Sequence[Examined]:
    root = payload.value.get("@root")
    if root == _RECEIPT:
        return [Refusal(Reason.NOT_AN_INCIDENT, "a receipt for safety reports, not a safety report", FORMAT)]
    whole = obj(payload.value.get(root))
    messages = objects(whole.get("PORR_IN049016UV")) if root != "PORR_IN049016UV" else items(whole)
    if not messages:
        return [Refusal(Reason.NOT_AN_INCIDENT, "a batch without a safety report", FORMAT)]
    return each(FORMAT, objects(messages), map_report, new)


ROWS: tuple[Format, ...] = (Format(FORMAT, lambda payload: is_message(payload.value), _map_message),)
