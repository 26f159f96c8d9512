"""JSON, strictly, in bounded time and memory.

Python's own parser is strict enough about strings and fast; what it lets through (NaN, duplicate keys, lone
surrogates, endless nesting) is refused here. A refusal says where, never what.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.document import Document

MAX_DEPTH = 120
MAX_DIGITS = 40
MAX_DOCUMENTS = 10_000
_BRACKET_OR_TEXT = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
"""A text that never ends reaches to the end of the body: otherwise each quotation mark would be tried anew."""
_LINE_END = re.compile(r"\r\n|\r|\n")
"""Of JSON lines: other line ends of Unicode may stand inside a text."""
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(text: str) -> Iterator[Document | Refusal]:
    """One document, or one per line (NDJSON). Raises `RefusedError` when all of it is refused."""
    try:
        yield Document(0, load(text))
    except RefusedError as refused:
        lines = [line.strip() for line in _LINE_END.split(text)]
        if not _are_records([line for line in lines if line]):
            raise refused from None
        yield from _each_line(lines)


def _are_records(lines: list[str]) -> bool:
    """Whether each line is a record of its own: the first is whole, or most begin as one and some are whole."""
    if len(lines) < 2 or lines[0] in ("[", "{"):
        return False
    begun = sum(line[0] in "[{" for line in lines)
    return _is_whole(lines[0]) or (begun * 2 > len(lines) and any(map(_is_whole, lines[:MAX_DOCUMENTS])))


def _is_whole(line: str) -> bool:
    try:
        return isinstance(load(line), dict | list)
    except RefusedError:
        return False


def _each_line(lines: list[str]) -> Iterator[Document | Refusal]:
    index = 0
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        if index >= MAX_DOCUMENTS:
            yield Refusal(Reason.TOO_MANY_RECORDS, f"more than {MAX_DOCUMENTS} lines", "ndjson")
            return
        try:
            yield Document(index, load(line))
        except RefusedError as refused:
            yield _at_line(number, refused.refusal)
        index += 1


def _at_line(number: int, refusal: Refusal) -> Refusal:
    """The refusal of one line, with its place in the whole body."""
    place = f"line {number},"
    told = refusal.detail.replace("line 1,", place)
    return replace(refusal, detail=told if place in told else f"{told}, line {number}")


def load(text: str) -> Any:
    """Parse one JSON document strictly. Raises `RefusedError`."""
    _refuse_deep(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _refuse_malformed(error, text)
    except RecursionError:
        raise RefusedError(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels", "json") from None
    except ValueError:
        raise RefusedError(Reason.NUMBER_TOO_LARGE, f"a number of more than {MAX_DIGITS} digits", "json") from None
    if _SURROGATE_ESCAPE.search(text):
        _refuse_lone_surrogates(value)
    return value


def _refuse_deep(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKET_OR_TEXT.finditer(text):
        mark = text[found.start()]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise RefusedError(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels", "json")
        elif mark != '"':
            depth -= 1


def _refuse_malformed(error: json.JSONDecodeError, text: str) -> NoReturn:
    place = f"line {error.lineno}, column {error.colno}"
    if error.msg.startswith("Extra data"):
        raise RefusedError(Reason.MALFORMED_JSON, f"more follows after the end of the JSON, {place}", "json") from None
    if error.msg.startswith("Invalid control character"):
        detail = f"a raw control character inside a text, {place}"
        raise RefusedError(Reason.BROKEN_TEXT, detail, "json") from None
    if text[-1] not in "}]" or error.pos >= len(text) or error.msg.startswith("Unterminated string"):
        raise RefusedError(Reason.TRUNCATED_JSON, f"the JSON stops at {place}", "json") from None
    raise RefusedError(Reason.MALFORMED_JSON, f"not JSON at {place}", "json") from None


def _refuse_lone_surrogates(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str) and _LONE_SURROGATE.search(item):
            raise RefusedError(Reason.BROKEN_TEXT, "a lone surrogate, which is half a character", "json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise RefusedError(Reason.DUPLICATE_KEY, "a key stands twice in one object", "json")
    return made


def _no_constant(_: str) -> NoReturn:
    raise RefusedError(Reason.NOT_A_NUMBER, "NaN or Infinity stands where a number is due", "json")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise RefusedError(Reason.NUMBER_TOO_LARGE, f"a number of more than {MAX_DIGITS} digits", "json")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise RefusedError(Reason.NUMBER_TOO_LARGE, "a number beyond all measure", "json")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_whole, parse_float=_decimal
)
