"""Hostile bodies end with a clear reason, in bounded time and memory, and the next record is mapped."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.outcome import Reason
from aftercare.intake.service_layer.dry_run import dry_run

from .bodies import CASES, LIMIT

MOST_SECONDS = 3.0
"""Of the processor, for a body as large as it may be. A quiet machine needs less than one."""
MOST_MIB = 72
"""Beside the body itself, which may have one MiB here."""
pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
HOSTILE = Path(__file__).parent
SMALL = [
    name for name in CASES if not any(word in name for word in ("bomb", "100 MiB", "noise", "nothing but", "too many"))
]


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """What each body cost, measured in a process per body."""
    run = subprocess.run(
        [sys.executable, str(HOSTILE / "measure.py")], capture_output=True, text=True, check=True, timeout=280
    )
    return {line["name"]: line for line in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("name", list(CASES))
def test_a_hostile_body_ends_with_its_reason_within_bounds(name: str, measured: dict[str, Any]) -> None:
    assert name in measured, "the process that read it died"
    line = measured[name]
    assert set(line["reasons"]) <= set(CASES[name].reasons)
    assert line["reasons"]
    assert line["seconds"] < MOST_SECONDS
    assert line["mib"] < MOST_MIB


def test_after_all_of_them_the_next_record_is_mapped() -> None:
    door, now = Door(limit=LIMIT), datetime(2026, 3, 2, tzinfo=UTC)
    for name in SMALL:
        assert list(dry_run(door, Delivery(CASES[name].make(), CASES[name].headers), now))
    [good] = dry_run(door, Delivery(b'{"resourceType": "AdverseEvent", "id": "1"}'), now)
    assert good.taken.reason is Reason.MAPPED


def test_a_tombstone_is_told_as_one() -> None:
    [found] = dry_run(Door(), Delivery(None), datetime(2026, 3, 2, tzinfo=UTC))
    assert (found.taken.format, found.taken.reason) == ("tombstone", Reason.EMPTY)
