"""Messages about people, root cause analyses and disclosure: each happens once."""

from collections.abc import Callable

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.contract.fields import (
    FORMAT,
    read_mention,
    read_moment,
    read_patients,
    read_people,
    read_person,
    read_staff,
    required_id,
    required_mention,
    unnamed_in,
)
from aftercare.intake.domain.facts import DisclosureStep, RcaMilestone, StaffChange
from aftercare.intake.domain.json_values import JsonObject, items
from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.vocabulary import INTERVIEW_STEPS, FeedbackAudience, Milestone, RcaMethod, RcaStep


def map_staff_added(data: JsonObject, context: Context) -> StaffChange:
    added = read_staff(data.get("staff"), context, guarded=data.get("nominator_fears_repercussion") is True)
    if not added:
        raise RefusedError(Reason.MISSING_FIELD, "staff names nobody who can be read", FORMAT)
    return StaffChange(required_mention(data), added=added, unnamed_staff=unnamed_in(data.get("staff"), context))


def map_staff_removed(data: JsonObject, context: Context) -> StaffChange:
    removed = read_people(data.get("staff"), context)
    if not removed:
        raise RefusedError(Reason.MISSING_FIELD, "staff names nobody who can be read", FORMAT)
    return StaffChange(required_mention(data), removed=removed)


def rca_mapper(step: RcaStep) -> Callable[[JsonObject, Context], RcaMilestone]:
    """The mapping of one RCA message type."""

    def map_step(data: JsonObject, context: Context) -> RcaMilestone:
        mentions = [read_mention(one) for one in items(data.get("incidents"))]
        interviewee = read_person(data.get("interviewee"), context)
        if step in INTERVIEW_STEPS and interviewee is None:
            raise RefusedError(Reason.MISSING_FIELD, "interviewee names nobody who can be read", FORMAT)
        audience = context.doubts.word(FeedbackAudience, data.get("audience"), "audience")
        if step is RcaStep.FINDINGS_RELEASED and audience is None:
            raise RefusedError(Reason.MISSING_FIELD, "audience must be staff or family", FORMAT)
        return RcaMilestone(
            rca_id=required_id(data, "rca"),
            step=step,
            incidents=tuple(mention for mention in mentions if mention is not None),
            method=context.doubts.word(RcaMethod, data.get("method"), "method"),
            team=read_people(data.get("team"), context) if "team" in data else None,
            interviewee=interviewee,
            at=read_moment(data, "at", context),
            audience=audience,
        )

    return map_step


def map_disclosure(data: JsonObject, context: Context) -> DisclosureStep:
    milestone = context.doubts.word(Milestone, data.get("milestone"), "milestone")
    if milestone is None:
        raise RefusedError(Reason.UNREADABLE_FIELD, "milestone is missing or not one of the words we know", FORMAT)
    return DisclosureStep(
        incident=required_mention(data),
        milestone=milestone,
        at=read_moment(data, "at", context),
        lead=read_person(data.get("lead"), context),
        participants=read_people(data.get("participants"), context),
        relevant=read_patients(data.get("patients"), context),
    )
