"""From the record on the source topic to the mail server: what a person waits for, with everything on one machine."""

import asyncio
from collections.abc import Iterator
from itertools import islice

import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.people import Person
from aftercare_local.world.world import World
from benchmarks.bare import DOMAIN, bare_mails
from benchmarks.figures import Sample, against, show
from benchmarks.journey import STAGES, Journey, journeys, mails
from benchmarks.processes import processor_seconds
from benchmarks.steady import file_incidents, wait_for_mails

pytestmark = [pytest.mark.real, pytest.mark.bench, pytest.mark.timeout(900)]

WARM_UP = 200
PACES = ((5.0, 150), (50.0, 1_250))
"""Incidents a second, and how many."""
GOAL_P50, GOAL_P99 = 50.0, 250.0


@pytest.fixture(scope="module")
def fresh_people(stack: Stack, world: World) -> Iterator[Person]:
    """People whom no incident has named yet, on a stack on which everything has run before."""
    people = iter(world.given_many_staff(WARM_UP + sum(incidents for _, incidents in PACES)))
    asyncio.run(file_incidents(world, list(islice(people, WARM_UP)), 20.0))
    wait_for_mails(world, WARM_UP)
    asyncio.run(bare_mails(stack, WARM_UP, 20.0))
    return people


@pytest.mark.parametrize(("per_second", "incidents"), PACES)
def test_an_incident_becomes_a_mail(
    stack: Stack, world: World, fresh_people: Iterator[Person], per_second: float, incidents: int
) -> None:
    """At a steady rate, one person each, no merge window. The goal is for 50 a second on two cores."""
    sent = world.databases.value("outreach", "select count(*) from message where status = 'sent'")
    people = list(islice(fresh_people, incidents))
    bare = of_bare_mails(stack, asyncio.run(bare_mails(stack, incidents, per_second)))
    before = processor_seconds(stack)
    produced = asyncio.run(file_incidents(world, people, per_second))
    wait_for_mails(world, sent + incidents)
    after = processor_seconds(stack)
    found = journeys(stack, world.databases, produced)
    assert len(found) == incidents
    report(found, bare, rate_of(produced))
    report_processor({name: (after[name] - before[name]) / incidents * 1000 for name in after}, per_second)


def report(found: list[Journey], bare: Sample, rate: float) -> None:
    whole = Sample.of(journey.milliseconds for journey in found)
    stages = [(name, *Sample.of(one.stage(begin, end) for one in found).latencies()) for name, begin, end in STAGES]
    show(
        f"incident on the topic -> SMTP server has the mail, at {rate:.0f} a second",
        ("milliseconds", "minimum", "p50", "p99", "maximum"),
        [
            ("bare: produce, consume, one commit, one mail", *bare.latencies()),
            ("Aftercare: four services, three hops", *whole.latencies()),
            *((f"  {name}", *figures) for name, *figures in stages),
            (
                "ratio of Aftercare to bare",
                "",
                f"{whole.median / bare.median:.1f}",
                f"{whole.percentile(99) / bare.percentile(99):.1f}",
                "",
            ),
        ],
        [
            f"{len(found)} incidents and {len(bare.values)} bare mails, at {rate:.0f} a second",
            f"p50 {against(whole.percentile(50), GOAL_P50, 'ms')}; p99 {against(whole.percentile(99), GOAL_P99, 'ms')}",
        ],
    )


def report_processor(used: dict[str, float], per_second: float) -> None:
    whole = sum(used.values())
    rows = [(name, f"{one:.1f}", f"{one / whole:.0%}") for name, one in sorted(used.items(), key=lambda item: -item[1])]
    show(
        "processor time of one incident, from source record to mail and what follows",
        ("process", "milliseconds of one core", "share"),
        [*rows, ("together", f"{whole:.1f}", "100%")],
        [f"{per_second:.0f} incidents a second take {whole * per_second / 1000:.2f} cores"],
    )


def of_bare_mails(stack: Stack, produced: dict[str, float]) -> Sample:
    arrived = {to: at for to, at in mails(stack).values() if to.endswith(f"@{DOMAIN}")}
    return Sample.of((arrived[address] - at) * 1000 for address, at in produced.items())


def rate_of(produced: dict[str, float]) -> float:
    instants = sorted(produced.values())
    return (len(instants) - 1) / (instants[-1] - instants[0])
