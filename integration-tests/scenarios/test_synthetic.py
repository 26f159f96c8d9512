"""The synthetic incident: it goes the whole way, is measured at each hop, and touches nobody and no statistic."""

import re

import httpx
import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.world import World

from aftercare.intake.service_layer.probe import synthetic_incident

pytestmark = pytest.mark.real

HOPS = {"support-stream": 1, "sla-event-stream": 1, "sla-support-stream": 2}
"""Consumers on the way, by process: the support side's clocks hear of the incident and of what support made of it."""


def counted(stack: Stack, process: str, metric: str) -> int:
    """The sum of a counter over all its labels, as the process says."""
    page = httpx.get(f"{stack.process_urls[process]}/metrics", timeout=10).raise_for_status().text
    return sum(int(float(value)) for value in re.findall(rf"^{metric}(?:{{[^}}]*}})? (\S+)$", page, re.MULTILINE))


def heard(stack: Stack) -> dict[str, int]:
    return {hop: counted(stack, hop, "aftercare_synthetic_duration_seconds_count") for hop in HOPS}


def clocks(stack: Stack) -> int:
    processes = [name for name in stack.process_urls if name.startswith("sla-")]
    return sum(counted(stack, name, "aftercare_sla_clocks_started_total") for name in processes)


def waiting(world: World) -> dict[str, int]:
    """How much there is for somebody to do. Gauges are measured too seldom to show what has just come."""
    tables = [
        *(("support", table) for table in ("support_case", "task", "contact_request", "assignment")),
        ("directory", "identity_task"),
        ("intake", "involvement_task"),
        *((side, "clock") for side in ("sla_event", "sla_support")),
    ]
    count = world.databases.value
    return {f"{service} {table}": count(service, f"select count(*) from {table}") for service, table in tables}


def test_a_synthetic_incident_reaches_every_hop_and_starts_no_clock_no_offer_and_no_task(
    world: World, stack: Stack
) -> None:
    heard_before, clocks_before, waiting_before = heard(stack), clocks(stack), waiting(world)
    probe = synthetic_incident(world.clock.now())
    token = stack.issuer.user_token("incident-system", "intake", ["intake-writer"])
    answer = httpx.post(
        f"{stack.url('intake')}/events",
        content=probe.body,
        headers={"Authorization": f"Bearer {token}", **probe.headers},
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    world.settling.settle()
    world.fast_forward(hours=30)
    assert {hop: count - heard_before[hop] for hop, count in heard(stack).items()} == HOPS
    assert clocks(stack) == clocks_before
    assert waiting(world) == waiting_before
    books = world.databases.rows("support", "select settlement, reason, unresolved from obligation")
    assert books == [{"settlement": "no-offer-made", "reason": "synthetic", "unresolved": None}]
    world.expect_no_mail()
