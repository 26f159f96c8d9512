"""What the expressions of a mapping gave, for an engineer's own terminal. It holds what records hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.outcome import Examined


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What one field's expression gave, and what became of it."""

    name: str
    words: str
    gave: Any = field(repr=False)
    became: Any = field(repr=False)


@dataclass(slots=True)
class Trace:
    """Filled while bodies are examined."""

    looks: list[TraceLine] = field(default_factory=list, repr=False)
    """Conditions by which mappings recognised a body, or did not."""
    told: list[tuple[Examined, Sequence[TraceLine]]] = field(default_factory=list, repr=False)

    def of(self, ending: Examined) -> Sequence[TraceLine]:
        return next((lines for one, lines in self.told if one is ending), ())
