"""What each caller sees. Never a name; of a person only the case's reference."""

from typing import Any

from aftercare.support.domain.case import Case
from aftercare.support.domain.records import Assignment, Volunteer
from aftercare.support.domain.supporter import Supporter
from aftercare.support.domain.task import Task

View = dict[str, Any]


def case_in_queue(case: Case) -> View:
    """For a coordinator: a pseudonym, what is needed, and since when."""
    return {
        "case": case.case,
        "state": case.state,
        "urgent": case.urgent,
        "site": case.site,
        "route": case.route,
        "wishes": case.wishes,
        "opened": case.opened_at,
        "waiting_since": case.changed_at,
        "calls_without_answer": case.call_attempts,
    }


def task_in_queue(task: Task, actor: str) -> View:
    return {
        "task": task.task,
        "need": task.kind,
        "case": task.case,
        "site": task.site,
        "urgent": task.urgent,
        "state": task.state,
        "claimed_by_you": task.claimed_by == actor,
        "calls_without_answer": task.attempts,
        "opened": task.opened_at,
        "due": task.due_at,
    }


def own_case(case: Case, assignments: list[Assignment]) -> View:
    """For the person: where it stands and what they wished; who was asked is between supporters and coordinators."""
    return {
        "case": case.case,
        "state": case.state,
        "urgent": case.urgent,
        "wishes": case.wishes,
        "opened": case.opened_at,
        "supporter_found": any(one.state == "accepted" for one in assignments),
    }


def request_to_supporter(assignment: Assignment, case: Case) -> View:
    """For a supporter: wishes, nothing else (`domain.md` A3)."""
    return {
        "request": assignment.assignment,
        "wishes": case.wishes,
        "urgent": case.urgent,
        "asked": assignment.asked_at,
    }


def supported_case(assignment: Assignment, case: Case) -> View:
    return {
        "case": case.case,
        "request": assignment.assignment,
        "state": case.state,
        "wishes": case.wishes,
        "urgent": case.urgent,
    }


def supporter(volunteer: Volunteer, one: Supporter | None) -> View:
    return {
        "supporter": volunteer.person,
        "trained_until": volunteer.trained_until,
        "modes": volunteer.modes,
        "load_cap": volunteer.load_cap,
        "load": one.load if one else 0,
        "available": volunteer.available and not (one.gone if one else False),
        "site": one.site if one else None,
        "unit": one.unit if one else None,
    }
