"""`incident-reported`, `-amended`, `-withdrawn` and `-merged`."""

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.contract.fields import (
    FORMAT,
    read_mention,
    read_moment,
    read_person,
    read_place,
    read_staff,
    required_id,
)
from aftercare.intake.domain.facts import (
    IncidentDetails,
    IncidentMerge,
    IncidentReport,
    IncidentWithdrawal,
    NamedPatient,
    NamedStaff,
)
from aftercare.intake.domain.harm import AXES_RULE, Axes, derive_harm
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj
from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.vocabulary import (
    Actuality,
    EventKind,
    Flag,
    HarmLevel,
    Outcome,
    Relation,
    Seriousness,
    Severity,
    SubjectKind,
    WithdrawalReason,
)


def map_report(data: JsonObject, context: Context) -> IncidentReport:
    """A version of an incident, whole: what it doesn't say is unknown, not unchanged."""
    reporter = obj(data.get("reporter"))
    fears = reporter.get("fears_repercussion") is True
    staff = [*read_staff(data.get("staff"), context, guarded=fears), *_reporter(reporter, context, fears=fears)]
    numbers = [identifier(number) for number in items(data.get("numbers"))]
    return IncidentReport(
        source_id=required_id(data, "record"),
        details=_details(data, context, staff_harmed=any(one.relation is Relation.HARMED for one in staff)),
        numbers=tuple(dict.fromkeys(number for number in numbers if number is not None)),
        staff=tuple(staff),
        patients=_patients(data, context),
        fears_repercussion=fears,
    )


def map_withdrawal(data: JsonObject, context: Context) -> IncidentWithdrawal:
    reason = context.doubts.word(WithdrawalReason, data.get("reason"), "reason")
    return IncidentWithdrawal(required_id(data, "record"), reason or WithdrawalReason.ENTERED_IN_ERROR)


def map_merge(data: JsonObject, _context: Context) -> IncidentMerge:
    into = read_mention(data.get("into"))
    source_id = required_id(data, "record")
    if into is None or into.source_id == source_id:
        raise RefusedError(Reason.MISSING_FIELD, "into must name another incident", FORMAT)
    return IncidentMerge(source_id, into)


def _details(data: JsonObject, context: Context, *, staff_harmed: bool) -> IncidentDetails:
    doubts = context.doubts
    site, unit = read_place(data, context)
    axes = Axes(
        actuality=doubts.word(Actuality, data.get("actuality"), "actuality") or Actuality.UNKNOWN,
        severity=doubts.word(Severity, data.get("severity"), "severity") or Severity.UNKNOWN,
        seriousness=doubts.word(Seriousness, data.get("seriousness"), "seriousness") or Seriousness.UNKNOWN,
        outcome=doubts.word(Outcome, data.get("outcome"), "outcome") or Outcome.UNKNOWN,
    )
    harm, rule = _harm(data, context, axes)
    flags = [doubts.word(Flag, flag, "flags") for flag in items(data.get("flags"))]
    subject = doubts.word(SubjectKind, data.get("subject"), "subject")
    return IncidentDetails(
        kind=doubts.word(EventKind, data.get("kind"), "kind") or EventKind.ADVERSE_EVENT,
        site=site,
        unit=unit,
        occurred=read_moment(data, "occurred", context),
        discovered=read_moment(data, "discovered", context),
        recorded=read_moment(data, "recorded", context),
        actuality=axes.actuality,
        severity=axes.severity,
        seriousness=axes.seriousness,
        outcome=axes.outcome,
        harm=harm,
        harm_rule=rule,
        flags=tuple(sorted({flag for flag in flags if flag is not None})),
        subject=subject or (SubjectKind.STAFF if staff_harmed else SubjectKind.UNKNOWN),
        narrative_present=data.get("narrative_present") is True,
        synthetic=context.source.synthetic or data.get("synthetic") is True,
        backfill=context.source.backfill,
    )


def _harm(data: JsonObject, context: Context, axes: Axes) -> tuple[HarmLevel, str]:
    """Harm by its scale; a code without a scale is never guessed, since scales run in opposite directions."""
    said = data.get("harm")
    if said is None:
        return derive_harm(axes), AXES_RULE
    stated = obj(said)
    code = identifier(stated.get("code")) if stated else identifier(said)
    scale = identifier(stated.get("scale")) or context.source.harm_scale
    known = context.harm(scale, code, "harm") if scale and code else None
    if known is None:
        context.doubts.note("unknown-code:harm" if scale else "harm-without-scale")
        return HarmLevel.UNKNOWN, AXES_RULE
    if axes.actuality is Actuality.POTENTIAL and known.level is not HarmLevel.UNSAFE_CONDITION:
        return HarmLevel.NEAR_MISS, known.rule
    return known.level, known.rule


def _reporter(reporter: JsonObject, context: Context, *, fears: bool) -> list[NamedStaff]:
    person = read_person(reporter, context)
    if person is None:
        return []
    relation = Relation.INVOLVED if reporter.get("also_involved") is True else Relation.REPORTER
    return [NamedStaff(person, relation, never_through_manager=fears)]


def _patients(data: JsonObject, context: Context) -> tuple[NamedPatient, ...]:
    found = []
    for one in items(data.get("patients")) or items(data.get("patient")):
        said = obj(one)
        value = identifier(said.get("value"))
        if value is None:
            context.doubts.note("nameless:patient")
            continue
        kind = context.doubts.word(SubjectKind, said.get("kind"), "patient") or SubjectKind.PATIENT
        if kind is not SubjectKind.STAFF:
            found.append(NamedPatient(identifier(said.get("system")) or context.source.system, value, kind))
    return tuple(found)
