"""`check --trace`: on an engineer's terminal, what each expression of a mapping gave, and why a record is parked."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aftercare.intake.domain.mapping.trace import Trace, TraceLine
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.entrypoints.check import Checking
from aftercare.intake.service_layer.dry_run import dry_run

_WIDE = 60


def trace_page(checked: Checking, paths: Iterable[Path]) -> Iterator[str]:
    """The lines of the page."""
    for name, delivery in checked.deliveries(paths):
        if isinstance(delivery, str):
            checked.faults.append(delivery)
            yield f"{name}: {delivery}"
            continue
        trace = Trace(columns=checked.seen.columns, paths=checked.seen.paths)
        door = replace(checked.door, trace=trace)
        endings = [examination.ending for examination in door.examine(delivery)]
        for ending, result in zip(endings, dry_run(checked.door, delivery, checked.received), strict=True):
            checked.judge(result)
            taken = result.taken
            yield f"{name}, record {taken.index}: {taken.outcome.value} by {taken.format}"
            if not isinstance(ending, Mapped):
                yield f"  {taken.explanation}"
            yield from _table(trace.of(ending) or (() if isinstance(ending, Mapped) else trace.looks))
            if taken.doubts:
                yield f"  left in doubt: {', '.join(taken.doubts)}"
            yield ""


def _table(lines: Sequence[TraceLine]) -> Iterator[str]:
    if not lines:
        return
    rows = [("field", "expression", "gave", "became"), *(_row(line) for line in lines)]
    widths = [min(_WIDE, max(len(row[column]) for row in rows)) for column in range(3)]
    for row in rows:
        yield (
            "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        )


def _row(line: TraceLine) -> tuple[str, str, str, str]:
    return line.name, line.words, _shown(line.gave), _shown(line.became)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict) and set(value) == {"value", "zone"}:
        return f"{value['value']} {value['zone']}"
    words = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    words = "".join(sign if sign.isprintable() else "·" for sign in words)
    return words if len(words) <= _WIDE else f"{words[: _WIDE - 1]}…"
