"""Every message type, and how bytes become one."""

import json
from collections.abc import Mapping

from pydantic import ValidationError

from aftercare.schemas import (
    answer,
    clock,
    clock_audit,
    disclosure_milestone,
    identity,
    incident,
    incident_patient,
    offer_compliance,
    outreach,
    outreach_request,
    rca,
    staff,
    support_case,
)
from aftercare.schemas.base import Message
from aftercare.schemas.tolerance import without_unknown_values

MESSAGE_TYPES: Mapping[str, type[Message]] = {
    model.type: model
    for model in (
        incident.IncidentReportedV1,
        incident.IncidentAmendedV1,
        incident.StaffInvolvedAddedV1,
        incident.StaffInvolvedRemovedV1,
        incident.NobodyInvolvedV1,
        incident.IncidentWithdrawnV1,
        incident.IncidentMergedV1,
        incident_patient.PatientLinkedV1,
        rca.RcaCommissionedV1,
        rca.RcaInterviewScheduledV1,
        rca.RcaInterviewHeldV1,
        rca.RcaInterviewCancelledV1,
        rca.RcaCompletedV1,
        rca.RcaCancelledV1,
        rca.RcaFindingsReleasedV1,
        disclosure_milestone.DisclosureMilestoneReachedV1,
        identity.IdentityAskedV1,
        identity.IdentityAnsweredV1,
        staff.StaffDescribedV1,
        staff.StaffRemovedV1,
        support_case.ObligationOpenedV1,
        support_case.ObligationSettledV1,
        support_case.CaseStateChangedV1,
        support_case.AssignmentChangedV1,
        outreach_request.ContactRequestedV1,
        outreach_request.ContactCancelledV1,
        outreach_request.CardGrantedV1,
        outreach_request.CardRevokedV1,
        outreach.MessageStatusChangedV1,
        outreach.PersonReachedV1,
        outreach.HumanNeededV1,
        answer.AnswerGivenV1,
        answer.AnswerUndoneV1,
        clock.EventClockStartedV1,
        clock.EventClockMovedV1,
        clock.EventClockWarnedV1,
        clock.EventClockMetV1,
        clock.EventClockMissedV1,
        clock.EventClockStoppedV1,
        clock.EventClockCancelledV1,
        clock.SupportClockStartedV1,
        clock.SupportClockMovedV1,
        clock.SupportClockWarnedV1,
        clock.SupportClockMetV1,
        clock.SupportClockMissedV1,
        clock.SupportClockStoppedV1,
        clock.SupportClockCancelledV1,
        clock_audit.EventClockDifferenceFoundV1,
        clock_audit.SupportClockDifferenceFoundV1,
        offer_compliance.OfferCompliancePublishedV1,
    )
}


class UnreadableMessageError(ValueError):
    """The bytes are not a valid message of their type. The text names fields and rules, never a value."""


def decode(message_type: str, data: bytes | None, *, key: str | None = None) -> Message | None:
    """Read a message; `None` for a type that this release does not know (a consumer skips and counts it).

    A tombstone has no data: its model is filled from the record's `key`.
    Raises `UnreadableMessageError`, whose text is safe to log.
    """
    model = MESSAGE_TYPES.get(message_type)
    if model is None:
        return None
    if model.tombstone:
        data = json.dumps({"person": key}).encode()
    try:
        return model.model_validate_json(data or b"")
    except ValidationError as error:
        return _read_tolerantly(model, data or b"", error)


def _read_tolerantly(model: type[Message], data: bytes, error: ValidationError) -> Message:
    """Read once more, with enum values of a newer producer replaced where there is a safe answer."""
    mended = without_unknown_values(data, error.errors(include_url=False, include_input=False))
    try:
        if mended is not None:
            return model.model_validate_json(mended)
    except ValidationError:
        pass
    raise UnreadableMessageError(describe(error)) from None


def describe(error: ValidationError) -> str:
    """What is wrong and where, without the offending values."""
    parts = (
        f"{'.'.join(str(step) for step in item['loc']) or 'body'}: {item['type']}"
        for item in error.errors(include_input=False, include_url=False)
    )
    return "; ".join(list(parts)[:5])
