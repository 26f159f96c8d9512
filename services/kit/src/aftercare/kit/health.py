"""Whether a process lives, and whether it can do its work.

*Alive* asks only about the process itself: a database that is down must not get pods killed. *Ready* gives
reasons in fixed words. What goes wrong beside the main task is a note: shown, but it keeps nobody away.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aftercare.kit.messaging.standing import Standing

Trouble = str | None
"""A reason in fixed words and type names, or `None` when there is none."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` answers."""

    reasons: Mapping[str, str]
    notes: Mapping[str, str]

    @property
    def ready(self) -> bool:
        return not self.reasons


@dataclass(slots=True)
class Health:
    """The checks of one process, by name. Each is asked when somebody asks, so it must be quick."""

    service: str
    role: str
    standing: Standing = field(default_factory=Standing)
    """Where the parts of the process report trouble by themselves."""
    advisory: frozenset[str] = frozenset()
    """Reporters whose trouble is a note here: `api` goes on while the relay waits for the broker."""
    vitals: dict[str, Callable[[], Trouble]] = field(default_factory=dict)
    """Progress of each main task: trouble here means that only a restart helps."""
    needs: dict[str, Callable[[], Awaitable[Trouble]]] = field(default_factory=dict)
    """What the main task can't do without."""
    notes: dict[str, Callable[[], Trouble]] = field(default_factory=dict)

    def liveness(self) -> dict[str, str]:
        """Reasons for not being alive; empty when all is well."""
        return {name: trouble for name, check in self.vitals.items() if (trouble := check()) is not None}

    async def readiness(self) -> Readiness:
        """Reasons for not being ready, and notes."""
        standing = self.standing.reasons
        reasons = {who: why for who, why in standing.items() if who not in self.advisory}
        for name, ask in self.needs.items():
            trouble = await ask()
            if trouble is not None:
                reasons[name] = trouble
        notes = {who: why for who, why in standing.items() if who in self.advisory}
        notes |= {name: trouble for name, check in self.notes.items() if (trouble := check()) is not None}
        return Readiness(reasons, notes)
