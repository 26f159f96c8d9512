"""Hostile bytes end in a refusal, in bounded time and memory."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.outcome import Ending, Reason, Refusal
from aftercare.intake.domain.reading import Document, read_documents


def refusal(body: bytes, **options: Any) -> Refusal:
    [found] = read_documents(body, **options)
    assert isinstance(found, Refusal)
    return found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \n\t", Reason.EMPTY),
        (b"[" * 1_000_000, Reason.TOO_DEEP),
        (b'{"a":' * 1_000_000, Reason.TOO_DEEP),
        (b'{"a": NaN}', Reason.NOT_A_NUMBER),
        (b'{"a": -Infinity}', Reason.NOT_A_NUMBER),
        (b'{"a": 1, "a": 2}', Reason.DUPLICATE_KEY),
        (b'{"a": "\\ud800"}', Reason.BROKEN_TEXT),
        (b'{"\\udfff": 1}', Reason.BROKEN_TEXT),
        (b'{"a": "x\x01y"}', Reason.BROKEN_TEXT),
        (b'{"a": 1e999}', Reason.NUMBER_TOO_LARGE),
        (b'{"a": ' + b"9" * 1_000_000 + b"}", Reason.NUMBER_TOO_LARGE),
        (b'{"a": "b', Reason.TRUNCATED_JSON),
        (b"[" + b"[]," * 200 + b'\\"' * 500_000, Reason.TRUNCATED_JSON),
        (b"[" + b"[]," * 200 + b'\\"' * 500_000 + b"\\", Reason.TRUNCATED_JSON),
        (b'{"a": {"b": 1}', Reason.TRUNCATED_JSON),
        (b'{"a": }', Reason.MALFORMED_JSON),
        (b'{"a": 1} trailing', Reason.MALFORMED_JSON),
        (b'{"a": "\xe9"}', Reason.WRONG_CHARSET),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", Reason.BINARY),
        (b"PK\x03\x04" + b"\x00" * 64 + b"\xff", Reason.BINARY),
    ],
)
def test_hostile_bytes_are_rejected_with_the_reason(body: bytes, reason: Reason) -> None:
    started = time.perf_counter()
    found = refusal(body)
    assert (found.reason, found.ending) == (reason, Ending.REJECTED)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("body", "format_name", "ending"),
    [
        (b"# A heading\n\nSome words.\n", "markdown", Ending.REJECTED),
        (b"asyncapi: 3.0.0\ninfo:\n  title: x\n", "yaml", Ending.REJECTED),
        (b"Feature: x\n  Scenario: y\n    Given z\n", "gherkin", Ending.REJECTED),
        (b"just a sentence", "text", Ending.PARKED),
    ],
)
def test_what_is_no_json_is_named(body: bytes, format_name: str, ending: Ending) -> None:
    found = refusal(body)
    assert (found.format, found.ending) == (format_name, ending)
    assert found.explanation.count(";") >= 1


def test_a_body_over_the_limit_is_refused_unread() -> None:
    assert refusal(b"[" + b"1," * 5000 + b"1]", limit=1000).reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "body", [b'\xef\xbb\xbf{"a": "\xc3\xa9"}', '{"a": "é"}'.encode("utf-16"), '{"a": "é"}'.encode("utf-16-le")]
)
def test_marks_and_charsets_of_real_senders_are_read(body: bytes) -> None:
    [document] = read_documents(body)
    assert isinstance(document, Document)
    assert document.value == {"a": "é"}


def test_a_stated_legacy_charset_is_believed_only_when_utf8_fails() -> None:
    [document] = read_documents(b'{"a": "\xe9"}', charset="iso-8859-1")
    assert isinstance(document, Document)
    assert document.value == {"a": "é"}


def test_lines_of_json_are_records_of_their_own() -> None:
    found = read_documents(b'{"a": 1}\n\n{"a": NaN}\n{"a": 3}\n')
    assert [isinstance(one, Document) for one in found] == [True, False, True]


def test_brackets_inside_texts_do_not_count_as_nesting() -> None:
    [document] = read_documents(b'{"a": "' + b"[" * 5000 + b'"}')
    assert isinstance(document, Document)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert read_documents(body)


@given(st.text(alphabet='{}[]":,\\u0dD8ntruefals 1e9.-\n', max_size=200))
def test_any_json_like_text_is_read_or_refused(words: str) -> None:
    assert read_documents(words.encode())
