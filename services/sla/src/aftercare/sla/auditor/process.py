"""One round of the auditor: read what is new, derive what it touches, compare, and say what differs."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aftercare.kit.ids import derived_reference
from aftercare.kit.messaging.codec import read_kafka
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.topic_reader import TopicReader, reader
from aftercare.kit.outcome import InvalidMessage
from aftercare.kit.store.transaction import Transaction, UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.programme.happenings import Happening
from aftercare.programme.model import Organisation
from aftercare.schemas import clock_audit
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.schemas.registry import UnreadableMessageError, decode
from aftercare.schemas.topics import Topic
from aftercare.sla.auditor import store
from aftercare.sla.auditor.audit import Finding, audit
from aftercare.sla.auditor.comparing import Moment
from aftercare.sla.auditor.facts import Difference, Fact, Said
from aftercare.sla.auditor.reading import facts_of, said_in
from aftercare.sla.auditor.starting import PacksAt
from aftercare.sla.auditor.store import Family, Position
from aftercare.sla.telemetry import Difference as DifferenceClass
from aftercare.sla.telemetry import count_compared, count_difference, record_audit

log = logging.getLogger(__name__)

TOPICS: Mapping[Side, Sequence[Topic]] = {
    Side.EVENT: (Topic.EVENT_CLOCK, Topic.INCIDENT, Topic.RCA, Topic.DISCLOSURE_MILESTONE),
    Side.SUPPORT: (Topic.SUPPORT_CLOCK, Topic.INCIDENT, Topic.RCA, Topic.SUPPORT_CASE, Topic.OUTREACH),
}
"""The clocks' own topic first: what the engine had read by then, the auditor reads after it."""
_MESSAGES = {
    Side.EVENT: clock_audit.EventClockDifferenceFoundV1,
    Side.SUPPORT: clock_audit.SupportClockDifferenceFoundV1,
}
_CLASSES = {
    Kind.MISSING_CLOCK: DifferenceClass.LOST,
    Kind.UNKNOWN_CLOCK: DifferenceClass.INVENTED,
    Kind.WRONG_VERSION: DifferenceClass.RULE,
    Kind.WRONG_UNMEETABLE: DifferenceClass.STATE,
    Kind.WRONG_END: DifferenceClass.STATE,
    Kind.WARNING_MISSING: DifferenceClass.WARNING,
    Kind.WARNING_EARLY: DifferenceClass.WARNING,
    Kind.WARNING_LATE: DifferenceClass.WARNING,
    Kind.WARNING_DOUBLE: DifferenceClass.WARNING,
}
_BEGIN = ("inc_", "rca_", "obl_", "cas_")
"""What has a first message that can be told from all later ones."""
_ROUNDS_MISSED, _ROUND_SECONDS = 3, 120


@dataclass(frozen=True, slots=True)
class Limits:
    """How often it works, and what it allows for."""

    every: timedelta = timedelta(seconds=60)
    settle: timedelta = timedelta(seconds=60)
    lateness: timedelta = timedelta(seconds=60)
    kept: timedelta = timedelta(days=60)
    """How long families that ended are kept after they were last heard of."""
    at_once: int = 200
    """Subjects looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class Book:
    """What the rules are, and where."""

    side: Side
    packs: PacksAt
    organisation: Organisation


class Auditor:
    """A background step. It reads without a consumer group: its checkpoint lies with what it read."""

    def __init__(self, unit_of_work: UnitOfWork, kafka: KafkaConnection, book: Book, limits: Limits) -> None:
        self._unit_of_work = unit_of_work
        self._kafka = kafka
        self._book = book
        self._limits = limits
        self._finished: float | None = None

    def is_current(self) -> bool:
        """Whether a whole round ended within the last few rests."""
        if self._finished is None:
            return False
        return time.monotonic() - self._finished < _ROUNDS_MISSED * self._limits.every.total_seconds() + _ROUND_SECONDS

    async def step(self) -> float:
        """One round. Returns the seconds until the next."""
        as_of = await self._read()
        while await self._look(as_of):
            pass
        async with self._unit_of_work() as tx:
            differences = await store.standing(tx.connection)
        record_audit(self._book.side, standing_differences=differences)
        self._finished = time.monotonic()
        return self._limits.every.total_seconds()

    async def _read(self) -> datetime:
        """Read what is new. Returns the instant at which that was: what was said later is not known in this round."""
        async with self._unit_of_work() as tx:
            as_of = tx.now
        async with reader(self._kafka) as topics:
            ends = [(topic, await topics.ends(str(topic))) for topic in TOPICS[self._book.side]]
            for topic, until in ends:
                await self._read_topic(topics, str(topic), until)
        return as_of

    async def _read_topic(self, topics: TopicReader, topic: str, ends: Mapping[int, int]) -> None:
        async with self._unit_of_work() as tx:
            every = await store.positions(tx.connection)
        read = {number: every.get((topic, number), Position(0, None)) for number in ends}
        starts = {number: position.next_offset for number, position in read.items()}
        async for records in topics.records(topic, ends, starts):
            async with self._unit_of_work() as tx:
                heard = [one for record in records for one in _heard(record, tx.now)]
                facts = [one for one in heard if isinstance(one, Fact)]
                said = [one for one in heard if isinstance(one, Said)]
                await store.keep(tx.connection, facts, said, tx.now + self._limits.settle)
                passed = dict(read)
                for record in records:
                    passed[record.partition] = _after(passed[record.partition], record, tx.now)
                await store.advance(tx.connection, topic, passed)
            _say_what_is_gone(topic, read, passed)
            read = passed
        async with self._unit_of_work() as tx:
            passed = {number: _at_end(position, ends[number], tx.now) for number, position in read.items()}
            if passed != read:
                await store.advance(tx.connection, topic, passed)
        _say_what_is_gone(topic, read, passed)

    async def _look(self, as_of: datetime) -> bool:
        """Look at one batch of subjects, as they stood then. Returns whether there may be more."""
        async with self._unit_of_work() as tx:
            subjects = await store.due(tx.connection, as_of, self._limits.at_once)
            since = [one.known_since for one in (await store.positions(tx.connection)).values() if one.known_since]
            limits = self._limits
            moment = Moment(as_of, limits.settle, limits.lateness, max(since, default=None))
            done: set[str] = set()
            for subject in subjects:
                if subject not in done:
                    family = await store.family(tx.connection, subject)
                    done |= family.subjects
                    await self._judge(tx, subject, family, moment)
        return len(subjects) == self._limits.at_once

    async def _judge(self, tx: Transaction, subject: str, family: Family, moment: Moment) -> None:
        finding = judged(family, self._book, moment)
        await store.looked(tx.connection, family.subjects)
        again = [finding.look_again] if finding.look_again is not None else []
        if finding.is_judged:
            count_compared(self._book.side, finding.compared)
            sure, has_unsure = await store.stand(tx.connection, family.subjects, finding.differences, tx.now)
            again += [moment.as_of + self._limits.settle] if has_unsure else []
            for one in sure:
                self._say(tx, one, family)
        until = family.last_heard + self._limits.kept if family.last_heard is not None else None
        if again:
            await store.look_again(tx.connection, {subject: min(again)})
        elif until is not None and until > moment.as_of:
            await store.look_again(tx.connection, {subject: until})
        else:
            await store.forget(tx.connection, family)

    def _say(self, tx: Transaction, one: Difference, family: Family) -> None:
        count_difference(self._book.side, _CLASSES.get(one.kind, DifferenceClass.TIME))
        log.warning(
            "%s: %s differs: expected %s %s, published %s %s",
            one.subject,
            one.kind,
            one.expected_status,
            one.expected,
            one.published_status,
            one.published,
        )
        tx.emit(self._message(one, family, tx.now))

    def _message(self, one: Difference, family: Family, now: datetime) -> clock_audit._DifferenceFound:
        clock = next((said.clock for said in family.said if (said.rule, said.subject) == (one.rule, one.subject)), None)
        return _MESSAGES[self._book.side](
            kind=one.kind,
            rule=one.rule,
            subject=one.subject,
            clock=clock,
            expected=one.expected,
            published=one.published,
            expected_status=one.expected_status,
            published_status=one.published_status,
            percent=one.percent,
            found=now,
        )


def _heard(record: Record, now: datetime) -> Iterator[Fact | Said]:
    """What a record tells. What can't be read tells nothing: the services that own it have a dead letter of it."""
    try:
        event = read_kafka(record)
        key = record.key.decode("utf-8", "replace") if record.key else None
        message = decode(event.type, event.data, key=key)
    except (InvalidMessage, UnreadableMessageError):
        return
    if message is None or event.time is None or str(message.topic) != record.topic:
        return
    identity = derived_reference("evt", event.source, event.id)
    said = said_in(message, identity, event.time)
    if said is not None:
        yield replace(said, heard=now)
    else:
        yield from (replace(fact, heard=now) for fact in facts_of(message, identity, event.time))


def judged(family: Family, book: Book, moment: Moment) -> Finding:
    """What there is to say of a family: all that the audit finds, or nothing where its beginning was not told."""
    if not _is_whole(family):
        return Finding()
    return audit(family.facts, family.said, book.packs, book.organisation, moment)


def _is_whole(family: Family) -> bool:
    """Whether the beginning was told of all that its facts name: what can no more be read is no ground to judge by."""
    begun = {
        fact.subject for fact in family.facts if fact.revision == 1 or fact.happening is Happening.OBLIGATION_OPENED
    }
    begun |= {case for fact in family.facts if fact.happening is Happening.OFFER_MADE for case in fact.about}
    hang_on = [one for one in family.subjects if one.startswith(_BEGIN)]
    return not family.facts or all(one in begun for one in hang_on)


def _after(position: Position, record: Record, now: datetime) -> Position:
    """The position after a record. A gap before it means that retention cut something away."""
    gap = record.offset > position.next_offset
    return Position(record.offset + 1, _since(record, now) if gap else position.known_since)


def _at_end(position: Position, end: int, now: datetime) -> Position:
    """The position after all that was there. A gap at the end means that retention left nothing of it."""
    return Position(end, now) if position.next_offset < end else position


def _since(record: Record, now: datetime) -> datetime:
    """The latest instant at which anything before this record can have been said."""
    try:
        said = read_kafka(record).time or now
    except InvalidMessage:
        return now
    written = datetime.fromtimestamp(record.timestamp_ms / 1000, UTC) if record.timestamp_ms else said
    return min(max(said, written), now)


def _say_what_is_gone(topic: str, before: Mapping[int, Position], after: Mapping[int, Position]) -> None:
    for number, position in after.items():
        if position.known_since != before[number].known_since:
            log.warning(
                "The history of %s begins at %s in partition %d: what was there before is gone,"
                " and clocks born before are not judged.",
                topic,
                position.known_since,
                number,
            )
