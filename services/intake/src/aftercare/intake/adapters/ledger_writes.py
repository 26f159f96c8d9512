"""Writes a ledger back and queues its messages, in a handful of statements."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from aftercare.intake.adapters import fetches
from aftercare.intake.adapters.ledger_reads import BOOK, RCA_BOOK
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.service_layer.ledger import Ledger
from aftercare.intake.service_layer.ports import Naming
from aftercare.intake.service_layer.take import Taken
from aftercare.intake.translation import identity_question, patient_message
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """A record to be written, with the raw body that it came in (shared by all records of that body)."""

    taken: Taken
    raw: str | None


@dataclass(frozen=True, slots=True)
class RawBody:
    reference: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LedgerWrites:
    naming: Naming
    vault: AesVault
    raw_days: int

    async def save(self, tx: Transaction, ledger: Ledger, traces: dict[str, str | None]) -> None:
        """Books, numbers, questions, patients, and every message with the record that caused it."""
        await self._books(tx, ledger)
        await self._rcas(tx, ledger)
        await self._numbers(tx, ledger)
        await self._tasks(tx, ledger)
        for message, record in ledger.messages:
            tx.emit(message, _cause(record, traces))
        await self._questions(tx, ledger, traces)
        await self._patients(tx, ledger, traces)

    async def keep(self, tx: Transaction, raws: list[RawBody], records: list[Kept]) -> None:
        """Raw bodies, encrypted; one row per record; and what is to be fetched to learn more."""
        if raws:
            await tx.connection.execute(
                _ADD_RAW,
                {
                    "references": [one.reference for one in raws],
                    "sealed": [self.vault.seal(one.content, f"raw:{one.reference}") for one in raws],
                    "now": tx.now,
                    "expires": tx.now + timedelta(days=self.raw_days),
                },
            )
        if records:
            await tx.connection.execute(_ADD_RECORD, _record_columns(records) | {"now": tx.now})
        await self.conflicts(tx, [one.taken for one in records])
        await fetches.wish(tx, [one.taken for one in records], self.vault)

    async def conflicts(self, tx: Transaction, records: list[Taken]) -> None:
        """Stated versions that came again with another body: kept and shown."""
        conflicts = [one for one in records if one.conflicts_with is not None]
        if conflicts:
            await tx.connection.execute(
                _ADD_CONFLICT,
                {
                    "conflicts": [self.naming.reference("cfl", one.reference) for one in conflicts],
                    "sources": [one.source for one in conflicts],
                    "records": [one.reference for one in conflicts],
                    "stands": [one.conflicts_with for one in conflicts],
                    "incidents": [one.incident for one in conflicts],
                    "now": tx.now,
                },
            )

    async def _books(self, tx: Transaction, ledger: Ledger) -> None:
        changed = list(dict.fromkeys((*ledger.changed_books, *ledger.shown_numbers)))
        if not changed:
            return
        shown = [ledger.shown_numbers.get(one) for one in changed]
        sealed = [
            None if words is None else self.vault.seal(words.encode(), f"number:{incident}")
            for incident, words in zip(changed, shown, strict=True)
        ]
        books = [BOOK.dump_json(ledger.books[one]).decode() for one in changed]
        await tx.connection.execute(_SAVE_BOOKS, {"incidents": changed, "books": books, "sealed": sealed})

    async def _rcas(self, tx: Transaction, ledger: Ledger) -> None:
        changed = [ledger.rcas[key] for key in ledger.changed_rcas]
        if changed:
            books = [RCA_BOOK.dump_json(one).decode() for one in changed]
            await tx.connection.execute(_SAVE_RCAS, {"rcas": [one.rca for one in changed], "books": books})

    async def _numbers(self, tx: Transaction, ledger: Ledger) -> None:
        if ledger.new_numbers:
            keys = [key for key, _ in ledger.new_numbers]
            incidents = [incident for _, incident in ledger.new_numbers]
            await tx.connection.execute(_ADD_NUMBERS, {"keys": keys, "incidents": incidents})

    async def _tasks(self, tx: Transaction, ledger: Ledger) -> None:
        """Open *say who was involved* where nobody is named, or not all are; close it where that is settled."""
        books = [ledger.books[incident] for incident in ledger.changed_books]
        asking = [one for one in books if one.asks_who]
        settled = [one.incident for one in books if not one.asks_who]
        if asking:
            places = [(one.details.site, one.details.unit) if one.details else (None, None) for one in asking]
            await tx.connection.execute(
                _OPEN_TASKS,
                {
                    "tasks": [self.naming.reference("ivt", one.incident) for one in asking],
                    "incidents": [one.incident for one in asking],
                    "sites": [site for site, _ in places],
                    "units": [unit for _, unit in places],
                    "guarded": [one.guarded for one in asking],
                    "now": tx.now,
                },
            )
        if settled:
            await tx.connection.execute(_CLOSE_TASKS, {"incidents": settled, "now": tx.now})

    async def _questions(self, tx: Transaction, ledger: Ledger, traces: dict[str, str | None]) -> None:
        if not ledger.questions:
            return
        persons = sorted(ledger.questions)
        references = [self.naming.reference("que", person) for person in persons]
        rows = await tx.connection.execute(_ASK, {"persons": persons, "questions": references, "now": tx.now})
        for person, reference in rows:
            question, record = ledger.questions[person]
            sealed = self.naming.sealed(question.named)
            tx.emit(identity_question(reference, question, sealed, tx.now), _cause(record, traces))

    async def _patients(self, tx: Transaction, ledger: Ledger, traces: dict[str, str | None]) -> None:
        links = sorted(ledger.patients)
        if not links:
            return
        told = [ledger.patients[link][0] for link in links]
        parameters = {
            "incidents": [one.incident for one in told],
            "patients": [one.patient for one in told],
            "subjects": [one.subject.value for one in told],
            "persons": [one.relevant_person for one in told],
        }
        for incident, patient in await tx.connection.execute(_LINK_PATIENTS, parameters):
            link, record = ledger.patients[incident, patient]
            revision = max(ledger.books[incident].revision, 1)
            message = patient_message(incident, revision, patient, link.relevant_person, link.subject)
            tx.emit(message, _cause(record, traces))


def _cause(record: str, traces: dict[str, str | None]) -> Cause:
    """What follows from a record names our reference of it: the sender's own event id can hold anything."""
    return Cause(correlation_id=record, causation_id=record, traceparent=traces.get(record))


def _record_columns(records: list[Kept]) -> dict[str, list[object]]:
    taken = [one.taken for one in records]
    return {
        "references": [one.reference for one in taken],
        "raws": [one.raw for one in records],
        "indexes": [one.index for one in taken],
        "sources": [one.source for one in taken],
        "formats": [one.format for one in taken],
        "outcomes": [one.outcome.value for one in taken],
        "reasons": [one.reason.value for one in taken],
        "details": [one.detail for one in taken],
        "doubts": [_DOUBTS_SEPARATOR.join(one.doubts) for one in taken],
        "identities": [one.identity_key for one in taken],
        "versions": [one.version_key for one in taken],
        "hashes": [one.body_hash for one in taken],
        "effects": [one.effect.value for one in taken],
        "incidents": [one.incident for one in taken],
        "rcas": [one.rca for one in taken],
    }


_DOUBTS_SEPARATOR = " "
_ADD_RAW = text(
    "insert into raw (reference, sealed, received_at, expires_at) select r, s, :now, :expires"
    " from unnest(cast(:references as text[]), cast(:sealed as bytea[])) as u(r, s)"
)
_ADD_RECORD = text(
    "insert into record (reference, raw, raw_index, source, format, outcome, reason, detail, doubts, identity_key,"
    " version_key, body_hash, effect, incident, rca, received_at)"
    " select a, b, c, d, e, f, g, h, to_jsonb(string_to_array(i, ' ')), j, k, l, m, n, o, :now"
    " from unnest(cast(:references as text[]), cast(:raws as text[]), cast(:indexes as int[]),"
    " cast(:sources as text[]), cast(:formats as text[]), cast(:outcomes as text[]), cast(:reasons as text[]),"
    " cast(:details as text[]), cast(:doubts as text[]), cast(:identities as text[]), cast(:versions as text[]),"
    " cast(:hashes as text[]), cast(:effects as text[]), cast(:incidents as text[]), cast(:rcas as text[]))"
    " as u(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)"
)
_ADD_CONFLICT = text(
    "insert into conflict (conflict, source, record, stands, incident, found_at) select c, s, r, t, i, :now"
    " from unnest(cast(:conflicts as text[]), cast(:sources as text[]), cast(:records as text[]),"
    " cast(:stands as text[]), cast(:incidents as text[])) as u(c, s, r, t, i)"
)
_SAVE_BOOKS = text(
    "update incident set book = cast(u.b as jsonb), sealed_number = coalesce(u.s, incident.sealed_number)"
    " from unnest(cast(:incidents as text[]), cast(:books as text[]), cast(:sealed as bytea[])) as u(i, b, s)"
    " where incident.incident = u.i"
)
_SAVE_RCAS = text(
    "update rca set book = cast(u.b as jsonb)"
    " from unnest(cast(:rcas as text[]), cast(:books as text[])) as u(r, b) where rca.rca = u.r"
)
_ADD_NUMBERS = text(
    "insert into incident_number (number_key, incident)"
    " select k, i from unnest(cast(:keys as text[]), cast(:incidents as text[])) as u(k, i) on conflict do nothing"
)
_OPEN_TASKS = text(
    "insert into involvement_task (task, incident, state, site, unit, coordinators_only, opened_at)"
    " select t, i, 'open', s, n, g, :now from unnest(cast(:tasks as text[]), cast(:incidents as text[]),"
    " cast(:sites as text[]), cast(:units as text[]), cast(:guarded as bool[])) as u(t, i, s, n, g)"
    " on conflict (incident) do update set state = 'open', closed_at = null, site = excluded.site,"
    " unit = excluded.unit, coordinators_only = involvement_task.coordinators_only or excluded.coordinators_only"
)
_CLOSE_TASKS = text(
    "update involvement_task set state = 'closed', closed_at = :now where incident = any(:incidents) and state = 'open'"
)
_ASK = text(
    "insert into identifier_asked (person, question, asked_at)"
    " select p, q, :now from unnest(cast(:persons as text[]), cast(:questions as text[])) as u(p, q)"
    " on conflict do nothing returning person, question"
)
_LINK_PATIENTS = text(
    "insert into patient_link (incident, patient, subject, relevant_person)"
    " select i, p, s, r from unnest(cast(:incidents as text[]), cast(:patients as text[]), cast(:subjects as text[]),"
    " cast(:persons as text[])) as u(i, p, s, r)"
    " on conflict (incident, patient) do update set relevant_person = excluded.relevant_person"
    " where patient_link.relevant_person is null returning incident, patient"
)
"""A link from before relevant persons were named is told again, with how its incident names the person."""
