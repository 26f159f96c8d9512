"""What a person's own choice does to their case, whichever way it reached us: page, telephone, or signed in."""

from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.kit.ids import random_reference
from aftercare.schemas.outreach_request import CancelReason
from aftercare.support.domain.case import IN_CONTACT, SEEKING, UNANSWERED, Case, Happening
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.vocabulary import (
    CaseState,
    Choice,
    Route,
    Settlement,
    TaskKind,
    TaskOutcome,
    Wish,
)
from aftercare.support.service_layer import cases, contacts, matching, tasks
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.settling import open_obligation

LATER_REMINDER = "later-reminder"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One choice. `answer` and `request` are absent when it did not come from a page."""

    choice: Choice
    at: datetime
    answer: str | None = None
    request: str | None = None
    by_human: bool = False


def choose(desk: Desk, case: Case, chosen: Chosen) -> None:
    """Carry out what the person of `case` chose. An older choice than the one that holds changes nothing."""
    if chosen.answer is not None and case.answered_at is not None and chosen.at < case.answered_at:
        return
    current = case if case.is_open else desk.book.cases.open_of(case.person) or case
    if not current.is_open:
        if chosen.choice in (Choice.TALK, Choice.URGENT, Choice.LATER):
            begin_by_self(desk, current.person, current.site, chosen)
        return
    current = _remember(desk, current, chosen)
    _stop_offering(desk, current, chosen.request)
    match chosen.choice:
        case Choice.TALK | Choice.URGENT:
            say_yes(desk, current, urgent=chosen.choice is Choice.URGENT, by_human=chosen.by_human)
        case Choice.LATER:
            _wait(desk, current, chosen.at)
        case Choice.NO:
            say_no(desk, current)
        case _:
            return


def _remember(desk: Desk, case: Case, chosen: Chosen) -> Case:
    remembered = replace(case, answer=chosen.answer, answered_at=chosen.at, choice=chosen.choice)
    desk.book.cases.put(remembered)
    return remembered


def _stop_offering(desk: Desk, case: Case, answered: str | None) -> None:
    """Nothing more goes out to ask what was just answered, and nobody rings to ask it."""
    desk.tx.cancel_timers(case.case)
    contacts.call_off(desk, [case.case], CancelReason.ANSWERED_ELSEWHERE, keep=answered)
    tasks.finish_of_case(desk, case.case, TaskOutcome.REACHED, TaskKind.CALL_PERSON)


def say_yes(desk: Desk, case: Case, *, urgent: bool, by_human: bool = False) -> Case:
    """Somebody is looked for; when it is urgent a coordinator calls at once, unless one is on the telephone."""
    if urgent and not case.urgent:
        case = replace(case, urgent=True)
        desk.book.cases.put(case)
    if case.state in UNANSWERED:
        case = cases.move(desk, case, Happening.TALK) or case
    if urgent and not by_human:
        tasks.open_for_case(desk, TaskKind.URGENT_CALL, case)
    matching.seek(desk, case)
    return desk.book.cases.get(case.case) or case


def say_no(desk: Desk, case: Case) -> None:
    """Respected at once (R35), and never the last word (R36): the link and the sign-in stay open."""
    cases.move(desk, case, Happening.NO)
    _free_helpers(desk, case)


def _wait(desk: Desk, case: Case, at: datetime) -> None:
    if case.state in IN_CONTACT:
        return  # a colleague is in touch already; the two of them find the time
    waiting = cases.move(desk, case, Happening.LATER) or case
    _free_helpers(desk, waiting)
    desk.tx.set_timer(waiting.case, LATER_REMINDER, at + desk.policy.programme.outreach.later_after)


def _free_helpers(desk: Desk, case: Case) -> None:
    matching.let_all_go(desk, case)
    tasks.finish_of_case(desk, case.case, TaskOutcome.NO_LONGER_NEEDED)


def begin_by_self(
    desk: Desk,
    person: str,
    site: str | None,
    chosen: Chosen,
    *,
    wishes: tuple[Wish, ...] = (),
    incident: str | None = None,
) -> Case:
    """A new episode, tied to none before: deciding otherwise is always possible (R37), and no offer is waited for."""
    member = desk.book.staff.get(person)
    case = Case(
        case=random_reference("cas"),
        person=person,
        state=CaseState.OFFERED if chosen.choice is Choice.LATER else CaseState.ACCEPTED,
        revision=1,
        route=Route.SELF,
        opened_at=desk.now,
        changed_at=desk.now,
        urgent=chosen.choice is Choice.URGENT,
        site=(member.site if member else None) or site,
        answer=chosen.answer,
        answered_at=chosen.at,
        choice=chosen.choice,
        wishes=wishes,
    )
    cases.begin(desk, case)
    note_request(desk, case, incident, Settlement.OFFER_MADE)
    if chosen.choice is Choice.LATER:
        _wait(desk, case, chosen.at)
        return case
    return say_yes(desk, case, urgent=case.urgent, by_human=chosen.by_human)


def note_request(desk: Desk, case: Case, incident: str | None, settlement: Settlement) -> None:
    """A request is an obligation as well, so that its clock runs from now (S-03)."""
    obligation = Obligation(
        obligation=random_reference("obl"),
        route=Route.SELF,
        opened_at=desk.now,
        incident=incident,
        person=case.person,
        site=case.site,
    )
    open_obligation(desk, obligation, desk.now)
    cases.settle_as(desk, obligation, settlement, case.case)


def undo(desk: Desk, case: Case, answer: str) -> None:
    """The person took the answer back: the offer stands open again. Only the answer that holds can be undone."""
    current = case if case.answer == answer else desk.book.cases.open_of(case.person)
    if current is None or current.answer != answer:
        return
    other = desk.book.cases.open_of(current.person)
    if other is not None and other.case != current.case:
        return
    current = replace(current, answer=None, choice=None)
    desk.book.cases.put(current)
    if current.state in SEEKING or current.state in (CaseState.DECLINED, CaseState.ASSIGNED, CaseState.OFFERED):
        desk.tx.cancel_timers(current.case)
        offered = cases.move(desk, current, Happening.UNDONE) or current
        _free_helpers(desk, offered)
