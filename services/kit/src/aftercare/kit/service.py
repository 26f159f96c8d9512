"""What a service hands to the kit, and what the kit hands to a service.

The kit builds a `Runtime` from the settings; the service's `bootstrap(runtime)` returns a `Service`;
`api` and `stream` run what it says. Nothing is built at import.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftercare.kit.clock import Clock
from aftercare.kit.messaging.consumer import Consumer
from aftercare.kit.store.transaction import Payload, Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose instant has come. It is deleted in the transaction that handles it."""

    owner: str
    kind: str
    due_at: datetime
    payload: Payload


TimerHandler = Callable[[Transaction, Sequence[DueTimer]], Awaitable[None]]
"""Handles due timers of one kind, in order of their instants. Must decide by the state it finds, not by the timer."""


@dataclass(frozen=True, slots=True)
class Background:
    """Work that a process does all the time beside its main task, kept alive and watched by the kit.

    `step` does what is there to do and says when it wants to be called again at the latest (seconds);
    `wake` on the runtime calls it earlier. An exception is logged by type, backed off, counted, and shown in `/readyz`.
    """

    name: str
    step: Callable[[], Awaitable[float]]
    in_api: bool = True
    in_stream: bool = False


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every service needs from outside, already built."""

    name: str
    clock: Clock
    unit_of_work: UnitOfWork
    wake: Callable[[str], None]
    """Wakes a background step of this process by name, without waiting for it."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service, wired: who handles what, on one screen (H5)."""

    name: str
    application: Any
    """The service's own wired object (use cases, ports), which `entrypoints/api.py` serves."""
    consumers: tuple[Consumer[Any], ...] = ()
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    background: tuple[Background, ...] = ()
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    """Called when the process ends: clients and engines that the service has opened itself."""
