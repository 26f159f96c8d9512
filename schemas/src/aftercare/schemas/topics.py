"""The topics. A test holds this list against `schemas/topics/*.yaml`, the ACLs and AsyncAPI."""

from enum import StrEnum


class Topic(StrEnum):
    """One topic per aggregate, so that one aggregate's events stay in order."""

    SOURCE = "aftercare.source"
    INCIDENT = "aftercare.incident"
    INCIDENT_PATIENT = "aftercare.incident-patient"
    RCA = "aftercare.rca"
    DISCLOSURE_MILESTONE = "aftercare.disclosure-milestone"
    IDENTITY_QUESTION = "aftercare.identity-question"
    IDENTITY_ANSWER = "aftercare.identity-answer"
    STAFF = "aftercare.staff"
    SUPPORT_CASE = "aftercare.support-case"
    OUTREACH_REQUEST = "aftercare.outreach-request"
    OUTREACH = "aftercare.outreach"
    ANSWER = "aftercare.answer"
    EVENT_CLOCK = "aftercare.event-clock"
    SUPPORT_CLOCK = "aftercare.support-clock"
    EVENT_CLOCK_AUDIT = "aftercare.event-clock-audit"
    SUPPORT_CLOCK_AUDIT = "aftercare.support-clock-audit"
    OFFER_COMPLIANCE = "aftercare.offer-compliance"

    @property
    def dead_letters(self) -> str:
        return f"{self.value}.dlq"
