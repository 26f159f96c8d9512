"""From our decisions to the messages of the contract. Nothing but enums, references and instants goes in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aftercare.intake.domain import stated_time, vocabulary
from aftercare.intake.domain.book import Book, Change, Involved, Publication
from aftercare.intake.domain.facts import DisclosureStep, IncidentDetails, Question, RcaMilestone
from aftercare.intake.domain.rca_book import RcaBook
from aftercare.intake.domain.relevant import ToldPerson, told_persons
from aftercare.intake.domain.vocabulary import RcaStep
from aftercare.schemas import disclosure_milestone, identity, incident, incident_patient, rca, time
from aftercare.schemas.base import Message


def incident_message(publication: Publication) -> Message:
    """The message of one published change."""
    return _INCIDENT[publication.change](publication, incident_state(publication.book))


def incident_state(book: Book) -> incident.IncidentState:
    """The whole state, as every incident message carries it."""
    details = book.details or IncidentDetails()
    if book.received is None:
        raise ValueError("an incident that was never reported has no state to publish")
    return incident.IncidentState(
        incident=book.incident,
        revision=book.revision,
        source=book.source,
        kind=incident.EventKind(details.kind),
        site=details.site,
        unit=details.unit,
        occurred=stated(details.occurred),
        discovered=stated(details.discovered),
        recorded=stated(details.recorded),
        received=book.received,
        actuality=incident.Actuality(details.actuality),
        severity=incident.Severity(details.severity),
        seriousness=incident.Seriousness(details.seriousness),
        outcome=incident.Outcome(details.outcome),
        harm=incident.Harm(details.harm),
        harm_rule=details.harm_rule,
        flags=tuple(incident.Flag(flag) for flag in details.flags),
        subject=incident.SubjectKind(details.subject),
        narrative_present=details.narrative_present,
        relevant_persons=tuple(map(_relevant_person, told_persons(book.relevant, details))),
        involved=tuple(_involvement(one) for one in book.involved),
        synthetic=details.synthetic,
        backfill=details.backfill,
    )


def stated(moment: stated_time.StatedTime | None) -> time.StatedTime | None:
    if moment is None:
        return None
    return time.StatedTime(
        earliest=moment.earliest,
        latest=moment.latest,
        precision=time.Precision(moment.precision),
        zone_known=moment.zone_known,
        source_field=moment.source_field,
    )


def _relevant_person(one: ToldPerson) -> incident.RelevantPerson:
    return incident.RelevantPerson(
        relevant_person=one.reference,
        subject=incident.SubjectKind(one.subject),
        harm=None if one.harm is None else incident.Harm(one.harm),
    )


def _involvement(one: Involved) -> incident.Involvement:
    return incident.Involvement(
        involvement=one.involvement,
        person=one.person,
        relation=incident.Relation(one.relation),
        route=incident.Route(one.route),
        never_through_manager=one.never_through_manager,
    )


def _withdrawn(publication: Publication, state: incident.IncidentState) -> Message:
    reason = publication.book.withdrawn or vocabulary.WithdrawalReason.ENTERED_IN_ERROR
    return incident.IncidentWithdrawnV1(state=state, reason=incident.WithdrawalReason(reason))


def _merged(publication: Publication, state: incident.IncidentState) -> Message:
    return incident.IncidentMergedV1(state=state, into=publication.book.merged_into or "")


_INCIDENT: Mapping[Change, Callable[[Publication, incident.IncidentState], Message]] = {
    Change.REPORTED: lambda _, state: incident.IncidentReportedV1(state=state),
    Change.AMENDED: lambda _, state: incident.IncidentAmendedV1(state=state),
    Change.STAFF_ADDED: lambda said, state: incident.StaffInvolvedAddedV1(state=state, added=said.involvements),
    Change.STAFF_REMOVED: lambda said, state: incident.StaffInvolvedRemovedV1(state=state, removed=said.involvements),
    Change.NOBODY: lambda _, state: incident.NobodyInvolvedV1(state=state),
    Change.WITHDRAWN: _withdrawn,
    Change.MERGED: _merged,
}


def rca_message(book: RcaBook, milestone: RcaMilestone, interviewee: str | None, *, backfill: bool) -> Message:
    """The message of one RCA milestone. Raises `ValueError` for a book without a receipt."""
    if book.received is None:
        raise ValueError("an RCA without a receipt")
    state = rca.RcaState(
        rca=book.rca,
        revision=book.revision,
        source=book.source,
        incidents=book.incidents,
        method=rca.RcaMethod(book.method),
        team=book.team,
        received=book.received,
        backfill=backfill,
    )
    told = _RCA.get(milestone.step)
    return (
        told(state, milestone) if told is not None else _INTERVIEW[milestone.step](state, interviewee or "", milestone)
    )


def _findings_released(state: rca.RcaState, said: RcaMilestone) -> Message:
    audience = rca.FeedbackAudience(said.audience or vocabulary.FeedbackAudience.STAFF)
    return rca.RcaFindingsReleasedV1(state=state, audience=audience, released=stated(said.at))


_RCA: Mapping[RcaStep, Callable[[rca.RcaState, RcaMilestone], Message]] = {
    RcaStep.COMMISSIONED: lambda state, said: rca.RcaCommissionedV1(state=state, commissioned=stated(said.at)),
    RcaStep.COMPLETED: lambda state, said: rca.RcaCompletedV1(state=state, completed=stated(said.at)),
    RcaStep.CANCELLED: lambda state, said: rca.RcaCancelledV1(state=state, cancelled=stated(said.at)),
    RcaStep.FINDINGS_RELEASED: _findings_released,
}
_INTERVIEW: Mapping[RcaStep, Callable[[rca.RcaState, str, RcaMilestone], Message]] = {
    RcaStep.INTERVIEW_SCHEDULED: lambda state, who, said: rca.RcaInterviewScheduledV1(
        state=state, interviewee=who, scheduled_for=stated(said.at)
    ),
    RcaStep.INTERVIEW_HELD: lambda state, who, said: rca.RcaInterviewHeldV1(
        state=state, interviewee=who, held=stated(said.at)
    ),
    RcaStep.INTERVIEW_CANCELLED: lambda state, who, _: rca.RcaInterviewCancelledV1(state=state, interviewee=who),
}


@dataclass(frozen=True, slots=True)
class DisclosurePeople:
    """Those whom a step of disclosure names: staff by tokens, relevant persons by the incident's own references."""

    lead: str | None = None
    participants: tuple[str, ...] = ()
    relevant: tuple[str, ...] = ()


def disclosure_message(book: Book, step: DisclosureStep, people: DisclosurePeople, received: datetime) -> Message:
    return disclosure_milestone.DisclosureMilestoneReachedV1(
        incident=book.incident,
        revision=book.milestones,
        source=book.source,
        milestone=disclosure_milestone.Milestone(step.milestone),
        at=stated(step.at),
        lead=people.lead,
        participants=people.participants,
        relevant_persons=people.relevant,
        received=received,
    )


def patient_message(
    about: str, revision: int, patient: str, relevant_person: str, subject: vocabulary.SubjectKind
) -> incident_patient.PatientLinkedV1:
    """Who an incident's relevant person is, for `disclosure` alone. `about` is the incident's reference."""
    return incident_patient.PatientLinkedV1(
        incident=about,
        revision=revision,
        patient=patient,
        relevant_person=relevant_person,
        subject=incident.SubjectKind(subject),
    )


def identity_question(reference: str, question: Question, sealed: str, asked: datetime) -> identity.IdentityAskedV1:
    return identity.IdentityAskedV1(
        question=reference,
        person=question.person,
        kind=identity.IdentifierKind(question.named.kind),
        sealed=sealed,
        source=question.source,
        incident=question.incident,
        asked=asked,
    )
