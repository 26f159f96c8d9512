"""The types of our own inbound contract: `org.aftercare.source.*`, one row each (docs/intake.md)."""

from collections.abc import Callable, Mapping

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.contract.fields import FORMAT, read_version
from aftercare.intake.domain.contract.incident import map_merge, map_report, map_withdrawal
from aftercare.intake.domain.contract.steps import map_disclosure, map_staff_added, map_staff_removed, rca_mapper
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import (
    DisclosureStep,
    Fact,
    IncidentMerge,
    IncidentReport,
    IncidentWithdrawal,
    RcaDeletion,
    RcaMilestone,
    StaffChange,
    Version,
)
from aftercare.intake.domain.json_values import JsonObject, body_hash
from aftercare.intake.domain.outcome import Mapped, Reason, RecordIdentity, RefusedError
from aftercare.intake.domain.vocabulary import RcaStep

PREFIX = "org.aftercare.source."
MESSAGES: Mapping[str, Callable[[JsonObject, Context], Fact]] = {
    "incident-reported": map_report,
    "incident-amended": map_report,
    "incident-withdrawn": map_withdrawal,
    "incident-merged": map_merge,
    "staff-involved-added": map_staff_added,
    "staff-involved-removed": map_staff_removed,
    **{f"rca-{step.value}": rca_mapper(step) for step in RcaStep},
    "disclosure-milestone-reached": map_disclosure,
}


def is_ours(payload: Payload) -> bool:
    return (payload.ce_type or "").startswith(PREFIX)


def map_message(payload: Payload, context: Context) -> Mapped:
    """Map one message. Raises `RefusedError` for a type or a field without which nothing can be done."""
    name = (payload.ce_type or "").removeprefix(PREFIX).removesuffix(".v1")
    mapper = MESSAGES.get(name)
    if mapper is None:
        raise RefusedError(Reason.UNSUPPORTED_TYPE, f"no message type {PREFIX}* of this name and version", FORMAT)
    if not isinstance(payload.value, dict):
        raise RefusedError(Reason.MISSING_FIELD, "data must be a JSON object", FORMAT)
    fact = mapper(payload.value, context)
    digest = body_hash([name, payload.value])
    identity, version = _identity(fact, payload, digest)
    return Mapped(FORMAT, identity, version, digest, fact, context.doubts.slugs, tuple(map(str, context.harms)))


def _identity(fact: Fact, payload: Payload, digest: str) -> tuple[RecordIdentity, Version]:
    """Records have versions; other messages happen once, and their CloudEvents id says which one it was."""
    version = read_version(payload.value)
    match fact:
        case IncidentReport(source_id=own):
            return RecordIdentity("incident", own), version
        case IncidentWithdrawal(source_id=own):
            return RecordIdentity("withdrawal", own), version
        case IncidentMerge(source_id=own):
            return RecordIdentity("merge", own), version
        case StaffChange() | RcaMilestone() | RcaDeletion() | DisclosureStep():
            once = Version("1", version.updated)
            return RecordIdentity("event", payload.ce_id or f"body:{digest}"), once
