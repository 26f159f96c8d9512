"""The engine, run through a story under a clock that goes from one instant where something is to be done to the next.

It hears messages as they come, wakes when something is due, and publishes through the real translation.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import repeat

from aftercare.kit.messaging.consumer import Received, Record
from aftercare.programme.clocks import ClockRule, Side
from aftercare.programme.model import Organisation
from aftercare.sla.auditor.audit import audit
from aftercare.sla.auditor.comparing import Moment
from aftercare.sla.auditor.facts import Difference, Said
from aftercare.sla.auditor.process import Book, judged
from aftercare.sla.auditor.reading import said_in
from aftercare.sla.auditor.starting import Pack
from aftercare.sla.auditor.store import Family
from aftercare.sla.domain import derive as deriving
from aftercare.sla.domain import transitions as telling
from aftercare.sla.domain.model import Edition, Editions, Published, Told, Transition
from aftercare.sla.translation import Speaker
from aftercare.sla.translation_in import told_by

from .story import Story
from .story import Told as Message

MINUTE = timedelta(minutes=1)


def received(told: Message) -> Received:  # type: ignore[type-arg] # any message
    """A message as the broker hands it over."""
    message, event, time = told
    source, _, number = event.partition(" ")
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": number,
        "ce_source": source,
        "ce_type": message.type,
        "ce_time": time.isoformat(),
    }
    headers = tuple((name, value.encode()) for name, value in attributes.items())
    body = message.model_dump_json(exclude_none=True).encode()
    return Received(source, number, message, record=Record(str(message.topic), 0, 0, None, body, headers))


class Engine:
    """Hears, remembers and says, as the service does."""

    def __init__(self, rules: Sequence[ClockRule], organisation: Organisation, side: Side) -> None:
        self.editions = Editions({"generic": tuple(Edition("generic", 1, rule) for rule in rules)})
        self.organisation = organisation
        self.speaker = Speaker(side)
        self.told = Told()
        self.published: dict[str, Published] = {}
        self.said: list[Said] = []
        self.now = datetime.min.replace(tzinfo=UTC)

    def hear(self, now: datetime, *messages: Message) -> None:
        self.now = now
        for one in messages:
            news = told_by(received(one))
            self.told = Told(self.told.happenings | news.happenings, self.told.links | news.links)
        fresh = {one.reference: one for one in deriving.derive(self.editions, self.organisation, self.told)}
        for reference in sorted({*fresh, *self.published}):
            events, after = telling.transitions(self.published.get(reference), fresh.get(reference), now)
            self._keep(reference, events, after, now)

    def tick(self, now: datetime) -> None:
        self.now = now
        for reference, one in sorted(self.published.items()):
            due = telling.next_due_instant(one)
            if due is not None and due <= now:
                events, after = telling.transitions(one, one.clock, now)
                self._keep(reference, events, after, now)

    def next_due(self) -> datetime | None:
        instants = [telling.next_due_instant(one) for one in self.published.values()]
        return min((one for one in instants if one is not None), default=None)

    def _keep(self, reference: str, events: Sequence[Transition], after: Published | None, now: datetime) -> None:
        if after is not None:
            self.published[reference] = after
        for event in events:
            said = said_in(self.speaker.message_of(event), f"engine {len(self.said)}", now)
            assert said is not None
            self.said.append(said)


@dataclass(frozen=True)
class Burden:
    """How long each message is on its way to the engine, and how late the engine looks at what is due."""

    on_the_way: Sequence[timedelta] = ()
    behind: timedelta = timedelta()

    def arrivals(self, story: Story) -> list[tuple[datetime, Message]]:
        """Each message when it comes: those of one topic with one key in their order, others in any."""
        latest: dict[tuple[str, str], datetime] = {}
        found = []
        delays = (*self.on_the_way, *repeat(timedelta(), len(story.told) - len(self.on_the_way)))
        for one, delay in sorted(zip(story.told, delays, strict=True), key=lambda pair: pair[0][2]):
            way = (str(one[0].topic), one[0].key())
            latest[way] = max(one[2] + delay, latest.get(way, one[2]))
            found.append((latest[way], one))
        return sorted(found, key=lambda pair: pair[0])


AT_ONCE = Burden()


def run(
    story: Story,
    rules: Sequence[ClockRule],
    organisation: Organisation,
    as_of: datetime,
    side: Side = Side.EVENT,
    burden: Burden = AT_ONCE,
) -> list[Said]:
    """All that the engine publishes until `as_of`."""
    engine = Engine(rules, organisation, side)
    waiting = burden.arrivals(story)
    while True:
        due = engine.next_due()
        looked = max(due + burden.behind, engine.now) if due is not None else None
        heard = waiting[0][0] if waiting else None
        now = min((one for one in (looked, heard) if one is not None), default=None)
        if now is None or now > as_of:
            return engine.said
        if looked is not None and looked <= now:
            engine.tick(now)
        arriving = [one for at, one in waiting if at <= now]
        waiting = waiting[len(arriving) :]
        if arriving:
            engine.hear(now, *arriving)


def audited(
    story: Story, said: Sequence[Said], rules: Sequence[ClockRule], organisation: Organisation, as_of: datetime
) -> tuple[Difference, ...]:
    """What the auditor says to that."""
    pack = Pack("generic", 1, tuple(rules))
    moment = Moment(as_of, settle=MINUTE, lateness=MINUTE)
    return audit(story.facts(), said, lambda _site: (pack,), organisation, moment).differences


def judged_as_kept(
    story: Story, said: Sequence[Said], rules: Sequence[ClockRule], organisation: Organisation, as_of: datetime
) -> tuple[Difference, ...]:
    """What the process makes of that, once it is kept: each family by itself, and each thing heard when it was said."""
    facts = tuple(replace(fact, heard=fact.known) for fact in story.facts() if fact.known <= as_of)
    known = frozenset(one for fact in facts for one in fact.references)
    of_nobody = {one.subject for one in said} - known
    families = [Family(known, facts, _about(known, said))]
    families += [Family(frozenset({one}), (), _about({one}, said)) for one in sorted(of_nobody)]
    pack = Pack("generic", 1, tuple(rules))
    book = Book(rules[0].side, lambda _site: (pack,), organisation)
    moment = Moment(as_of, settle=MINUTE, lateness=MINUTE)
    return tuple(one for family in families for one in judged(family, book, moment).differences)


def _about(subjects: Collection[str], said: Sequence[Said]) -> tuple[Said, ...]:
    return tuple(replace(one, heard=one.time) for one in said if one.subject in subjects)
