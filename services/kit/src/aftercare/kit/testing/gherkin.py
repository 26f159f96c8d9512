"""Reads just enough Gherkin to run the CloudEvents conformance features: scenarios, outlines, doc strings, tables."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Step:
    """One line that begins with a keyword, and what hangs below it."""

    text: str
    doc: str | None = None
    table: list[list[str]] = field(default_factory=list)


@dataclass
class Scenario:
    name: str
    steps: list[Step] = field(default_factory=list)
    examples: list[dict[str, str]] = field(default_factory=list)

    def expanded(self) -> Iterator["Scenario"]:
        """Itself, or one scenario per row of its examples."""
        for row in self.examples or [{}]:
            yield Scenario(_fill(self.name, row), [_filled(step, row) for step in self.steps])


def scenarios(feature: str) -> list[Scenario]:
    """All scenarios of a feature file, outlines expanded, background steps left out."""
    found: list[Scenario] = []
    lines = iter(feature.splitlines())
    in_examples = False
    header: list[str] = []
    for line in lines:
        stripped = line.strip()
        if stripped.startswith(("Scenario:", "Scenario Outline:")):
            found.append(Scenario(stripped.split(":", 1)[1].strip()))
            in_examples, header = False, []
        elif stripped.startswith("Examples:"):
            in_examples = True
        elif not found:
            continue
        elif stripped.startswith("|"):
            cells = [cell.strip() for cell in stripped.strip("|").split("|")]
            if not in_examples:
                found[-1].steps[-1].table.append(cells)
            elif header:
                found[-1].examples.append(dict(zip(header, cells, strict=True)))
            else:
                header = cells
        elif stripped == '"""':
            found[-1].steps[-1].doc = _doc_string(lines)
        elif stripped:
            found[-1].steps.append(Step(re.sub(r"^(Given|When|Then|And)\s+", "", stripped)))
    return [one for outline in found for one in outline.expanded()]


def _doc_string(lines: Iterator[str]) -> str:
    collected = []
    for line in lines:
        if line.strip() == '"""':
            break
        collected.append(line)
    return textwrap.dedent("\n".join(collected))


def _fill(text: str, row: dict[str, str]) -> str:
    for name, value in row.items():
        text = text.replace(f"<{name}>", value)
    return text


def _filled(step: Step, row: dict[str, str]) -> Step:
    return Step(
        _fill(step.text, row),
        None if step.doc is None else _fill(step.doc, row),
        [[_fill(cell, row) for cell in cells] for cells in step.table],
    )
