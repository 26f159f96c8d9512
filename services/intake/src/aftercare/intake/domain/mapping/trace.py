"""What the expressions of a mapping gave, for an engineer's own terminal. It holds what records hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from aftercare.intake.domain.mapping.groups import ROWS
from aftercare.intake.domain.mapping.paths import Paths
from aftercare.intake.domain.mapping.plan import SourceMapping
from aftercare.intake.domain.outcome import Examined


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What one field's expression gave, and what became of it."""

    name: str
    words: str
    gave: Any = field(repr=False)
    became: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A column that an expression names and the file doesn't have."""

    name: str
    mapping: str
    wanted_by: str
    """The first field that wanted it."""
    nearest: str | None = field(repr=False)
    """The column of the file that is written most like it."""


@dataclass(slots=True)
class Trace:
    """Filled while bodies are examined."""

    with_lines: bool = True
    """Whether every field is told, or only what is missing in a whole file."""
    columns: dict[str, MissingColumn] = field(default_factory=dict, repr=False)
    paths: dict[str, Paths] = field(default_factory=dict, repr=False)
    """Names that mappings look for, by the mapping."""
    looks: list[TraceLine] = field(default_factory=list, repr=False)
    """Conditions by which mappings recognised a body, or did not."""
    told: list[tuple[Examined, Sequence[TraceLine]]] = field(default_factory=list, repr=False)

    def miss(self, mapping: SourceMapping, column: str, path: str, names: Sequence[str]) -> None:
        """A column is not there; `names` are those that are. One that the mapping reads elsewhere isn't meant."""
        if column not in self.columns:
            read = {one.path.removeprefix(f"{ROWS}.") for one in self.paths_of(mapping).wanted.values()}
            folded = {name.casefold(): name for name in reversed(names) if name not in read}
            close = get_close_matches(column.casefold(), folded, 1, 0.6)
            nearest = folded[close[0]] if close else None
            self.columns[column] = MissingColumn(column, mapping.name, path, nearest)

    def paths_of(self, mapping: SourceMapping) -> Paths:
        if mapping.name not in self.paths:
            self.paths[mapping.name] = Paths.of(mapping)
        return self.paths[mapping.name]

    def follow(self, before: Examined, after: Examined) -> None:
        """An ending of which more is known now."""
        for at in range(len(self.told) - 1, -1, -1):
            if self.told[at][0] is before:
                self.told[at] = (after, self.told[at][1])
                return

    def of(self, ending: Examined) -> Sequence[TraceLine]:
        return next((lines for one, lines in self.told if one is ending), ())
