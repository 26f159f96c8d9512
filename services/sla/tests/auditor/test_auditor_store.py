"""What the auditor's own database can hold: references, enums and instants, and every fact each once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.kit.testing.schema import KIT_COLUMNS, columns_that_take_a_sentence, schema_differences
from aftercare.programme.clocks import ClockRule, Side
from aftercare.schemas import rca
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor import store
from aftercare.sla.auditor.facts import Change, Difference, Said
from aftercare.sla.auditor.process import Auditor, Book, Limits
from aftercare.sla.auditor.tables import metadata

from .audited import MIGRATIONS
from .story import DAY, HOUR, Story, at, deadline, organisation, packs, ref

pytestmark = pytest.mark.real

MONDAY = at("2026-03-02T10:00")


@pytest.fixture
async def unit_of_work(database: Any) -> Any:
    engine = create_engine(database(migrations=MIGRATIONS))
    yield UnitOfWork(engine, FixedClock(MONDAY), "urn:test")
    await engine.dispose()


async def test_no_column_can_hold_a_sentence_and_migrations_make_what_the_code_expects(unit_of_work: Any) -> None:
    async with unit_of_work() as tx:
        assert await columns_that_take_a_sentence(tx.connection) <= set(KIT_COLUMNS)
        assert await schema_differences(tx.connection, metadata) == []


async def test_a_family_is_all_that_hangs_together_and_nothing_else(unit_of_work: Any) -> None:
    story = Story().incident(MONDAY).owed(MONDAY).settled(MONDAY, "offer-made").reached(MONDAY + HOUR)
    story.incident(MONDAY, name="other")
    facts = [_named(number, fact) for number, fact in enumerate(story.facts())]
    async with unit_of_work() as tx:
        await store.keep(tx.connection, facts, [], MONDAY)
        await store.keep(tx.connection, facts, [], MONDAY)
    async with unit_of_work() as tx:
        family = await store.family(tx.connection, ref("cas", "ana"))
        assert family.subjects == {ref("cas", "ana"), ref("obl", "ana"), ref("inc", "fall")}
        assert sorted(fact.id for fact in family.facts) == sorted(fact.id for fact in facts[:4])
        assert set(family.facts) == set(facts[:4])


async def test_the_clocks_of_persons_are_found_with_their_incident_and_it_with_them(unit_of_work: Any) -> None:
    story = Story().incident(MONDAY, persons={"eva": "severe", "ida": None}).talked(MONDAY, persons=("eva",))
    story.analysis(rca.RcaCommissionedV1, MONDAY, "fall", method="psii")
    facts = [_named(number, fact) for number, fact in enumerate(story.facts())]
    clocks = [_named(9 + number, _started(person)) for number, person in enumerate(("eva", "ida", "nobody"))]
    async with unit_of_work() as tx:
        await store.keep(tx.connection, facts, clocks, MONDAY)
    async with unit_of_work() as tx:
        for subject in (ref("inc", "fall"), ref("pat", "eva"), ref("pat", "nobody"), ref("rca", "why")):
            family = await store.family(tx.connection, subject)
            assert (set(family.facts), set(family.said)) == (set(facts), set(clocks))


async def test_a_difference_is_said_when_a_second_round_sees_it_too_and_again_after_it_was_gone(
    unit_of_work: Any,
) -> None:
    one = Difference(Kind.WRONG_DUE, "promise", ref("inc", "fall"))
    async with unit_of_work() as tx:

        async def rounds(*seen: list[Difference]) -> list[tuple[list[Difference], bool]]:
            return [await store.stand(tx.connection, [one.subject], differences, MONDAY) for differences in seen]

        assert await rounds([one], [one], [one]) == [([], True), ([one], False), ([], False)]
        assert await store.standing(tx.connection) == 1
        assert await rounds([], [one]) == [([], False), ([], True)]
        assert await store.standing(tx.connection) == 0
        assert await rounds([], [one], [one]) == [([], False), ([], True), ([one], False)]


@dataclass(slots=True)
class Years:
    """An auditor whose clock is turned by hand, and that keeps what has ended for sixty days."""

    auditor: Auditor
    clock: FixedClock
    unit_of_work: UnitOfWork

    async def hear(self, heard: datetime, story: Story) -> None:
        self.clock.set(heard)
        facts = [replace(fact, id=ref("evt", f"{heard} {fact.id}"), heard=heard) for fact in story.facts()]
        async with self.unit_of_work() as tx:
            await store.keep(tx.connection, facts, [], heard)

    async def left_after(self, wait: timedelta) -> tuple[int, int]:
        """Facts and standing differences after a look."""
        self.clock.set(self.clock.now() + wait)
        while await self.auditor._look(self.clock.now()):
            pass
        async with self.unit_of_work() as tx:
            family = await store.family(tx.connection, ref("inc", "fall"))
            return len(family.facts), await store.standing(tx.connection)


@pytest.fixture
async def years(database: Any) -> Any:
    clock = FixedClock(MONDAY)
    engine = create_engine(database(migrations=MIGRATIONS))
    unit_of_work = UnitOfWork(engine, clock, "urn:aftercare:sla-event-auditor")

    def by(*rules: ClockRule) -> Years:
        book = Book(Side.EVENT, packs(*rules), organisation())
        limits = Limits(kept=60 * DAY)
        return Years(Auditor(unit_of_work, KafkaConnection("nowhere:1"), book, limits), clock, unit_of_work)

    yield by
    await engine.dispose()


async def test_a_family_is_forgotten_as_a_whole_and_never_by_halves(years: Callable[..., Years]) -> None:
    by = years(deadline("in-a-day", hours=24))
    await by.hear(MONDAY, Story().incident(MONDAY).talked(MONDAY + HOUR))
    assert await by.left_after(2 * HOUR) == (2, 0)
    assert await by.left_after(2 * HOUR) == (2, 1)  # nobody has published its clock
    await by.hear(MONDAY + 50 * DAY, Story().analysis(rca.RcaCommissionedV1, MONDAY + 50 * DAY, "fall"))
    assert await by.left_after(11 * DAY) == (3, 1)
    assert await by.left_after(48 * DAY) == (3, 1)
    assert await by.left_after(2 * DAY) == (0, 0)


async def test_nothing_is_forgotten_while_its_clock_runs_however_quiet_it_is(years: Callable[..., Years]) -> None:
    by = years(deadline("in-half-a-year", hours=180 * 24))
    await by.hear(MONDAY, Story().incident(MONDAY))
    for _ in range(2):
        assert (await by.left_after(2 * HOUR))[0] == 1
    assert await by.left_after(100 * DAY) == (1, 1)
    assert (await by.left_after(79 * DAY))[0] == 1
    for _ in range(3):  # it came due; a second look makes sure of what is missing
        left = await by.left_after(2 * DAY)
    assert left == (0, 0)


def _named(number: int, fact: Any) -> Any:
    return replace(fact, id=f"evt_{number:032x}", heard=MONDAY)


def _started(person: str) -> Said:
    state = {"rule": "promise", "pack": "generic", "pack_version": 1, "rule_version": 1, "start_from": "at"}
    times = {"time": MONDAY, "start": MONDAY, "born": MONDAY}
    subject = {"subject": ref("pat", person), "clock": ref("clk", person), "incident": ref("inc", "fall")}
    return Said(id=person, change=Change.STARTED, revision=1, **state, **times, **subject)  # type: ignore[arg-type]
