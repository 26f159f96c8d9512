"""What people chose: the person offered support, a supporter who was asked, or a coordinator who rang."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from aftercare.kit.messaging.envelope import Cause
from aftercare.support.adapters import mappers
from aftercare.support.domain.case import UNANSWERED, Case, Happening
from aftercare.support.domain.records import AnswerSeen, Assignment
from aftercare.support.domain.task import Task
from aftercare.support.domain.vocabulary import AssignmentState, CaseState, Choice, TaskKind, TaskOutcome
from aftercare.support.service_layer import cases, loading, matching, tasks
from aftercare.support.service_layer.choices import Chosen, choose, undo
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.readings import AnswerRead

log = logging.getLogger(__name__)


async def take_in(desk: Desk, reads: Sequence[tuple[Cause, AnswerRead]]) -> None:
    """Read a batch of answers, in order. Each counts once, however often it comes."""
    aliases = await _load(desk, [read for _, read in reads])
    for cause, read in reads:
        desk.cause = cause
        if _counts(desk, read):
            _apply(desk, read, aliases.get(read.person, read.person))


async def _load(desk: Desk, reads: Sequence[AnswerRead]) -> dict[str, str]:
    connection = desk.tx.connection
    desk.book.answers.hold(await mappers.ANSWERS.where(connection, "answer", [read.answer for read in reads]))
    aliases = await loading.aliases(desk, [read.person for read in reads])
    regarding = [read.regarding for read in reads]
    assignments = await mappers.ASSIGNMENTS.where(connection, "assignment", regarding)
    waiting = await mappers.TASKS.where(connection, "task", regarding)
    references = [*regarding, *(one.case for one in assignments), *(one.case for one in waiting)]
    persons = await loading.persons_of(desk, [one for one in references if one is not None])
    await loading.people(desk, [*persons, *(aliases.get(read.person, read.person) for read in reads)])
    await loading.cases(desk, references)
    desk.book.assignments.hold(await mappers.ASSIGNMENTS.where(connection, "assignment", regarding))
    desk.book.tasks.hold(await mappers.TASKS.where(connection, "task", regarding))
    await matching.load_pool(desk)
    return aliases


def _counts(desk: Desk, read: AnswerRead) -> bool:
    """Whether this is news. An undoing that overtakes its answer is remembered, and the answer then means nothing."""
    seen = desk.book.answers.get(read.answer)
    if read.undone:
        desk.book.answers.put(AnswerSeen(read.answer, undone=True, at=read.at))
        return seen is not None and not seen.undone
    if seen is None:
        desk.book.answers.put(AnswerSeen(read.answer, undone=False, at=read.at))
    return seen is None


def _apply(desk: Desk, read: AnswerRead, person: str) -> None:
    case = desk.book.cases.get(read.regarding)
    if case is not None and case.person == person:
        _of_person(desk, read, case)
        return
    assignment = desk.book.assignments.get(read.regarding)
    if assignment is not None and assignment.supporter == person:
        _of_supporter(desk, read, assignment)
        return
    task = desk.book.tasks.get(read.regarding)
    if task is not None and read.by_human and _is_about(desk, task, person):
        _of_coordinator(desk, read, task)
        return
    log.warning("an answer about %s fits nobody; it is ignored", read.regarding)


def _is_about(desk: Desk, task: Task, person: str) -> bool:
    case = desk.book.cases.get(task.case)
    return case is not None and case.person == person


def _of_person(desk: Desk, read: AnswerRead, case: Case) -> None:
    if read.choice is None:
        undo(desk, case, read.answer)
    elif read.choice in (Choice.TALK, Choice.LATER, Choice.NO, Choice.URGENT):
        choose(desk, case, Chosen(read.choice, read.at, read.answer, read.request, read.by_human))


def _of_supporter(desk: Desk, read: AnswerRead, assignment: Assignment) -> None:
    case = desk.book.cases.get(assignment.case)
    if case is None:
        return
    match read.choice:
        case Choice.ACCEPT:
            matching.accept(desk, assignment, case)
        case Choice.CONTACTED:
            record_contact(desk, assignment, case)
        case Choice.REFUSE:
            refuse(desk, assignment, case)
        case None if assignment.state is AssignmentState.ACCEPTED:
            refuse(desk, assignment, case)
        case _:
            return


def refuse(desk: Desk, assignment: Assignment, case: Case) -> None:
    """No reason is asked for, before or after a yes (H8): the next supporter is looked for."""
    if assignment.state is AssignmentState.ASKED:
        matching.pass_over(desk, assignment, AssignmentState.REFUSED)
    elif assignment.state is AssignmentState.ACCEPTED:
        matching.look_for_another(desk, case)


def record_contact(desk: Desk, assignment: Assignment, case: Case) -> None:
    """The two have spoken. Nothing else is ever recorded of it (R88)."""
    if assignment.state is not AssignmentState.ACCEPTED:
        return
    cases.move(desk, case, Happening.SPOKEN)
    desk.tx.cancel_timers(assignment.assignment)
    tasks.finish_of_case(desk, case.case, TaskOutcome.REACHED, TaskKind.SUPPORTER_SILENT, TaskKind.URGENT_CALL)


def _of_coordinator(desk: Desk, read: AnswerRead, task: Task) -> None:
    case = desk.book.cases.get(task.case)
    if case is None or read.choice is None:
        return
    if read.choice is Choice.NOT_REACHED:
        not_reached(desk, task, case)
    elif read.choice is Choice.CONTACTED:
        spoken(desk, task, case)
    else:
        reached(desk, task, case, Chosen(read.choice, read.at, read.answer, read.request, by_human=True))


def reached(desk: Desk, task: Task, case: Case, chosen: Chosen) -> None:
    """A human spoke to the person, who chose."""
    if task.is_open:
        tasks.finish(desk, task, TaskOutcome.REACHED)
    is_left_waiting = task.kind is TaskKind.SUPPORTER_SILENT and case.state is CaseState.ASSIGNED
    if is_left_waiting and chosen.choice in (Choice.TALK, Choice.URGENT):
        case = matching.look_for_another(desk, case)
    choose(desk, case, chosen)
    see_to_whoever_waits(desk, case)


def see_to_whoever_waits(desk: Desk, case: Case) -> None:
    matching.see_to(desk, desk.book.cases.open_of(case.person) or case)


def spoken(desk: Desk, task: Task, case: Case) -> None:
    """A human spoke to the person; nothing was chosen, or the human is the help."""
    if task.is_open:
        tasks.finish(desk, task, TaskOutcome.REACHED)
    happening = Happening.OFFER_SENT if case.state is CaseState.OFFER_DUE else Happening.SPOKEN
    cases.move(desk, case, happening)
    tasks.finish_of_case(desk, case.case, TaskOutcome.REACHED, TaskKind.FIND_SUPPORTER, TaskKind.SUPPORTER_SILENT)


def not_reached(desk: Desk, task: Task, case: Case) -> None:
    """Tried again until `call_attempts`; then the information is left, and every door stays open."""
    if not task.is_open:
        return
    desk.book.cases.put(replace(case, call_attempts=case.call_attempts + 1))
    case = desk.book.cases.get(case.case) or case
    if tasks.nobody_answered(desk, task):
        return
    if case.state in UNANSWERED:
        cases.move(desk, case, Happening.NEVER_REACHED)
    see_to_whoever_waits(desk, case)
