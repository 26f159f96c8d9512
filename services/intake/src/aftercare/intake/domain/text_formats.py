"""What is not JSON, told apart by its first characters: read, or refused by its name. One row per format."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.csv_rows import delimiter_of, read_csv
from aftercare.intake.domain.readers.document import Document
from aftercare.intake.domain.readers.hl7v2 import is_hl7v2, read_hl7v2
from aftercare.intake.domain.readers.multipart import is_multipart, read_multipart
from aftercare.intake.domain.readers.xml_tree import read_xml

HEAD = 2048
WIDE_HEAD = 64 * 1024
"""Room for a first line of hundreds of column names."""
_CE_TEXT = re.compile(
    r"^(?:-+\s*Message|content-type:\s*application/cloudevents|ce_\w+:)", re.IGNORECASE | re.MULTILINE
)
_YAML_LINE = re.compile(r"^\s*(?:- )?[\w$.\"'/-]+:(?:\s|$)")


Read = Callable[[str], Iterator[Document | Refusal]]


@dataclass(frozen=True, slots=True)
class TextFormat:
    """`reads` gives the documents of a format that holds records; the others are refused with `reason`."""

    name: str
    recognises: Callable[[str], bool]
    reads: Read | None = None
    reason: Reason = Reason.NOT_A_RECORD
    detail: str = ""
    head: int = HEAD
    """How much of the beginning is looked at."""


def read_other(text: str) -> Iterator[Document | Refusal]:
    """The documents of a text that is no JSON. Raises `RefusedError` with the format that it seems to be."""
    found = next(row for row in TEXT_FORMATS if row.recognises(text[: row.head]))
    if found.reads is None:
        raise RefusedError(found.reason, found.detail, found.name)
    yield from found.reads(text)


def _rows(head: str) -> bool:
    """A first line of column names, and a second that is divided in the same way."""
    lines = head.splitlines()
    delimiter = delimiter_of(head)
    return delimiter is not None and len(lines) > 1 and delimiter in lines[1]


def _yaml_lines(head: str) -> bool:
    lines = [line for line in head.splitlines()[:-1] if line.strip() and not line.lstrip().startswith("#")]
    return len(lines) > 1 and sum(bool(_YAML_LINE.match(line)) for line in lines) >= len(lines) * 0.6


def _markdown(head: str) -> bool:
    return bool(re.match(r"#{1,6} \S", head)) or "\n| ---" in head or "\n|---" in head


def _feature(head: str) -> bool:
    return head.lstrip().startswith(("Feature:", "@")) and "Scenario" in head


TEXT_FORMATS: tuple[TextFormat, ...] = (
    TextFormat("xml", lambda head: head.startswith("<"), read_xml),
    TextFormat("hl7v2", is_hl7v2, read_hl7v2),
    TextFormat("form", is_multipart, read_multipart),
    TextFormat("gherkin", _feature, detail="a description of tests in Gherkin"),
    TextFormat(
        "cloudevent-listing",
        lambda head: bool(_CE_TEXT.search(head)),
        detail="a printed picture of a CloudEvent, not the event's bytes",
    ),
    TextFormat("yaml", _yaml_lines, detail="looks like YAML, which no source sends records in"),
    TextFormat("markdown", _markdown, detail="a text in Markdown"),
    TextFormat("csv", _rows, read_csv, head=WIDE_HEAD),
    TextFormat("text", lambda _head: True, None, Reason.UNKNOWN_SHAPE, "plain text of no known format"),
)
