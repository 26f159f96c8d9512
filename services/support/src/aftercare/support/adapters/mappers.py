"""Which dataclass lives in which table."""

from aftercare.support.adapters import tables
from aftercare.support.adapters.bulk import Mapper, words
from aftercare.support.domain import records, vocabulary
from aftercare.support.domain.case import Case
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.task import Task

OBLIGATIONS = Mapper(
    Obligation,
    tables.obligation,
    {
        "route": vocabulary.Route,
        "stage": vocabulary.Stage,
        "claim": vocabulary.Reason,
        "unresolved": vocabulary.Unresolved,
        "settlement": vocabulary.Settlement,
        "reason": vocabulary.Reason,
    },
)
CASES = Mapper(
    Case,
    tables.support_case,
    {
        "state": vocabulary.CaseState,
        "route": vocabulary.Route,
        "choice": vocabulary.Choice,
        "wishes": words(vocabulary.Wish),
    },
)
REQUESTS = Mapper(
    records.ContactRequest,
    tables.contact_request,
    {"purpose": vocabulary.Purpose, "state": vocabulary.RequestState},
)
CARDS = Mapper(records.Card, tables.card)
ASSIGNMENTS = Mapper(records.Assignment, tables.assignment, {"state": vocabulary.AssignmentState})
TASKS = Mapper(
    Task,
    tables.task,
    {"kind": vocabulary.TaskKind, "state": vocabulary.TaskState, "outcome": vocabulary.TaskOutcome},
)
INCIDENTS = Mapper(records.Incident, tables.incident, {"status": vocabulary.IncidentStatus})
STAFF = Mapper(records.StaffMember, tables.staff, {"languages": tuple, "channels": tuple})
VOLUNTEERS = Mapper(records.Volunteer, tables.supporter, {"modes": words(vocabulary.Mode)})
IDENTIFIERS = Mapper(records.Identifier, tables.identifier, {"verdict": vocabulary.Verdict})
LOGINS = Mapper(records.Login, tables.login)
NAMED = Mapper(records.Named, tables.named)
MERGED = Mapper(records.Merged, tables.merged)
RCA_MEMBERS = Mapper(records.RcaMember, tables.rca_member)
RCA_INCIDENTS = Mapper(records.RcaIncident, tables.rca_incident)
NOT_THESE = Mapper(records.NotThisOne, tables.not_this_one)
ANSWERS = Mapper(records.AnswerSeen, tables.answer)
AUDIT = Mapper(records.AuditEntry, tables.audit)
