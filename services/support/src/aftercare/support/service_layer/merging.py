"""Two tokens turned out to be one person: one history from now on, and one open case."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import text

from aftercare.schemas.outreach_request import CancelReason
from aftercare.support import translation
from aftercare.support.adapters import mappers
from aftercare.support.domain.case import Case, Happening, which_stays
from aftercare.support.domain.records import Merged
from aftercare.support.domain.vocabulary import Act, CaseState, TaskKind, TaskOutcome
from aftercare.support.service_layer import cases, contacts, loading, matching, tasks
from aftercare.support.service_layer.desk import Desk


async def merge(desk: Desk, persons: Mapping[str, str]) -> list[str]:
    """Re-point everything from each old token (key) to the person (value). Doing it again changes nothing.

    Returns the obligations to settle: those that had ended because the old token left are looked at again.
    """
    known = {row.old for row in await mappers.MERGED.where(desk.tx.connection, "old", persons)}
    fresh = {old: person for old, person in persons.items() if old not in known and old != person}
    touched: list[str] = []
    if not fresh:
        return touched
    await _load(desk, fresh)
    await _remember(desk, fresh)
    for old, person in fresh.items():
        _merge_cases(desk, old, person)
        touched += _merge_obligations(desk, old, person)
        for statement in _REPOINT:
            await desk.tx.connection.execute(text(statement), {"old": old, "person": person})
    return touched


async def _load(desk: Desk, fresh: Mapping[str, str]) -> None:
    connection = desk.tx.connection
    desk.book.obligations.hold(await mappers.OBLIGATIONS.where(connection, "person", fresh))
    every_case = await mappers.CASES.where(connection, "person", fresh)
    open_ones = [case for person in fresh.values() if (case := desk.book.cases.open_of(person)) is not None]
    await loading.cases(desk, [case.case for case in (*every_case, *open_ones)])
    await matching.load_pool(desk)


async def _remember(desk: Desk, fresh: Mapping[str, str]) -> None:
    for old, person in fresh.items():
        await desk.tx.connection.execute(_RENAME_TARGETS, {"old": old, "person": person})
    await mappers.MERGED.write(desk.tx.connection, [Merged(old, person) for old, person in fresh.items()])


def _merge_cases(desk: Desk, old: str, person: str) -> None:
    """Of two open cases the one where help has come further stays; the other one ends."""
    moving = desk.book.cases.open_of(old)
    present = desk.book.cases.open_of(person)
    for case in desk.book.cases:
        if case.person == old and not case.is_open:
            desk.book.cases.put(replace(case, person=person))
    if moving is None:
        return
    if present is not None:
        stays, ends = which_stays(moving, present)
        if ends.never_through_manager and not stays.never_through_manager:
            stays = replace(stays, never_through_manager=True)
            desk.book.cases.put(stays)
            moving = stays if stays.case == moving.case else moving
        _end(desk, ends, stays)
        if stays.case != moving.case:
            ended = desk.book.cases.get(moving.case)
            if ended is not None:
                desk.book.cases.put(replace(ended, person=person))
            return
    desk.book.cases.put(replace(moving, person=person))
    tasks.finish_of_case(desk, moving.case, TaskOutcome.NO_LONGER_NEEDED, TaskKind.PERSON_LEFT)
    if moving.state is CaseState.OFFER_DUE:
        _offer_again(desk, moving.case)


def _end(desk: Desk, ends: Case, stays: Case) -> None:
    matching.let_all_go(desk, ends)
    tasks.finish_of_case(desk, ends.case, TaskOutcome.NO_LONGER_NEEDED)
    contacts.call_off(desk, [ends.case], CancelReason.SUPERSEDED)
    happening = Happening.WITHDRAWN if ends.state is CaseState.OFFER_DUE else Happening.CLOSED
    cases.move(desk, ends, happening)
    desk.note(Act.CASES_MERGED, stays.case)
    for obligation in desk.book.obligations.of_case(ends.case):
        moved = replace(obligation, case=stays.case)
        desk.book.obligations.put(moved)
        desk.say(translation.obligation_settled(moved, desk.now))


def _offer_again(desk: Desk, reference: str) -> None:
    """The unsent offer went to a token that is nobody's now; the same offer goes to the one that is."""
    contacts.call_off(desk, [reference], CancelReason.SUPERSEDED)
    case = desk.book.cases.get(reference)
    offered = [one for one in desk.book.obligations.of_case(reference) if one.has_offer]
    if case is not None and offered:
        contacts.offer(desk, offered[0], case)


def _merge_obligations(desk: Desk, old: str, person: str) -> list[str]:
    moved = desk.book.obligations.of_person(old)
    for obligation in moved:
        desk.book.obligations.put(replace(obligation, person=person))
    return [obligation.obligation for obligation in moved]


_RENAME_TARGETS = text("update identity.merged set person = :person where person = :old")
_ASSIGNMENTS = "update assignment set supporter = :person where supporter = :old"
_UNWANTED = """update not_this_one n set supporter = :person where supporter = :old and not exists
 (select from not_this_one o where o.person = n.person and o.supporter = :person)"""
_UNWANTING = """update not_this_one n set person = :person where person = :old and not exists
 (select from not_this_one o where o.supporter = n.supporter and o.person = :person)"""
_SUPPORTER = """update supporter set person = :person where person = :old and not exists
 (select from supporter o where o.person = :person)"""
_SUPPORTER_TWICE = "delete from supporter where person = :old"
_REPOINT = (_ASSIGNMENTS, _UNWANTED, _UNWANTING, _SUPPORTER, _SUPPORTER_TWICE)
