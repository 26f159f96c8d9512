"""CSV, a record per row: `{"@format": "csv", "@row": 2, COLUMN: cell}`. A column name that stands twice has a list.

Rows are read as they are asked for, so that memory follows the longest row and not their number.
"""

import csv
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.csv_head import LINE, Head, head_of
from aftercare.intake.domain.readers.document import FORMAT, Document

MAX_ROWS = 10_000
MAX_COLUMNS = 2_000


def read_csv(text: str) -> Iterator[Document | Refusal]:
    """A document per row below the header; a row that is broken is refused by itself. Raises `RefusedError`."""
    head = head_of(text)
    if head is None:
        raise RefusedError(Reason.MALFORMED_CSV, "no line of column names divided by commas, semicolons or tabs", "csv")
    rows = _Rows(text, head)
    header = [name.strip() for name in next(rows)]
    if rows.swallows:
        detail = f"the column names have a quotation mark that isn't closed: {rows.where} are in one name, unread"
        raise RefusedError(Reason.MALFORMED_CSV, detail, "csv")
    if len(header) > MAX_COLUMNS:
        raise RefusedError(Reason.TOO_LARGE, f"more than {MAX_COLUMNS} columns", "csv")
    found = _rows(rows, header, _Surplus(text, head, header))
    yield next(found, Refusal(Reason.EMPTY, "a table of column names without a row below them", "csv"))
    yield from found


class _Rows:
    """Rows as lists of cells, and the lines of which the last one was made."""

    def __init__(self, text: str, head: Head) -> None:
        self._delimiter = head.delimiter
        self._text = (found.group() for found in islice(LINE.finditer(text), head.above, None))
        self._lines: list[str] = []
        self._read = head.above
        self._rows = csv.reader(self._counted(), delimiter=head.delimiter)

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        self._lines.clear()
        return next(self._rows)

    def _counted(self) -> Iterator[str]:
        for line in self._text:
            self._read += 1
            self._lines.append(line)
            yield line

    @property
    def where(self) -> str:
        """The lines of the last row, as an editor counts them."""
        first = self._read - len(self._lines) + 1
        return f"lines {first} to {self._read}" if len(self._lines) > 1 else f"line {self._read}"

    @property
    def swallows(self) -> bool:
        """Whether the last row goes over several lines by a quotation mark that isn't closed as it should be."""
        if len(self._lines) < 2:
            return False
        try:
            list(csv.reader(self._lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return True
        return False


def _rows(rows: _Rows, header: list[str], surplus: "_Surplus") -> Iterator[Document | Refusal]:
    index = 0
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            detail = f"row {index + 1} can't be divided into cells; nothing behind it was read ({rows.where})"
            yield Refusal(Reason.MALFORMED_CSV, detail, "csv")
            return
        if not any(cell.strip() for cell in cells):
            continue
        if index >= MAX_ROWS:
            yield Refusal(Reason.TOO_MANY_RECORDS, f"more than {MAX_ROWS} rows", "csv")
            return
        if rows.swallows:
            detail = f"row {index + 1} has a quotation mark that isn't closed: {rows.where} are in one cell, unread"
            yield Refusal(Reason.MALFORMED_CSV, detail, "csv")
        else:
            yield _row(index, header, cells, surplus)
        index += 1


class _Surplus:
    """Cells behind the last column. Empty ones are a way of writing when all rows have them, and a shift in some rows.

    A header that itself ends with a separator has room for them.
    """

    def __init__(self, text: str, head: Head, header: list[str]) -> None:
        self._text, self._head, self._columns = text, head, len(header)
        self._has_room = not header[-1]

    def is_of_all(self, cells: list[str]) -> bool:
        return not self._has_room and not any(cells[self._columns :]) and self._widths == {len(cells)}

    @cached_property
    def _widths(self) -> set[int]:
        """How many cells rows have, as long as that can be read."""
        rows = _Rows(self._text, self._head)
        widths: set[int] = set()
        with suppress(csv.Error):
            next(rows)
            widths.update(len(cells) for cells in rows if any(map(str.strip, cells)) and not rows.swallows)
        return widths


def _row(index: int, header: list[str], cells: list[str], surplus: _Surplus) -> Document | Refusal:
    if len(cells) > len(header) and not surplus.is_of_all(cells):
        return Refusal(Reason.MALFORMED_CSV, f"row {index + 1} has more cells than there are columns", "csv")
    if len(cells) < len(header):
        return Refusal(Reason.MALFORMED_CSV, f"row {index + 1} has fewer cells than there are columns", "csv")
    value: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        before = value.get(name)
        if before is None:
            value[name] = cell
        elif isinstance(before, list):
            before.append(cell)
        else:
            value[name] = [before, cell]
    return Document(index, {**value, FORMAT: "csv", "@row": index + 1})
