"""HL7 v2 messages: `{"@format": "hl7v2", "segments": [{"name": "PES", "fields": […]}]}`.

`fields[n]` is field n as the standard counts (`MSH-18` is `fields[18]`): a list of repetitions, each a list of
components, each a text without its escapes. Frames of MLLP, batches and every kind of line end are read.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import hl7

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.document import FORMAT, Document

MAX_PARTS = 100_000
"""Separators in one body: each makes an object, and a body of nothing else would be many times its size."""
MAX_MESSAGES = 10_000
_FRAME = "\x0b\x1c"
_HEAD = re.compile(r"MSH(?P<field>[^\w\s])(?P<component>[^\w\s])(?P<repetition>[^\w\s])(?P<escape>[^\w\s])")
_CUT = r"(?:S?H|H?S|)[^\w\s]\^~\\&"
_MESSAGE = re.compile(rf"^(?:MSH|{_CUT})", re.MULTILINE)
_BODY = re.compile(rf"\x0b*(?:MSH|[FB]HS\||{_CUT})")
_INDENTED = re.compile(r"^[ \t]++(?=[A-Za-z][A-Za-z0-9]{2}[^\w\s])", re.MULTILINE)
_WRITTEN_OUT = re.compile(r"\\[rn](?:\\n)?[A-Z][A-Z0-9]{2}[^\w\s]")
_LETTERS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n", ".sp": "\n"}


def is_hl7v2(text: str) -> bool:
    """Whether a text begins like a message or a batch, be it that its first letters are missing."""
    return _BODY.match(text) is not None


def read_hl7v2(text: str) -> Iterator[Document | Refusal]:
    """A document per message. Raises `RefusedError` for a body that holds none."""
    lines = re.sub(r"\r\n?|\n", "\n", text.translate(dict.fromkeys(map(ord, _FRAME), "\n")))
    lines = _INDENTED.sub("", lines)
    starts = [found.start() for found in _MESSAGE.finditer(lines)]
    if not starts:
        raise RefusedError(Reason.MALFORMED_HL7, "a batch without a message (MSH)", "hl7v2")
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True)):
        if index >= MAX_MESSAGES:
            yield Refusal(Reason.TOO_MANY_RECORDS, f"more than {MAX_MESSAGES} messages", "hl7v2")
            return
        try:
            yield Document(index, _message(lines[start:end]))
        except RefusedError as refused:
            yield refused.refusal


def _message(lines: str) -> dict[str, Any]:
    if not lines.startswith("MSH"):
        raise RefusedError(Reason.MALFORMED_HL7, "the beginning was cut off: its first letters are missing", "hl7v2")
    head = _HEAD.match(lines)
    if head is None or len(set(head.groups())) < len(head.groups()):
        raise RefusedError(Reason.MALFORMED_HL7, "MSH does not say four different separators", "hl7v2")
    if sum(lines.count(mark) for mark in {*head.groups(), "&", "\n"}) > MAX_PARTS:
        raise RefusedError(Reason.TOO_LARGE, f"a message of more than {MAX_PARTS} parts", "hl7v2")
    if "\n" not in lines.strip() and _WRITTEN_OUT.search(lines):
        detail = "its line ends are written as two signs, a backslash and a letter: nothing divides the segments"
        raise RefusedError(Reason.MALFORMED_HL7, detail, "hl7v2")
    kept = [line for line in lines.split("\n") if line.strip() and line[:3] not in ("BTS", "FTS")]
    try:
        parsed = hl7.parse("\r".join(kept))
    except (hl7.HL7Exception, ValueError, LookupError, AssertionError):
        raise RefusedError(Reason.MALFORMED_HL7, "the segments can't be told apart", "hl7v2") from None
    mark, signs = head["field"], lines[4:].split(head["field"], 1)[0].split("\n", 1)[0]
    return {FORMAT: "hl7v2", "segments": [_segment(one, mark, signs, head["escape"]) for one in parsed]}


def _segment(segment: Sequence[Any], mark: str, signs: str, escape: str) -> dict[str, Any]:
    """`MSH-1` and `MSH-2` are the separators themselves, which nobody may divide by them."""
    plain = [[["MSH"]], [[mark]], [[signs]]] if str(segment[0]) == "MSH" else []
    fields = [*plain, *([_field(field, escape) for field in segment][len(plain) :])]
    return {"name": str(segment[0]), "fields": fields}


def _field(field: Any, escape: str) -> list[list[str]]:
    return [_repetition(one, escape) for one in (field if isinstance(field, hl7.Field) else [field])]


def _repetition(one: Any, escape: str) -> list[str]:
    """The components of a repetition; parts of a component are joined by `&`, as most write them."""
    components = [one] if isinstance(one, str) else one
    parts = [[component] if isinstance(component, str) else component for component in components]
    return ["&".join(_unescaped(str(part), escape) for part in component) for component in parts]


def _unescaped(words: str, escape: str) -> str:
    if escape not in words:
        return words
    mark = re.escape(escape)
    return re.sub(f"{mark}([^{mark}]{{0,64}}){mark}", _meaning, words)


def _meaning(found: re.Match[str]) -> str:
    """What an escape stands for. Highlighting and escapes of the sender's own stand for nothing."""
    word = found[1]
    if word[:1] == "X":
        try:
            return bytes.fromhex(word[1:]).decode("utf-8", "ignore")
        except ValueError:
            return ""
    return _LETTERS.get(word, "")
