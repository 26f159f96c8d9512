"""Processes are killed and parts go away under load: exact counts, nothing lost, nothing doubled."""

import random
from collections.abc import Callable

import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.world import World
from chaos.books import assert_balanced, count_up
from chaos.load import Load
from chaos.mischief import MAILS_IN_FLIGHT, OUTAGES, PROCESSES, any_process, kill_process

_QUIET_SECONDS = 180


def _hurt_under_load(world: World, load: Load, mischief: list[Callable[[Stack], None]], *, incidents: int) -> None:
    """Send, hurt, send, hurt …: every blow falls while messages are on their way."""
    for blow in mischief:
        load.send(incidents)
        blow(world.stack)
    load.send(incidents)
    world.settling.wait_for_retries(within=_QUIET_SECONDS)


def _killer_of(process: str) -> Callable[[Stack], None]:
    return lambda stack: kill_process(stack, process)


@pytest.mark.real
@pytest.mark.timeout(420)
def test_killing_processes_and_parts_under_load_loses_and_doubles_nothing(hurt_world: World) -> None:
    """The short form: every process dies once, broker, database, mail server and directory go away once, at random."""
    dice = random.Random()
    seed = dice.randrange(10**6)
    dice.seed(seed)
    print(f"seed {seed}")
    load = Load(hurt_world, hurt_world.given_many_staff(120), seed)
    mischief = [*map(_killer_of, PROCESSES), *OUTAGES.values()]
    dice.shuffle(mischief)
    _hurt_under_load(hurt_world, load, mischief, incidents=15)
    assert_balanced(count_up(hurt_world), load, kills_in_flight=MAILS_IN_FLIGHT * len(mischief))


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("outage", OUTAGES)
def test_long_outage_among_kills_loses_and_doubles_nothing(hurt_world: World, outage: str) -> None:
    """The long form: forty blows at random, one kind of outage among them again and again."""
    seed = random.SystemRandom().randrange(10**6)
    dice = random.Random(seed)
    print(f"seed {seed}")
    load = Load(hurt_world, hurt_world.given_many_staff(400), seed)
    mischief = [_killer_of(any_process(dice)) for _ in range(32)] + [OUTAGES[outage]] * 8
    dice.shuffle(mischief)
    _hurt_under_load(hurt_world, load, mischief, incidents=40)
    assert_balanced(count_up(hurt_world), load, kills_in_flight=MAILS_IN_FLIGHT * len(mischief))
