"""`aftercare.incident-patient`: who was harmed, as a keyed reference that `disclosure` alone can read."""

from typing import ClassVar

from aftercare.schemas.base import IncidentRef, Message, PatientRef, RelevantPersonRef, Revision
from aftercare.schemas.incident import SubjectKind
from aftercare.schemas.topics import Topic


class PatientLinkedV1(Message):
    """A patient or relevant person of an incident. `patient` is a keyed reference, never an identifier."""

    topic: ClassVar[Topic] = Topic.INCIDENT_PATIENT
    type: ClassVar[str] = "org.aftercare.incident-patient.linked.v1"
    incident: IncidentRef
    revision: Revision
    patient: PatientRef
    relevant_person: RelevantPersonRef | None = None
    """How the incident itself names this person: a reference that holds within it alone."""
    subject: SubjectKind

    def key(self) -> str:
        return self.incident
