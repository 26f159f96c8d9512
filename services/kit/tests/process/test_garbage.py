"""What a process loads at its start is looked through once, and never again."""

import gc

import pytest

from aftercare.kit.process import garbage
from aftercare.kit.process.garbage import rarely_collected
from aftercare.kit.testing.waiting import eventually


async def test_a_process_that_has_settled_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "SETTLED_AFTER_SECONDS", (0.0,))
    before = gc.get_threshold()
    async with rarely_collected():
        await eventually(lambda: gc.get_freeze_count() > 10_000)
        assert gc.get_threshold()[0] > before[0]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
