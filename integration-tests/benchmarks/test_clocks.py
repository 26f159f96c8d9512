"""What a million open clocks cost: a look when nothing is due, many due at once or evenly, and a restart."""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aftercare_local.stack import Options, Stack
from benchmarks.figures import RUNS, Sample, against, show
from benchmarks.processes import processor_seconds
from pydantic import SecretStr

from aftercare.kit.clock import SystemClock
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.sla.bootstrap import desk_of
from aftercare.sla.config import SlaSettings
from aftercare.sla.service_layer.reckoning import Desk
from aftercare.sla.service_layer.ticking import Ticker

pytestmark = [pytest.mark.real, pytest.mark.bench, pytest.mark.timeout(2400)]

FEW, MANY, AT_ONCE = 10_000, 1_000_000, 10_000
EVENLY, A_SECOND = 300, 20
LOOKS = 200
API = "sla-event-api"
PACK = Path(__file__).parents[1] / "scenarios" / "promises.yaml"
_BUCKET = re.compile(r'^aftercare_sla_engine_lateness_seconds_bucket\{le="([^"]+)".*\} ([0-9.e+]+)$', re.MULTILINE)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The clocks of one side alone, on a database that waits for the disk and the machine's own clock."""
    settings = {"sla-event": {"AFTERCARE_CLOCK_PACKS": str(PACK)}}
    with Stack(Options(purpose="bench-clocks", durable=True, settings=settings)) as started:
        started.start_parts()
        started.start_services(["sla-event"])
        yield started


@pytest.fixture(scope="module")
def desk() -> Desk:
    return desk_of(
        SlaSettings(
            database_url=SecretStr("postgresql://nobody@nowhere/nothing"),
            kafka_bootstrap="nowhere:1",
            organisation="demo-organisation",
            side=Side.EVENT,
            clock_packs=str(PACK),
        )
    )


def test_a_million_open_clocks(stack: Stack, desk: Desk) -> None:
    """One after the other, on the same rows: they take minutes to make."""
    stack.stop("sla-event-stream")
    stack.stop(API)
    looks, loaded, restarts = {}, {}, {}
    for open_clocks in (0, FEW, MANY):
        loaded[open_clocks] = asyncio.run(fill(stack, desk, open_clocks))
        looks[open_clocks] = asyncio.run(idle_looks(stack, desk))
        restarts[open_clocks] = Sample.of(seconds_to_ready(stack) for _ in range(RUNS))
    report_looks(looks, loaded)
    report_restarts(restarts)
    bare = Sample.of(asyncio.run(bare_seconds(stack)) for _ in range(RUNS))
    stack.resume(API)
    report_bursts(bare, [asyncio.run(said_in_time(stack, AT_ONCE, AT_ONCE)) for _ in range(RUNS)])
    report_even([asyncio.run(said_in_time(stack, EVENLY, A_SECOND)) for _ in range(RUNS)])


async def fill(stack: Stack, desk: Desk, count: int) -> float:
    """Make clocks that are due in a year until there are `count`. Returns the seconds that it took."""
    began = time.monotonic()
    (edition,) = desk.shelf.all_current
    reference = desk.shelf.reference(edition)
    engine = create_engine(stack.postgres.urls["sla_event"])
    async with engine.begin() as connection:
        await desk.shelf.keep(connection, [reference])
    await engine.dispose()
    database = await asyncpg.connect(stack.postgres.urls["sla_event"], command_timeout=600)
    there = await database.fetchval("select count(*) from clock")
    await database.execute(_FILL, there, count, edition.rule.id, reference, SystemClock().now())
    await database.execute("vacuum analyze clock")
    await database.close()
    return time.monotonic() - began


async def idle_looks(stack: Stack, desk: Desk) -> Sample:
    """Milliseconds of one step of the engine while nothing is due."""
    engine = create_engine(stack.postgres.urls["sla_event"])
    ticker = Ticker(UnitOfWork(engine, SystemClock(), "urn:bench"), desk, Side.EVENT)
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        await ticker.step()
        took.append((time.perf_counter() - began) * 1000)
    await engine.dispose()
    return Sample.of(took[20:])


def seconds_to_ready(stack: Stack) -> float:
    """From the start of the process until it says that it is ready; it is stopped again."""
    began = time.monotonic()
    stack.resume(API)
    took = time.monotonic() - began
    stack.stop(API)
    return took


async def said_in_time(stack: Stack, count: int, a_second: int) -> dict[str, float]:
    """Warnings fall due one after the other, so many a second. Seconds from the first one's instant until all are said,
    and until all are on the broker; of a processor; and how late half and all but a hundredth were at most.
    """
    database = await asyncpg.connect(stack.postgres.urls["sla_event"], command_timeout=600)
    before, worked = buckets(stack), processor_seconds(stack)[API]
    first = SystemClock().now() + timedelta(seconds=12)
    await database.execute(_MAKE_DUE, count, first, timedelta(seconds=1) / a_second)
    assert SystemClock().now() < first, "the machine is too slow to make clocks due in time"
    end = first + timedelta(seconds=count / a_second)
    await asyncio.sleep((end - SystemClock().now()).total_seconds())
    drained = await _until_none(database, "select from clock where next_at <= $1", end) - first
    published = await _until_none(database, "select from outbox") - first
    await database.close()
    worked = processor_seconds(stack)[API] - worked
    late = {bound: count - before.get(bound, 0) for bound, count in buckets(stack).items()}
    seconds = {"drained": drained.total_seconds(), "published": published.total_seconds(), "worked": worked}
    return seconds | {f"p{percent}": at_most(late, percent) for percent in (50, 99)}


async def _until_none(database: Any, query: str, *bound: object) -> datetime:
    """When no such row was left."""
    while await database.fetchval(f"select exists ({query})", *bound):  # noqa: ASYNC110 - another process works
        await asyncio.sleep(0.01)
    return SystemClock().now()


async def bare_seconds(stack: Stack) -> float:
    """The baseline: as many rows claimed and moved on in batches of the same size, with nothing said of them."""
    database = await asyncpg.connect(stack.postgres.urls["sla_event"], command_timeout=600)
    await database.execute(_MAKE_DUE, AT_ONCE, datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=100))
    began = time.monotonic()
    while await database.fetchval(_BARE):
        pass
    took = time.monotonic() - began
    await database.close()
    return took


def buckets(stack: Stack) -> dict[float, float]:
    """The engine's own histogram of its lateness: how many were at most so many seconds late."""
    page = httpx.get(f"{stack.process_urls[API]}/metrics", timeout=30).text
    return {float(bound.replace("+Inf", "inf")): float(count) for bound, count in _BUCKET.findall(page)}


def at_most(late: Mapping[float, float], percent: float) -> float:
    """The bound of the bucket that holds the percentile."""
    whole = late[float("inf")]
    return min(bound for bound, count in late.items() if count >= whole * percent / 100)


def report_looks(looks: Mapping[int, Sample], loaded: Mapping[int, float]) -> None:
    base = looks[FEW].median
    show(
        f"a look of the engine while nothing is due, {LOOKS} looks",
        ("open clocks", "made in s", "ms minimum", "p50", "p99", "maximum", f"ratio to {FEW:,}"),
        [
            (f"{count:,}", f"{loaded[count]:.0f}", *sample.latencies(), f"{sample.median / base:.2f}")
            for count, sample in looks.items()
        ],
        ["it looks four times a second: the cost grows with what is due, not with what is open"],
    )


def report_restarts(restarts: Mapping[int, Sample]) -> None:
    base = restarts[0].median
    show(
        f"start of the api process until it is ready, {RUNS} runs",
        ("open clocks", "s minimum", "median", "maximum", "ratio to none"),
        [(f"{count:,}", *sample.spread(2), f"{sample.median / base:.2f}") for count, sample in restarts.items()],
        [against(restarts[MANY].median, 5, "s")],
    )


def report_bursts(bare: Sample, bursts: list[dict[str, float]]) -> None:
    of = {name: Sample.of(one[name] for one in bursts) for name in bursts[0]}
    show(
        f"{AT_ONCE:,} warnings due within one second of {MANY:,} open clocks, {RUNS} runs",
        ("seconds", "minimum", "median", "maximum"),
        [
            ("bare: rows claimed and moved on, nothing said", *bare.spread(2)),
            ("from the first one's instant until all are said and committed", *of["drained"].spread(2)),
            ("and until all are on the broker", *of["published"].spread(2)),
            ("processor time of the api process, publishing included", *of["worked"].spread(2)),
            ("late at the median, at most", *of["p50"].spread(3)),
            ("late at p99, at most", *of["p99"].spread(3)),
        ],
        [
            f"drained {against(of['drained'].median, 2, 's')}; p99 {against(of['p99'].median, 1, 's')}, hoped for 0.05",
            f"ratio of medians, drained to bare: {of['drained'].median / bare.median:.1f}",
        ],
    )


def report_even(runs: list[dict[str, float]]) -> None:
    of = {name: Sample.of(one[name] for one in runs) for name in runs[0]}
    busy = Sample.of(one["worked"] / one["drained"] * 100 for one in runs)
    show(
        f"{A_SECOND} warnings a second, {EVENLY} in a row, {RUNS} runs",
        ("", "minimum", "median", "maximum"),
        [
            ("late at the median, at most, s", *of["p50"].spread(3)),
            ("late at p99, at most, s", *of["p99"].spread(3)),
            ("processor of the api process, percent of a core", *busy.spread(1)),
        ],
        [f"p99 {against(of['p99'].median, 0.05, 's')}"],
    )


_FILL = """
    insert into clock (clock, subject, rule, edition, revision, state, verdict, site, start, start_from, due, born,
      warned, mark_percents, mark_instants, next_at, open, changed)
    select 'clk_' || left(encode(sha256(convert_to($3 || ' inc_' || md5(n::text), 'UTF8')), 'hex'), 32),
      'inc_' || md5(n::text), $3, $4, 1, 'running', 'running', 'north', $5::timestamptz,
      'received', $5::timestamptz + interval '1 year', $5, '{}', '{50}',
      array[$5::timestamptz + interval '182 days'], $5::timestamptz + interval '182 days', true, $5
    from generate_series($1::int + 1, $2::int) n
"""
_MAKE_DUE = """
    with chosen as (select clock, row_number() over () as n from (select clock from clock limit $1) c)
    update clock c set mark_instants = array[$2::timestamptz + chosen.n * $3::interval], warned = '{}',
      next_at = $2::timestamptz + chosen.n * $3::interval from chosen where c.clock = chosen.clock
"""
_BARE = """
    with due as (select clock from clock where next_at <= '2001-01-01' order by next_at limit 500
      for no key update skip locked),
    moved as (update clock c set next_at = c.due, warned = '{50}' from due d where c.clock = d.clock returning 1)
    select count(*) from moved
"""
