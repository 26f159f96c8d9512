"""What each process costs a small hospital that has two incidents a week: memory, and processor while idle."""

import asyncio

import pytest
from aftercare_local.environment import SERVICES
from aftercare_local.stack import Stack
from aftercare_local.world.world import World
from benchmarks.figures import RUNS, Sample, against, show
from benchmarks.processes import PARTS, Memory, idle_percent, memory_of
from benchmarks.steady import file_incidents, wait_for_mails

pytestmark = [pytest.mark.real, pytest.mark.bench, pytest.mark.timeout(900)]

INCIDENTS = 500
IDLE_SECONDS = 20.0
GOAL_MB, GOAL_PERCENT = 120, 1


def test_memory_and_idle_load_of_each_process(stack: Stack, world: World) -> None:
    """After the start, and after 500 incidents in ten seconds; then quiet, on the system's clock."""
    fresh = memory_of(stack)
    people = world.given_many_staff(INCIDENTS)
    asyncio.run(file_incidents(world, people, 50.0))
    wait_for_mails(world, INCIDENTS)
    world.settling.settle()
    used = memory_of(stack)
    idle_percent(stack, IDLE_SECONDS)
    windows = [idle_percent(stack, IDLE_SECONDS) for _ in range(RUNS)]
    idle = {name: Sample.of(window[name] for window in windows) for name in windows[0]}
    assert set(used) == set(fresh)
    assert len(used) == 2 * len(SERVICES)
    report_memory(fresh, used)
    report_idle(idle)


def report_memory(fresh: dict[str, Memory], used: dict[str, Memory]) -> None:
    least = min(fresh.values(), key=lambda one: one.own)
    rows = [
        (
            name,
            f"{fresh[name].resident:.0f}",
            f"{fresh[name].own:.0f}",
            f"{used[name].resident:.0f}",
            f"{used[name].own:.0f}",
            f"{used[name].own / least.own:.2f}",
        )
        for name in used
    ]
    most = max(one.resident for one in used.values())
    show(
        f"memory in MB, after the start and after {INCIDENTS} incidents",
        ("process", "RSS", "USS", "RSS used", "USS used", "USS used / smallest fresh"),
        rows,
        [f"largest RSS after load {most:.0f} MB, {against(most, GOAL_MB, 'MB')}"],
    )


def report_idle(idle: dict[str, Sample]) -> None:
    ours = {name: sample for name, sample in idle.items() if name not in PARTS}
    most = max(sample.median for sample in ours.values())
    kafka = idle["kafka"].median
    show(
        f"idle: percent of one core over {IDLE_SECONDS:.0f} s, {len(next(iter(idle.values())).values)} times",
        ("process", "minimum", "median", "maximum", "ratio to the idle broker"),
        [(name, *sample.spread(2), f"{sample.median / kafka:.2f}") for name, sample in idle.items()],
        [f"highest median of ours {most:.2f} %, {against(most, GOAL_PERCENT, '%')}"],
    )
