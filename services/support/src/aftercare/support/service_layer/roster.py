"""What `directory` says about staff: who is behind an identifier, who turned out to be one person, who left."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import text

from aftercare.kit.messaging.envelope import Cause
from aftercare.schemas.outreach_request import CancelReason
from aftercare.support.adapters import mappers
from aftercare.support.domain.case import OPEN
from aftercare.support.domain.records import Identifier, Login, StaffMember
from aftercare.support.domain.vocabulary import CaseState, TaskKind, Verdict
from aftercare.support.service_layer import contacts, loading, matching, tasks
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.merging import merge
from aftercare.support.service_layer.readings import StaffRead
from aftercare.support.service_layer.settling import settle, settle_one

News = dict[str, tuple[Cause, StaffRead]]


async def take_in(desk: Desk, reads: Sequence[tuple[Cause, StaffRead]]) -> None:
    """Take snapshots and tombstones in. Of several about one person, the newest counts."""
    news = _newest(reads)
    held = await _hold_identifiers(desk, news)
    waiting = await loading.unnamed(desk, _changing(desk, news))
    olds = {old: person for person, (_, read) in news.items() for old in read.merged_from}
    owed = [row.person for row in desk.book.obligations]
    await loading.people(desk, [*news, *olds, *owed, *(row.person for row in held)])
    current = {person: one for person, one in news.items() if _is_news(desk, one[1])}
    _describe_members(desk, [read for _, read in current.values()])
    joined = await merge(desk, {old: person for old, person in olds.items() if person in current})
    leavers = [person for person, (_, read) in current.items() if read.gone]
    await _load_leavers(desk, leavers)
    touched: dict[str, None] = dict.fromkeys(joined)
    before = _by_person(desk)
    for cause, read in current.values():
        desk.cause = cause
        own = before.get(read.person, set())
        references = _leave(desk, read, own) if read.gone else _identify(desk, read, waiting, own)
        desk.touched_by(cause, references)
        touched.update(dict.fromkeys(references))
    await _write_logins(desk, [read for _, read in current.values()])
    settle(desk, touched)
    for person in leavers:
        _stop_contacting(desk, person)


def _newest(reads: Sequence[tuple[Cause, StaffRead]]) -> News:
    newest: News = {}
    for cause, read in reads:
        known = newest.get(read.person)
        if known is None or read.gone or known[1].gone or read.revision > known[1].revision:
            newest[read.person] = cause, read
    return newest


def _is_news(desk: Desk, read: StaffRead) -> bool:
    known = desk.book.staff.get(read.person)
    if read.gone:
        return known is not None
    return known is None or known.gone or read.revision > known.revision


async def _hold_identifiers(desk: Desk, news: News) -> list[Identifier]:
    """All identifiers that may get or lose a person, held so that no incident is read past them meanwhile."""
    before = await mappers.IDENTIFIERS.where(desk.tx.connection, "person", news)
    tokens = {token for _, read in news.values() for token in read.identifiers}
    await loading.identifiers(desk, tokens | {row.identifier for row in before}, to_change=True)
    return list(desk.book.identifiers)


def _changing(desk: Desk, news: News) -> list[str]:
    """The identifiers that are about to get another person than they have."""
    return [
        token
        for person, (_, read) in news.items()
        for token in read.identifiers
        if (row := desk.book.identifiers.get(token)) is not None and row.person != person
    ]


def _describe_members(desk: Desk, reads: Iterable[StaffRead]) -> None:
    for read in reads:
        if read.gone:
            continue
        desk.book.staff.put(
            StaffMember(
                person=read.person,
                revision=read.revision,
                role_group=read.role_group,
                site=read.site,
                unit=read.unit,
                manager=read.manager,
                zone=read.zone,
                languages=read.languages,
                channels=read.channels,
            )
        )


def _identify(desk: Desk, read: StaffRead, waiting: dict[str, list[str]], before: set[str]) -> list[str]:
    """Put the person behind their identifiers. Returns the obligations that thereby are theirs."""
    for token in read.identifiers:
        row = desk.book.identifiers.get(token)
        if row is None or row.person != read.person:
            desk.book.identifiers.put(Identifier(token, read.person))
    for token in _still_theirs(desk, before - set(read.identifiers), read.person):
        desk.book.identifiers.put(Identifier(token))
    named = [reference for token in read.identifiers for reference in waiting.get(token, ())]
    return [reference for reference in named if _now_is(desk, reference, read.person)]


def _now_is(desk: Desk, reference: str, person: str) -> bool:
    """Put the person behind an obligation. What was settled for somebody else says nothing about them."""
    obligation = desk.book.obligations.get(reference)
    if obligation is None or obligation.person == person:
        return False
    before = obligation.person
    fresh = replace(obligation, person=person, settlement=None, reason=None, case=None, settled_at=None)
    desk.book.obligations.put(fresh)
    if before is not None:
        settle_one(desk, before, [])
    return True


def _still_theirs(desk: Desk, tokens: set[str], person: str) -> list[str]:
    """Those that nobody else was described with in the meantime."""
    rows = [row for token in sorted(tokens) if (row := desk.book.identifiers.get(token)) is not None]
    return [row.identifier for row in rows if row.person == person]


def _by_person(desk: Desk) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in desk.book.identifiers:
        if row.person is not None:
            found.setdefault(row.person, set()).add(row.identifier)
    return found


def _leave(desk: Desk, read: StaffRead, identifiers: set[str]) -> list[str]:
    member = desk.book.staff.get(read.person)
    if member is not None:
        desk.book.staff.put(replace(member, gone=True, manager=None, languages=(), channels=()))
    for token in _still_theirs(desk, identifiers, read.person):
        desk.book.identifiers.put(Identifier(token, verdict=Verdict.LEFT_ORGANISATION))
    case = desk.book.cases.open_of(read.person)
    return [one.obligation for one in desk.book.obligations.of_case(case.case)] if case and case.is_unsent else []


async def _load_leavers(desk: Desk, persons: Sequence[str]) -> None:
    """What a leaver has open, as somebody supported and as a supporter."""
    if not persons:
        return
    connection = desk.tx.connection
    theirs = await mappers.ASSIGNMENTS.where(connection, "supporter", persons, also="state in ('asked', 'accepted')")
    open_cases = [case.case for person in persons if (case := desk.book.cases.open_of(person)) is not None]
    await loading.cases(desk, [*open_cases, *(one.case for one in theirs)])
    await matching.load_pool(desk)


def _stop_contacting(desk: Desk, person: str) -> None:
    """They are reached no more: a human decides what is owed to them, and whom they supported gets another."""
    case = desk.book.cases.open_of(person)
    if case is not None and case.state in OPEN - {CaseState.OFFER_DUE}:
        desk.tx.cancel_timers(case.case)
        contacts.call_off(desk, [case.case], CancelReason.SUPERSEDED)
        tasks.open_for_case(desk, TaskKind.PERSON_LEFT, case)
    for assignment in list(desk.book.assignments):
        if assignment.supporter == person and assignment.state in matching.ACTIVE:
            supported = desk.book.cases.get(assignment.case)
            if supported is not None:
                matching.look_for_another(desk, supported)


async def _write_logins(desk: Desk, reads: Iterable[StaffRead]) -> None:
    """The newest snapshot's sign-ins are all there are; a leaver has none."""
    connection = desk.tx.connection
    described = list(reads)
    if not described:
        return
    await connection.execute(_FORGET_LOGINS, {"persons": [read.person for read in described]})
    logins = {login: Login(login, read.person) for read in described for login in read.logins}
    await mappers.LOGINS.write(connection, sorted(logins.values(), key=lambda row: row.login))


_FORGET_LOGINS = text("delete from identity.login where person = any(cast(:persons as text[]))")
