"""What became of our messages: sent, or at the end of their ladder, where a human is needed."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare.kit.messaging.envelope import Cause
from aftercare.schemas.base import Message
from aftercare.schemas.outreach import HumanNeededReason, HumanNeededV1, MessageStatus, MessageStatusChangedV1
from aftercare.support.adapters import mappers
from aftercare.support.domain.case import UNANSWERED, Case, Happening
from aftercare.support.domain.records import ContactRequest
from aftercare.support.domain.vocabulary import (
    AssignmentState,
    CaseState,
    Choice,
    Purpose,
    RequestState,
    Settlement,
    TaskKind,
)
from aftercare.support.service_layer import cases, contacts, loading, matching, tasks
from aftercare.support.service_layer.desk import Desk

_LEFT_US = (MessageStatus.SENT, MessageStatus.DELIVERED)


async def take_in(desk: Desk, news: Sequence[tuple[Cause, Message]]) -> None:
    """Read a batch of receipts. *Reached* is no news here: the answer itself says it."""
    matters = [(cause, message) for cause, message in news if _matters(message)]
    if matters:
        await _load(desk, [message for _, message in matters])
    for cause, message in matters:
        desk.cause = cause
        if isinstance(message, MessageStatusChangedV1):
            for request in message.requests:
                _sent(desk, request)
        elif isinstance(message, HumanNeededV1):
            _human_needed(desk, message)


def _matters(message: Message) -> bool:
    """Most receipts change nothing here: *queued* comes with every message."""
    return isinstance(message, HumanNeededV1) or (
        isinstance(message, MessageStatusChangedV1) and message.status in _LEFT_US
    )


async def _load(desk: Desk, messages: Sequence[Message]) -> None:
    references: list[str] = []
    for message in messages:
        if isinstance(message, MessageStatusChangedV1):
            references.extend(message.requests)
        elif isinstance(message, HumanNeededV1):
            references.append(message.request)
    rows = await mappers.REQUESTS.where(desk.tx.connection, "request", references)
    about = [row.case for row in rows]
    await loading.cases(desk, about)
    desk.book.requests.hold(await mappers.REQUESTS.where(desk.tx.connection, "request", references))
    obligations = [row.obligation for row in rows if row.obligation is not None]
    desk.book.obligations.hold(await mappers.OBLIGATIONS.where(desk.tx.connection, "obligation", obligations))
    if any(isinstance(message, HumanNeededV1) for message in messages):
        regarding = [row.regarding for row in rows]
        desk.book.tasks.hold(await mappers.TASKS.where(desk.tx.connection, "task", regarding))
        await matching.load_pool(desk)


def _sent(desk: Desk, reference: str) -> None:
    request = desk.book.requests.get(reference)
    if request is None:
        return
    if request.state is RequestState.OPEN:
        desk.book.requests.put(replace(request, state=RequestState.SENT))
    case = desk.book.cases.get(request.case)
    if case is None or not request.purpose.is_offer:
        return
    if case.state is CaseState.OFFER_DUE:
        cases.move(desk, case, Happening.OFFER_SENT)
        _watch_silence(desk, case)
    elif case.state is CaseState.WITHDRAWN and desk.book.cases.open_of(case.person) is None:
        _stands_after_all(desk, case, request)


def _watch_silence(desk: Desk, case: Case) -> None:
    """Should `outreach` never say that a human is needed, we notice the silence ourselves."""
    programme = desk.policy.programme
    slack = programme.coordination.unsent_after
    desk.tx.set_timer(case.case, contacts.OFFER_SILENCE, desk.now + programme.outreach.offer.human_after + slack)


def _stands_after_all(desk: Desk, case: Case, request: ContactRequest) -> None:
    """It was taken back while it was on its way out. What was sent stands."""
    cases.move(desk, case, Happening.OFFER_SENT)
    _watch_silence(desk, case)
    obligation = desk.book.obligations.get(request.obligation or "")
    if obligation is not None:
        cases.settle_as(desk, obligation, Settlement.OFFER_MADE, case.case)


def _human_needed(desk: Desk, message: HumanNeededV1) -> None:
    request = desk.book.requests.get(message.request)
    if request is None or request.state is RequestState.OVER:
        return
    task = desk.book.tasks.get(request.regarding)
    if task is not None:
        if task.is_open and task.rung + 1 < len(desk.policy.organisation.ladder(task.site)):
            tasks.tell_next(desk, task)
        return
    case = desk.book.cases.get(request.case)
    if case is None:
        return
    if request.regarding == case.case:
        _person_silent(desk, case, request, message.reason)
    else:
        _supporter_unreached(desk, case, request, message.reason)


def _person_silent(desk: Desk, case: Case, request: ContactRequest, reason: HumanNeededReason) -> None:
    silent = reason is HumanNeededReason.SILENCE
    if request.purpose is Purpose.REMINDER and silent:
        cases.move(desk, case, Happening.NEVER_REACHED)  # they were reached once; the information is with them
    elif case.state in UNANSWERED and (case.choice is not Choice.LATER or not silent):
        tasks.open_for_case(desk, TaskKind.CALL_PERSON, case)


def _supporter_unreached(desk: Desk, case: Case, request: ContactRequest, reason: HumanNeededReason) -> None:
    assignment = desk.book.assignments.get(request.regarding)
    if assignment is None:
        return
    if request.purpose is Purpose.SUPPORTER_CARD and assignment.state is AssignmentState.ACCEPTED:
        tasks.open_for_case(desk, TaskKind.SUPPORTER_SILENT, case)
    elif reason is not HumanNeededReason.SILENCE:  # for silence there is the supporter's own time
        matching.pass_over(desk, assignment, AssignmentState.TIMED_OUT)
