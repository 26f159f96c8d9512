"""`incident-reported`, `-amended`, `-withdrawn` and `-merged`."""

from collections.abc import Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.contract.fields import (
    FORMAT,
    read_mention,
    read_moment,
    read_patients,
    read_person,
    read_place,
    read_staff,
    read_stated_harm,
    required_id,
    unnamed_in,
)
from aftercare.intake.domain.facts import (
    IncidentDetails,
    IncidentMerge,
    IncidentReport,
    IncidentWithdrawal,
    NamedPatient,
    NamedStaff,
)
from aftercare.intake.domain.harm import AXES_RULE, WORST_RULE, Axes, derive_harm, worst
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
    patients = read_patients(data.get("patients") or data.get("patient"), context)
    return IncidentReport(
        source_id=required_id(data, "record"),
        details=_details(data, context, staff, patients),
        numbers=tuple(dict.fromkeys(number for number in numbers if number is not None)),
        staff=tuple(staff),
        patients=patients,
        fears_repercussion=fears,
        unnamed_staff=_unnamed(data, staff, context),
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


def _unnamed(data: JsonObject, staff: Sequence[NamedStaff], context: Context) -> int:
    """More who were involved, as far as the record says so: without identity in its list, or counted and not listed."""
    named = {one.person for one in staff if one.relation is not Relation.REPORTER}
    counted = identifier(data.get("staff_count"))
    if counted is not None and not (counted.isascii() and counted.isdigit() and len(counted) <= 4):
        context.doubts.note("unknown-code:staff_count")
        counted = None
    return max(unnamed_in(data.get("staff"), context), int(counted or 0) - len(named))


def _details(
    data: JsonObject, context: Context, staff: Sequence[NamedStaff], patients: Sequence[NamedPatient]
) -> IncidentDetails:
    doubts = context.doubts
    site, unit = read_place(data, context)
    axes = Axes(
        actuality=doubts.word(Actuality, data.get("actuality"), "actuality") or Actuality.UNKNOWN,
        severity=doubts.word(Severity, data.get("severity"), "severity") or Severity.UNKNOWN,
        seriousness=doubts.word(Seriousness, data.get("seriousness"), "seriousness") or Seriousness.UNKNOWN,
        outcome=doubts.word(Outcome, data.get("outcome"), "outcome") or Outcome.UNKNOWN,
    )
    harm, rule = _harm(data, context, axes, patients)
    staff_harmed = any(one.relation is Relation.HARMED for one in staff)
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


def _harm(data: JsonObject, context: Context, axes: Axes, patients: Sequence[NamedPatient]) -> tuple[HarmLevel, str]:
    """As stated for the incident, else the worst that is stated for its patients, else by the axes."""
    said = data.get("harm")
    known = read_stated_harm(said, context) if said is not None else None
    of_patients = worst(one.harm for one in patients if one.harm is not None)
    if said is not None and known is None:
        return HarmLevel.UNKNOWN, AXES_RULE
    if known is None and of_patients is HarmLevel.UNKNOWN:
        return derive_harm(axes), AXES_RULE
    level, rule = (known.level, known.rule) if known is not None else (of_patients, WORST_RULE)
    if axes.actuality is Actuality.POTENTIAL and level is not HarmLevel.UNSAFE_CONDITION:
        return HarmLevel.NEAR_MISS, rule
    return level, rule


def _reporter(reporter: JsonObject, context: Context, *, fears: bool) -> list[NamedStaff]:
    person = read_person(reporter, context)
    if person is None:
        return []
    relation = Relation.INVOLVED if reporter.get("also_involved") is True else Relation.REPORTER
    return [NamedStaff(person, relation, never_through_manager=fears)]
