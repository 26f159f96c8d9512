"""Which clocks can hear of which happening: `docs/clocks.md`, sections 1 and 6."""

from aftercare.programme.clocks import Side, Subject, Timestamp
from aftercare.programme.happenings import Happening

_EVENT_SIDE = frozenset({Subject.INCIDENT, Subject.RELEVANT_PERSON, Subject.RCA})


def side_of(subject: Subject) -> Side:
    """The engine that has clocks of this subject."""
    return Side.EVENT if subject in _EVENT_SIDE else Side.SUPPORT


def subjects_of(happening: Happening) -> frozenset[Subject]:
    """Whose clocks hear of it.

    What happens to an assignment counts for its case, and for each obligation settled with that; what
    happens to an incident, for those to whom candour is owed.
    """
    return _SUBJECTS[happening]


def is_milestone(happening: Happening) -> bool:
    """Whether it is a step of telling somebody what happened."""
    return happening.startswith(("disclosure-", "discloser-"))


def times_of(happening: Happening) -> frozenset[Timestamp]:
    """Which of its times can be said."""
    return _TIMES.get(happening, frozenset({Timestamp.AT, Timestamp.RECEIVED}))


_TIMES = {
    Happening.INCIDENT_KNOWN: frozenset(Timestamp) - {Timestamp.AT},
    Happening.OBLIGATION_OPENED: frozenset({Timestamp.OCCURRED, Timestamp.RECEIVED, Timestamp.AT}),
}

_OF_INCIDENT = frozenset({Subject.INCIDENT, Subject.RELEVANT_PERSON})
_OF_RELEVANT_PERSON = frozenset({Subject.RELEVANT_PERSON})
_OF_RCA_ALONE = frozenset({Subject.RCA})
_OF_NOTHING: frozenset[Subject] = frozenset()
_OF_RCA = frozenset({Subject.RCA, Subject.INCIDENT, Subject.RELEVANT_PERSON})
_OF_OBLIGATION = frozenset({Subject.OBLIGATION})
_OF_CASE = frozenset({Subject.CASE, Subject.OBLIGATION})
_OF_ASSIGNMENT = frozenset({Subject.ASSIGNMENT, Subject.CASE, Subject.OBLIGATION})
_OF_SUPPORTER = frozenset({Subject.SUPPORTER})

_GROUPS = {
    _OF_INCIDENT: (
        Happening.INCIDENT_KNOWN,
        Happening.INCIDENT_WITHDRAWN,
        Happening.INCIDENT_MERGED,
        Happening.RESPONSE_TEAM_ACTIVE,
        Happening.LEADERSHIP_INFORMED,
        Happening.LEADERSHIP_FOLLOWED_UP,
        Happening.NATIONAL_RECORD_SUBMITTED,
        Happening.REGULATOR_NOTIFIED,
        Happening.EVIDENCE_SECURED,
        Happening.RISK_ASSESSED,
    ),
    _OF_RELEVANT_PERSON: tuple(one for one in Happening if is_milestone(one)),
    _OF_RCA_ALONE: (Happening.RCA_CANCELLED,),
    _OF_RCA: (
        Happening.RCA_COMMISSIONED,
        Happening.RCA_INTERVIEW_SCHEDULED,
        Happening.RCA_INTERVIEW_HELD,
        Happening.RCA_COMPLETED,
        Happening.RCA_FEEDBACK_TO_STAFF,
        Happening.RCA_FEEDBACK_TO_FAMILY,
    ),
    _OF_NOTHING: (Happening.RCA_INTERVIEW_CANCELLED,),
    _OF_OBLIGATION: (
        Happening.OBLIGATION_OPENED,
        Happening.OFFER_MADE,
        Happening.ALREADY_IN_CARE,
        Happening.NO_OFFER_MADE,
    ),
    _OF_CASE: (
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
        Happening.SESSION_HELD,
        Happening.FOLLOWED_UP,
        Happening.SUPPORTER_CHANGE_REVIEWED,
        Happening.RED_FLAG_RAISED,
        Happening.CLINICIAN_TOOK_OVER,
        Happening.CRISIS_CALL,
        Happening.CRISIS_RESPONSE,
        Happening.DEFUSING_DONE,
        Happening.LEFT_WORK,
        Happening.DUTY_RELIEF_DECIDED,
        Happening.TRAUMA_INTERVIEW_HELD,
        Happening.SECOND_TRAUMA_INTERVIEW_HELD,
        Happening.CHECK_IN_OFFERED,
        Happening.IDENTITY_PURGED,
    ),
    _OF_ASSIGNMENT: (
        Happening.SUPPORTER_ASKED,
        Happening.SUPPORTER_ACCEPTED,
        Happening.SUPPORTER_REFUSED,
        Happening.SUPPORTER_TIMED_OUT,
        Happening.SUPPORTER_RELEASED,
    ),
    _OF_SUPPORTER | _OF_CASE: (Happening.SUPPORTER_DEBRIEFED,),
    _OF_SUPPORTER: (Happening.SUPPORTER_TRAINED,),
}
_SUBJECTS = {happening: subjects for subjects, happenings in _GROUPS.items() for happening in happenings}
