"""Waiting for a condition instead of for a time."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any


async def eventually(condition: Callable[[], Any], within: float = 20.0) -> None:
    """Return as soon as `condition()` (plain or async) is true. Raises `TimeoutError` after `within` seconds."""
    async with asyncio.timeout(within):
        while not await _value(condition):  # noqa: ASYNC110 # the condition belongs to code that signals nothing
            await asyncio.sleep(0.001)


async def _value(condition: Callable[[], Any]) -> Any:
    value = condition()
    return await value if inspect.isawaitable(value) else value
