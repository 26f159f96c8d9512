"""Where the column names of a table stand: in its first line, or below a title or Excel's `sep=;`."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice, pairwise

MEDIA_TYPES = frozenset({"text/csv", "application/csv", "text/tab-separated-values"})
WELL_KNOWN = ("事例", "発生曜日")
"""Column names of national open data. Who has them is told by them, even without a row."""
MAX_ABOVE = 5
"""So many lines can stand above the names."""
LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++\Z")
_DELIMITERS = ",;\t|"
_STATED = re.compile(rf'"?sep=([{_DELIMITERS}])"?\s*', re.IGNORECASE)
_NOTHING = f'{_DELIMITERS}" \r\n'
_LEAST = 3
"""Fewer names below a title could be a sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """`above` counts the lines above the names."""

    above: int
    delimiter: str


def head_of(text: str) -> Head | None:
    """Where the column names are, with what divides them. `None` for what is no table, or has no row below them.

    Names that are well known need no row.
    """
    lines = list(_lines(text))
    if not lines:
        return None
    for number, line in lines:
        if all(word in line for word in WELL_KNOWN) and (delimiter := _delimiter(line)) is not None:
            return Head(number, delimiter)
    (first, line), *below = lines
    stated = _STATED.fullmatch(line)
    if stated is not None:
        return Head(below[0][0], stated[1]) if len(below) > 1 else None
    delimiter = _delimiter(line)
    if delimiter is not None:
        return Head(first, delimiter) if below and delimiter in below[0][1] else None
    return _below_a_title(below)


def is_empty_table(text: str) -> bool:
    """Whether there is nothing but what divides cells."""
    return not text.strip(_NOTHING)


def is_head_alone(text: str) -> bool:
    """Whether a text that is said to be a table can be its column names and nothing else."""
    lines = list(_lines(text))
    return len(lines) == 1 and _delimiter(lines[0][1]) is not None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The first lines from one that says something on, but for blank ones, with their numbers from 0."""
    found = ((number, line.group()) for number, line in enumerate(LINE.finditer(text)))
    told = dropwhile(lambda one: not one[1].strip(_NOTHING), found)
    return islice(((number, line) for number, line in told if line.strip(" \r\n")), MAX_ABOVE + 2)


def _delimiter(line: str) -> str | None:
    """The delimiter that divides a line into most names: decided by the names alone, cells may hold any."""
    counts = {delimiter: len(_cells(line, delimiter)) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] > 1 else None


def _below_a_title(lines: list[tuple[int, str]]) -> Head | None:
    """The first line that is divided, if it looks like names and the next is divided in the same way."""
    for (number, line), (_, below) in pairwise(lines):
        delimiter = _delimiter(line)
        if delimiter is None or not line.strip(_NOTHING):
            continue
        names = _cells(line.rstrip("\r\n"), delimiter)
        are_names = len(names) >= _LEAST and len(set(names)) == len(names) and all(map(_is_name, names))
        return Head(number, delimiter) if are_names and len(_cells(below, delimiter)) == len(names) else None
    return None


def _is_name(cell: str) -> bool:
    """Behind the comma of a sentence stands a space."""
    return bool(cell) and not cell[0].isspace()


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
