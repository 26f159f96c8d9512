"""Whatever comes, each record ends with an outcome and a reason, nothing crashes, and no name comes out.

`make test` tries the same 2,000 bodies each time; `make fuzz` tries 100,000 new ones.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.intake.domain.examine import Delivery
from aftercare.intake.domain.outcome import Ending, Reason
from aftercare.intake.service_layer.dry_run import DryResult, dry_run

from .corpus import door, seeds
from .mutator import Mutator
from .values import CANARY

RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)
BODIES_AT_ONCE = 20
SLOWEST_SECONDS = 20.0
"""For one body, on a busy machine: what is quadratic takes minutes."""
DOOR = door()
MUTATOR = Mutator.of(seeds())
OURS = frozenset(Reason) - {Reason.MAPPING_FAILED}


def told(result: DryResult) -> str:
    """All that leaves of one record: messages, answers, what is printed of it."""
    taken = result.taken
    said = [result.event, result.also, taken.explanation, taken.doubts, taken.format, taken.source, repr(taken)]
    return json.dumps(said, ensure_ascii=False, default=str)


def faults(delivery: Delivery, endings: Counter[str]) -> Iterator[str]:
    """What is wrong with how a body ended. Raises what must not be raised."""
    began = time.perf_counter()
    results = list(dry_run(DOOR, delivery, RECEIVED))
    if time.perf_counter() - began > SLOWEST_SECONDS:
        yield "slow"
    if not results:
        yield "silent"
    for result in results:
        taken = result.taken
        endings[f"{taken.outcome}"] += 1
        if taken.outcome not in Ending or taken.reason not in OURS:
            yield f"ended by a fault of ours: {taken.reason} {taken.detail}"
        if taken.outcome is not Ending.MAPPED and not (taken.detail and taken.advice):
            yield f"no detail or advice for {taken.reason}"
        if CANARY.casefold() in told(result).casefold():
            yield f"leaked as {taken.format}"


class Heard(logging.Handler):
    """All that is logged, with what it was made of."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.leaked: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if CANARY.casefold() in f"{record.getMessage()} {record.args!r}".casefold():
            self.leaked.append(record.name)


@pytest.fixture(scope="module")
def heard() -> Iterator[Heard]:
    handler = Heard()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


ENDINGS: Counter[str] = Counter()


@given(seed=st.integers(0, 2**63))
@settings(deadline=None)
def test_no_mutated_record_crashes_is_lost_or_leaks(heard: Heard, seed: int) -> None:
    chance = Random(seed)
    for number in range(BODIES_AT_ONCE):
        delivery = MUTATOR.delivery(chance)
        found = list(faults(delivery, ENDINGS))
        assert not found, f"body {number} of seed {seed}: {found}"
        assert not heard.leaked


def test_event_numbers_far_apart_cost_no_memory() -> None:
    """Found here: the numbers between two events were once counted one by one."""
    events = [{"eventNumber": number, "focus": {"reference": "AdverseEvent/1"}} for number in (1, 2**70)]
    status = {"resourceType": "SubscriptionStatus", "type": "event-notification", "notificationEvent": events}
    bundle = {"resourceType": "Bundle", "type": "subscription-notification", "entry": [{"resource": status}]}
    assert not list(faults(Delivery(json.dumps(bundle).encode()), Counter()))


def test_the_mutated_records_reach_every_ending_and_every_format() -> None:
    """Otherwise the fuzz would only try how broken bytes are refused.

    One body among two hundred is the tutorial's, too seldom for a few draws: some begin with that one.
    """
    formats: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    chance = Random(1)
    tutorial = replace(MUTATOR, seeds=tuple(seed for seed in MUTATOR.seeds if seed.name == "report.json"))
    for mutator in (*[MUTATOR] * 800, *[tutorial] * 150):
        for result in dry_run(DOOR, mutator.delivery(chance), RECEIVED):
            endings[result.taken.outcome.value] += 1
            formats[result.taken.format] += 1
    assert min(endings[one.value] for one in Ending) > 50, endings
    assert len(formats) >= 12, formats
    assert formats["mapping:wardlog@1"], formats
