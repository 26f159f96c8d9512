"""What clocks start and stop by: acts and milestones, each of one subject at one time.

`docs/clocks.md` says which message each comes from. A happening that no message carries yet starts nothing until one
does; a pack may name it all the same.
"""

from enum import StrEnum


class Happening(StrEnum):
    """Something that came about."""

    # Event side: of an incident, and of its relevant persons.
    INCIDENT_KNOWN = "incident-known"
    """The earliest revision that the rule's `when` holds for."""
    INCIDENT_WITHDRAWN = "incident-withdrawn"
    INCIDENT_MERGED = "incident-merged"
    DISCLOSURE_REQUIRED = "disclosure-required"
    DISCLOSURE_NOT_REQUIRED = "disclosure-not-required"
    DISCLOSURE_LEAD_ASSIGNED = "disclosure-lead-assigned"
    DISCLOSER_DECIDED = "discloser-decided"
    DISCLOSURE_ATTEMPTED = "disclosure-attempted"
    DISCLOSURE_INITIAL_DONE = "disclosure-initial-done"
    DISCLOSURE_WRITTEN_SENT = "disclosure-written-sent"
    DISCLOSURE_CONTACT = "disclosure-contact"
    DISCLOSURE_MEETING_SCHEDULED = "disclosure-meeting-scheduled"
    DISCLOSURE_MEETING_HELD = "disclosure-meeting-held"
    DISCLOSURE_REPORT_GIVEN = "disclosure-report-given"
    DISCLOSURE_FINDINGS_SHARED = "disclosure-findings-shared"
    DISCLOSURE_OPTED_OUT = "disclosure-opted-out"
    DISCLOSURE_CLOSED = "disclosure-closed"
    RESPONSE_TEAM_ACTIVE = "response-team-active"
    LEADERSHIP_INFORMED = "leadership-informed"
    LEADERSHIP_FOLLOWED_UP = "leadership-followed-up"
    NATIONAL_RECORD_SUBMITTED = "national-record-submitted"
    REGULATOR_NOTIFIED = "regulator-notified"
    EVIDENCE_SECURED = "evidence-secured"
    RISK_ASSESSED = "risk-assessed"
    # Event side: of a root cause analysis.
    RCA_COMMISSIONED = "rca-commissioned"
    RCA_INTERVIEW_SCHEDULED = "rca-interview-scheduled"
    RCA_INTERVIEW_HELD = "rca-interview-held"
    RCA_INTERVIEW_CANCELLED = "rca-interview-cancelled"
    """Starts and stops nothing; like every message of an analysis it says of which incidents, and by which method."""
    RCA_COMPLETED = "rca-completed"
    RCA_CANCELLED = "rca-cancelled"
    """It was given up, or entered in error: all its own clocks end."""
    RCA_FEEDBACK_TO_STAFF = "rca-feedback-to-staff"
    RCA_FEEDBACK_TO_FAMILY = "rca-feedback-to-family"
    # Support side: of an obligation (a person named, or who asked).
    OBLIGATION_OPENED = "obligation-opened"
    OFFER_MADE = "offer-made"
    ALREADY_IN_CARE = "already-in-care"
    NO_OFFER_MADE = "no-offer-made"
    # Support side: of a case.
    CASE_OFFERED = "case-offered"
    MESSAGE_SENT = "message-sent"
    PERSON_REACHED = "person-reached"
    CASE_ACCEPTED = "case-accepted"
    CASE_DECLINED = "case-declined"
    INFORMATION_LEFT = "information-left"
    SUPPORTER_ASSIGNED = "supporter-assigned"
    PEER_CONTACTED = "peer-contacted"
    CASE_ESCALATED = "case-escalated"
    CASE_WITHDRAWN = "case-withdrawn"
    CASE_CLOSED = "case-closed"
    SESSION_HELD = "session-held"
    FOLLOWED_UP = "followed-up"
    SUPPORTER_CHANGE_REVIEWED = "supporter-change-reviewed"
    RED_FLAG_RAISED = "red-flag-raised"
    CLINICIAN_TOOK_OVER = "clinician-took-over"
    CRISIS_CALL = "crisis-call"
    CRISIS_RESPONSE = "crisis-response"
    DEFUSING_DONE = "defusing-done"
    LEFT_WORK = "left-work"
    DUTY_RELIEF_DECIDED = "duty-relief-decided"
    TRAUMA_INTERVIEW_HELD = "trauma-interview-held"
    SECOND_TRAUMA_INTERVIEW_HELD = "second-trauma-interview-held"
    CHECK_IN_OFFERED = "check-in-offered"
    IDENTITY_PURGED = "identity-purged"
    # Support side: of an assignment, and of a supporter.
    SUPPORTER_ASKED = "supporter-asked"
    SUPPORTER_ACCEPTED = "supporter-accepted"
    SUPPORTER_REFUSED = "supporter-refused"
    SUPPORTER_TIMED_OUT = "supporter-timed-out"
    SUPPORTER_RELEASED = "supporter-released"
    SUPPORTER_DEBRIEFED = "supporter-debriefed"
    SUPPORTER_TRAINED = "supporter-trained"


TOLD = frozenset(
    {
        Happening.INCIDENT_KNOWN,
        Happening.INCIDENT_WITHDRAWN,
        Happening.INCIDENT_MERGED,
        Happening.DISCLOSURE_REQUIRED,
        Happening.DISCLOSURE_NOT_REQUIRED,
        Happening.DISCLOSURE_LEAD_ASSIGNED,
        Happening.DISCLOSURE_INITIAL_DONE,
        Happening.DISCLOSURE_WRITTEN_SENT,
        Happening.DISCLOSURE_MEETING_SCHEDULED,
        Happening.DISCLOSURE_MEETING_HELD,
        Happening.DISCLOSURE_FINDINGS_SHARED,
        Happening.DISCLOSURE_CLOSED,
        Happening.RCA_COMMISSIONED,
        Happening.RCA_INTERVIEW_SCHEDULED,
        Happening.RCA_INTERVIEW_HELD,
        Happening.RCA_INTERVIEW_CANCELLED,
        Happening.RCA_COMPLETED,
        Happening.RCA_CANCELLED,
        Happening.RCA_FEEDBACK_TO_STAFF,
        Happening.RCA_FEEDBACK_TO_FAMILY,
        Happening.OBLIGATION_OPENED,
        Happening.OFFER_MADE,
        Happening.ALREADY_IN_CARE,
        Happening.NO_OFFER_MADE,
        Happening.CASE_OFFERED,
        Happening.MESSAGE_SENT,
        Happening.PERSON_REACHED,
        Happening.CASE_ACCEPTED,
        Happening.CASE_DECLINED,
        Happening.INFORMATION_LEFT,
        Happening.SUPPORTER_ASSIGNED,
        Happening.PEER_CONTACTED,
        Happening.CASE_ESCALATED,
        Happening.CASE_WITHDRAWN,
        Happening.CASE_CLOSED,
        Happening.SUPPORTER_ASKED,
        Happening.SUPPORTER_ACCEPTED,
        Happening.SUPPORTER_REFUSED,
        Happening.SUPPORTER_TIMED_OUT,
        Happening.SUPPORTER_RELEASED,
    }
)
"""Those that a message carries today (`docs/clocks.md`, section 1)."""
