"""What one transaction works on: loaded in bulk, changed in memory, written in bulk."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.support.adapters import mappers
from aftercare.support.adapters.bulk import Mapper
from aftercare.support.domain.case import OPEN, Case
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.records import (
    AnswerSeen,
    Assignment,
    AuditEntry,
    Card,
    ContactRequest,
    Identifier,
    Incident,
    Named,
    StaffMember,
    Volunteer,
)
from aftercare.support.domain.task import Task

R = TypeVar("R")


def open_cases_sql() -> str:
    """The condition for a case that is open."""
    return f"state in ({', '.join(repr(str(state)) for state in sorted(OPEN))})"


class Shelf(Generic[R]):
    """The rows of one table that this transaction knows, and which of them it changed."""

    def __init__(self, mapper: Mapper[R], key: Callable[[R], str]) -> None:
        self._mapper = mapper
        self._key = key
        self._rows: dict[str, R] = {}
        self._changed: dict[str, None] = {}

    def hold(self, rows: Iterable[R]) -> None:
        """Rows as they stand in the database. What this transaction already changed stays changed."""
        for row in rows:
            self._rows.setdefault(self._key(row), row)

    def put(self, row: R) -> None:
        """A new or changed row."""
        key = self._key(row)
        self._rows[key] = row
        self._changed[key] = None

    def get(self, key: str | None) -> R | None:
        return self._rows.get(key) if key is not None else None

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    async def write(self, connection: AsyncConnection) -> None:
        await self._mapper.write(connection, [self._rows[key] for key in self._changed])
        self._changed.clear()


class Book:
    """All shelves. Writes cases that end before cases that begin: one open case per person holds at every instant."""

    def __init__(self) -> None:
        self.incidents: Shelf[Incident] = Shelf(mappers.INCIDENTS, lambda row: row.incident)
        self.obligations = ObligationShelf()
        self.cases = CaseShelf()
        self.requests: Shelf[ContactRequest] = Shelf(mappers.REQUESTS, lambda row: row.request)
        self.cards: Shelf[Card] = Shelf(mappers.CARDS, lambda row: row.card)
        self.assignments: Shelf[Assignment] = Shelf(mappers.ASSIGNMENTS, lambda row: row.assignment)
        self.tasks: Shelf[Task] = Shelf(mappers.TASKS, lambda row: row.task)
        self.staff: Shelf[StaffMember] = Shelf(mappers.STAFF, lambda row: row.person)
        self.identifiers: Shelf[Identifier] = Shelf(mappers.IDENTIFIERS, lambda row: row.identifier)
        self.volunteers: Shelf[Volunteer] = Shelf(mappers.VOLUNTEERS, lambda row: row.person)
        self.named: Shelf[Named] = Shelf(mappers.NAMED, lambda row: row.obligation)
        self.answers: Shelf[AnswerSeen] = Shelf(mappers.ANSWERS, lambda row: row.answer)
        self.audit: list[AuditEntry] = []

    async def write(self, connection: AsyncConnection) -> None:
        """Write every change, table by table."""
        shelves: tuple[Shelf[object], ...] = (  # type: ignore[assignment] # each shelf knows its own rows
            self.staff,
            self.identifiers,
            self.incidents,
            self.obligations,
            self.named,
            self.cases,
            self.requests,
            self.cards,
            self.assignments,
            self.tasks,
            self.volunteers,
            self.answers,
        )
        for shelf in shelves:
            await shelf.write(connection)
        await mappers.AUDIT.append(connection, self.audit)
        self.audit.clear()


class CaseShelf(Shelf[Case]):
    """Cases, and which one of a person is open."""

    def __init__(self) -> None:
        super().__init__(mappers.CASES, lambda row: row.case)
        self._open: dict[str, str] = {}

    def hold(self, rows: Iterable[Case]) -> None:
        for row in rows:
            if row.case not in self:
                super().hold([row])
                self._note(row)

    def put(self, row: Case) -> None:
        before = self.get(row.case)
        if before is not None and before.person != row.person and self._open.get(before.person) == row.case:
            del self._open[before.person]
        super().put(row)
        self._note(row)

    def open_of(self, person: str) -> Case | None:
        """The person's only open case."""
        return self.get(self._open.get(person))

    def _note(self, row: Case) -> None:
        if row.is_open:
            self._open[row.person] = row.case
        elif self._open.get(row.person) == row.case:
            del self._open[row.person]

    async def write(self, connection: AsyncConnection) -> None:
        """Those that ended first, for the index that allows one open case per person."""
        changed = [self._rows[key] for key in self._changed]
        await self._mapper.write(connection, [row for row in changed if not row.is_open])
        await self._mapper.write(connection, [row for row in changed if row.is_open])
        self._changed.clear()


class ObligationShelf(Shelf[Obligation]):
    """Obligations, found by incident, person and case as well."""

    def __init__(self) -> None:
        super().__init__(mappers.OBLIGATIONS, lambda row: row.obligation)
        self._by: dict[str, dict[str, None]] = {}

    def hold(self, rows: Iterable[Obligation]) -> None:
        for row in rows:
            if row.obligation not in self:
                super().hold([row])
                self._note(row)

    def put(self, row: Obligation) -> None:
        super().put(row)
        self._note(row)

    def of_incident(self, incident: str) -> list[Obligation]:
        return [row for row in self._noted(incident) if row.incident == incident]

    def of_person(self, person: str) -> list[Obligation]:
        return [row for row in self._noted(person) if row.person == person]

    def of_case(self, case: str) -> list[Obligation]:
        return [row for row in self._noted(case) if row.case == case]

    def _noted(self, reference: str) -> list[Obligation]:
        return [self._rows[key] for key in self._by.get(reference, ())]

    def _note(self, row: Obligation) -> None:
        for reference in (row.incident, row.person, row.case):
            if reference is not None:
                self._by.setdefault(reference, {})[row.obligation] = None
