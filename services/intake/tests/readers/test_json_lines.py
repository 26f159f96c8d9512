"""JSON lines as they come: with blank lines, broken ones, and line ends of Unicode inside texts."""

import json

import pytest

from aftercare.intake.domain.outcome import Reason, Refusal
from aftercare.intake.domain.reading import Document, read_documents

GOOD = ['{"a": 1}', '{"b": 2}']


def endings(body: str) -> list[object]:
    return [one.value if isinstance(one, Document) else one.reason for one in read_documents(body.encode())]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"a": "cut', Reason.TRUNCATED_JSON),
        ('{"a": 1, "a": 1}', Reason.DUPLICATE_KEY),
        ('{"a": NaN}', Reason.NOT_A_NUMBER),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_line_costs_no_other_line_wherever_it_stands(broken: str, reason: Reason, place: int) -> None:
    lines = [*GOOD[:place], broken, *GOOD[place:]]
    expected: list[object] = [{"a": 1}, {"b": 2}]
    expected.insert(place, reason)
    assert endings("\n".join(lines)) == expected


def test_line_ends_of_unicode_inside_a_text_end_no_line() -> None:
    odd = {"a": "one\u2028two\u2029three\u0085four"}
    assert endings("\r\n\r\n".join([json.dumps(odd, ensure_ascii=False), GOOD[1]])) == [odd, {"b": 2}]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"a": [{"b": 1}]}, indent=1) + "\n" + json.dumps({"a": 1}, indent=1),
        '[\n{"a": 1},\n{"b": 2}\n',
        '{\n"a": [\n{"b": 1}\n{"b": 2}\n]\n}',
    ],
)
def test_a_broken_document_of_many_lines_is_one_refusal(body: str) -> None:
    [found] = read_documents(body.encode())
    assert isinstance(found, Refusal)


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf", b"\xff\xfe", b" \n\xef\xbb\xbf\n"])
def test_a_byte_order_mark_alone_is_nothing(body: bytes) -> None:
    [found] = read_documents(body)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.EMPTY


def test_a_refused_line_is_named_as_an_editor_counts_it() -> None:
    found = list(read_documents(b'{"a": 1}\n\n{"a": "cut\n{"a": 1, "a": 2}\n'))
    details = [one.detail for one in found if isinstance(one, Refusal)]
    assert details == ["the JSON stops at line 3, column 7", "a key stands twice in one object, line 4"]


@pytest.mark.parametrize("record", ['{"a": 1}', '[{"a": 1}]', "<r>x</r>", "MSH|^~\\&|A\rPES|1\r"])
def test_a_record_that_was_written_as_a_text_of_json_is_read(record: str) -> None:
    [plain] = read_documents(record.encode())
    [quoted] = read_documents(json.dumps(record).encode())
    assert quoted == plain


def test_csv_that_begins_like_a_record_in_quotes_is_still_csv() -> None:
    assert endings('"{a}","b"\n"1","2"\n') == [{"@format": "csv", "@row": 1, "{a}": "1", "b": "2"}]
