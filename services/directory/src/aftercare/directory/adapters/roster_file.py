"""Reading a CSV file as hospitals really export it: any usual separator, character set and byte order mark."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Protocol

from aftercare.directory.domain.columns import Header, column_of, read_header
from aftercare.directory.domain.issues import Issue, Severity
from aftercare.directory.domain.line import ReadLine, RosterRules, read_line

DELIMITERS = ",;\t|"
_BLOCK = 1 << 20
_FALLBACK = "cp1252"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Reader(Protocol):
    """What `csv.reader` makes; its own type has no public name."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written, and what its first line says."""

    encoding: str
    delimiter: str
    first_line: int
    """Where the headings stand: 2 after Excel's `sep=;`, else 1."""
    header: Header
    issues: tuple[Issue, ...]

    @property
    def is_readable(self) -> bool:
        return not any(issue.is_error for issue in self.issues)


class RosterFile:
    """A roster that can be read twice: once to see all of it, once to import it."""

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        self._stream = stream
        self.cut_off: Issue | None = None
        """Set when the rest of the file could not be read as CSV at all."""
        self.layout = self._look(encoding)

    def chunks(self, rules: RosterRules, size: int) -> Iterator[Sequence[ReadLine]]:
        """The lines from the start, `size` at a time. Empty lines are skipped."""
        lines = (read_line(number, cells, self.layout.header, rules) for number, cells in self._rows())
        while chunk := list(islice(lines, size)):
            yield chunk

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, self.layout.encoding, errors="replace", newline="")
        try:
            reader = csv.reader(text, delimiter=self.layout.delimiter)
            start = 1
            for cells in self._safely(reader):
                if start > self.layout.first_line and any(cell.strip() for cell in cells):
                    yield start, cells
                start = reader.line_num + 1
        finally:
            text.detach()

    def _safely(self, reader: "_Reader") -> Iterator[list[str]]:
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                self.cut_off = _cut_off(line)
                return
            yield cells

    def _look(self, encoding: str | None) -> Layout:
        found = encoding or _encoding_of(self._stream)
        issues = [] if encoding or found != _FALLBACK else [_GUESSED]
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, found, errors="replace", newline="")
        try:
            heading, first_line = _heading(text)
        except (LookupError, UnicodeError, csv.Error):
            return Layout(found, ",", 1, Header({}, 0), (_NOT_CSV,))
        finally:
            text.detach()
        delimiter = _delimiter_of(heading)
        cells = next(csv.reader([heading], delimiter=delimiter), []) if heading else []
        header = read_header(cells)
        return Layout(found, delimiter, first_line, header, (*issues, *header.issues))


def _heading(text: io.TextIOWrapper) -> tuple[str, int]:
    first = text.readline(64_000)
    if first.strip().casefold().startswith("sep="):
        return text.readline(64_000), 2
    return first, 1


def _encoding_of(stream: BinaryIO) -> str:
    """By its mark, else UTF-8 when all of it is, else what Excel writes in western Europe."""
    stream.seek(0)
    start = stream.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := stream.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _FALLBACK
    return "utf-8"


def _delimiter_of(heading: str) -> str:
    """The separator under which most headings are ones that we know."""

    def known(delimiter: str) -> int:
        return sum(column_of(cell) is not None for cell in next(csv.reader([heading], delimiter=delimiter), []))

    return max(DELIMITERS, key=known) if heading else ","


def _cut_off(line: int) -> Issue:
    return Issue(
        "not-closed",
        "from here on the file can't be read as CSV; lines above are imported, nobody leaves because of this file",
        "A quotation mark is probably not closed, in this line or above.",
        line=line,
    )


_GUESSED = Issue(
    "encoding-guessed",
    "the file is not UTF-8; it is read as Windows-1252",
    "Save it as CSV UTF-8, or set AFTERCARE_ROSTER_ENCODING, if accents look wrong.",
    severity=Severity.WARNING,
)
_NOT_CSV = Issue("not-csv", "the file can't be read as CSV", "Export it as CSV UTF-8 with headings in the first line.")
