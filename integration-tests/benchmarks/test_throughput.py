"""How many incidents one `support` worker settles for good in a second, and what durability costs it."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.people import Person
from aftercare_local.world.world import World
from benchmarks.figures import RUNS, Sample, against, show
from benchmarks.incidents import preload, reported
from benchmarks.processes import processor_seconds

pytestmark = [pytest.mark.real, pytest.mark.bench, pytest.mark.timeout(2400)]

INCIDENTS = 20_000
BARE = Path(__file__).with_name("without_durability.py")


def test_one_support_worker_drains_twenty_thousand_incidents(stack: Stack, world: World) -> None:
    """Each names one known person, who gets a case and an offer: obligation, case, request, audit, four events."""
    people = world.given_many_staff(INCIDENTS)
    world.settling.settle(within=300)
    for other in ("outreach-api", "outreach-stream", "directory-api", "directory-stream", "support-api"):
        stack.stop(other)
    durable, busy, published, bare = [], [], [], []
    for run in range(RUNS):
        stack.stop("support-stream")
        empty_books(world)
        asyncio.run(preload(stack, reported(stack, people, world.clock.now())))
        bare.append(INCIDENTS / without_durability(stack, run, INCIDENTS * (run + 1)))
        committed, out, used = drain(stack, world, people)
        durable.append(INCIDENTS / committed)
        published.append(INCIDENTS / out)
        busy.append(used / INCIDENTS * 1e6)
    report(Sample.of(durable), Sample.of(published), Sample.of(bare), Sample.of(busy))


def report(durable: Sample, published: Sample, bare: Sample, busy: Sample) -> None:
    show(
        f"one support worker, {INCIDENTS:,} incidents waiting, {RUNS} runs",
        ("incidents a second", "minimum", "median", "maximum"),
        [
            ("without durability: the same loop and decoding, nothing kept", *bare.spread()),
            ("durable: settled and committed", *durable.spread()),
            ("durable: and all that follows is on the broker", *published.spread()),
            ("ratio of medians, committed to not durable", "", f"{durable.median / bare.median:.2f}", ""),
            ("processor time of the worker, microseconds an incident", *busy.spread()),
        ],
        [
            against(durable.median, 2000, "a second", at_least=True),
            against(durable.median / bare.median, 0.5, "of not durable", at_least=True),
        ],
    )


def drain(stack: Stack, world: World, people: list[Person]) -> tuple[float, float, float]:
    """Start the worker and wait. Seconds until all is committed, until all is published, and of the processor."""
    stack.resume("support-stream")
    end = time.monotonic() + 300
    committed = published = 0.0
    while not published:
        assert time.monotonic() < end, "the worker did not settle all incidents in 300 s"
        now = world.clock.now().timestamp()
        handled = world.databases.rows("support", _HANDLED)[0]
        if not committed and handled["count"] >= len(people):
            committed = now - handled["began"].timestamp()
        elif committed and not world.databases.value("support", "select count(*) from outbox"):
            published = now - handled["began"].timestamp()
        time.sleep(0.1)
    settled = world.databases.value("support", "select count(*) from obligation where settlement = 'offer-made'")
    assert settled == len(people)
    return committed, published, processor_seconds(stack)["support-stream"]


def without_durability(stack: Stack, run: int, count: int) -> float:
    """Seconds for as many as one run brings, scaled from all that are on the topic by now."""
    access = stack.kafka.access
    names = ("bootstrap", "username", "password")
    reach = {name: getattr(access, name) for name in names}
    reach |= {"security_protocol": access.protocol, "sasl_mechanism": access.mechanism}
    given = {"kafka": reach, "group": f"bench.without-durability-{run}", "count": count}
    done = subprocess.run(
        [sys.executable, str(BARE), json.dumps(given)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout) * INCIDENTS / count


def empty_books(world: World) -> None:
    """Nobody has a case, nothing is owed; the roster stays."""
    tables = "obligation, identity.named, support_case, contact_request, audit, incident, timer, outbox, inbox"
    world.databases.execute("support", f"truncate {tables}")


_HANDLED = "select count(*), min(received_at) as began from inbox where consumer = 'incidents'"
