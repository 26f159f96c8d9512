"""From the record on the source topic to the mail server: what a person waits for, with everything on one machine."""

import asyncio

import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.world import World
from benchmarks.bare import DOMAIN, bare_mails
from benchmarks.figures import Sample, against, show
from benchmarks.journey import STAGES, Journey, journeys, mails
from benchmarks.processes import processor_seconds
from benchmarks.steady import file_incidents, wait_for_mails

pytestmark = [pytest.mark.real, pytest.mark.bench, pytest.mark.timeout(900)]

PER_SECOND = 50.0
WARM_UP = 200
MEASURED = 1_250


def test_an_incident_becomes_a_mail_while_fifty_a_second_come_in(stack: Stack, world: World) -> None:
    """25 seconds at 50 incidents a second, one person each, no merge window."""
    people = world.given_many_staff(WARM_UP + MEASURED)
    asyncio.run(file_incidents(world, people[:WARM_UP], PER_SECOND))
    wait_for_mails(world, WARM_UP)
    asyncio.run(bare_mails(stack, WARM_UP, PER_SECOND))
    bare = of_bare_mails(stack, asyncio.run(bare_mails(stack, MEASURED, PER_SECOND)))
    before = processor_seconds(stack)
    produced = asyncio.run(file_incidents(world, people[WARM_UP:], PER_SECOND))
    wait_for_mails(world, len(people))
    after = processor_seconds(stack)
    found = journeys(stack, world.databases, produced)
    assert len(found) == MEASURED
    report(found, bare, rate_of(produced))
    report_processor({name: (after[name] - before[name]) / MEASURED * 1000 for name in after})


def report(found: list[Journey], bare: Sample, rate: float) -> None:
    whole = Sample.of(journey.milliseconds for journey in found)
    stages = [(name, *Sample.of(one.stage(begin, end) for one in found).latencies()) for name, begin, end in STAGES]
    show(
        "incident on the topic -> SMTP server has the mail",
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
            f"{len(found)} incidents at {rate:.0f} a second; {len(bare.values)} bare mails at {PER_SECOND:.0f}",
            f"p50 {against(whole.percentile(50), 50, 'ms')}; p99 {against(whole.percentile(99), 250, 'ms')}",
        ],
    )


def report_processor(used: dict[str, float]) -> None:
    whole = sum(used.values())
    rows = [(name, f"{one:.1f}", f"{one / whole:.0%}") for name, one in sorted(used.items(), key=lambda item: -item[1])]
    show(
        "processor time of one incident, from source record to mail and what follows",
        ("process", "milliseconds of one core", "share"),
        [*rows, ("together", f"{whole:.1f}", "100%")],
        [f"the {PER_SECOND:.0f} incidents of one second take {whole * PER_SECOND / 1000:.2f} cores"],
    )


def of_bare_mails(stack: Stack, produced: dict[str, float]) -> Sample:
    arrived = {to: at for to, at in mails(stack).values() if to.endswith(f"@{DOMAIN}")}
    return Sample.of((arrived[address] - at) * 1000 for address, at in produced.items())


def rate_of(produced: dict[str, float]) -> float:
    instants = sorted(produced.values())
    return (len(instants) - 1) / (instants[-1] - instants[0])
