"""What is not JSON, told apart by its first characters: read, or refused by its name. One row per format."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.csv_head import MEDIA_TYPES, head_of, is_empty_table, is_head_alone
from aftercare.intake.domain.readers.csv_rows import read_csv
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
    keeps_tabs: bool = False
    """Whether tabs at the edges of the text mean something."""


def read_other(text: str, media_type: str = "") -> Iterator[Document | Refusal]:
    """The documents of a text that is no JSON. Raises `RefusedError` with the format that it seems to be."""
    plain = text.strip()
    for row in TEXT_FORMATS:
        written = text if row.keeps_tabs else plain
        if not row.recognises(written[: row.head]):
            continue
        if row.reads is not None:
            yield from row.reads(written)
            return
        if is_empty_table(written) or (media_type in MEDIA_TYPES and is_head_alone(written)):
            raise RefusedError(Reason.EMPTY, "a table of column names without a row below them", "csv")
        raise RefusedError(row.reason, row.detail, row.name)


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
    TextFormat("csv", lambda head: head_of(head) is not None, read_csv, head=WIDE_HEAD, keeps_tabs=True),
    TextFormat("text", lambda _head: True, None, Reason.UNKNOWN_SHAPE, "plain text of no known format"),
)
