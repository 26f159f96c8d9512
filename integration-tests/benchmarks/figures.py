"""Figures that can be compared: each stands beside a baseline of the same run, and says how many it is made of."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RUNS = 5
"""How often a run is repeated where one run gives one figure."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Measured values in order of size."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> "Sample":
        return cls(tuple(sorted(values)))

    def percentile(self, percent: float) -> float:
        """The smallest value with at least so many percent at or below it."""
        return self.values[max(0, -(-len(self.values) * percent // 100).__int__() - 1)]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def spread(self, digits: int = 0) -> list[str]:
        """Minimum, median, maximum."""
        return [f"{one:,.{digits}f}" for one in (self.values[0], self.median, self.values[-1])]

    def latencies(self) -> list[str]:
        """Minimum, median, 99th percentile, maximum."""
        chosen = (self.values[0], self.percentile(50), self.percentile(99), self.values[-1])
        return [f"{one:,.1f}" for one in chosen]


def machine() -> str:
    """What the figures were measured on, and how busy it was with other things."""
    busy, _, _ = os.getloadavg()
    name = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores ({name}), Python {platform.python_version()}, load {busy:.1f} at the start"


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], notes: Sequence[str] = ()) -> None:
    """Print one table, with what is to be known about it below."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = Console(width=None if Console().is_terminal else 130)
    console.print()
    console.print(table)
    for note in notes:
        console.print(f"  {note}", style="dim")


def against(value: float, goal: float, unit: str, *, at_least: bool = False) -> str:
    """Whether a goal is reached, in words."""
    reached = value >= goal if at_least else value <= goal
    return f"goal {'>=' if at_least else '<='} {goal:,g} {unit}: {'reached' if reached else 'NOT reached'}"
