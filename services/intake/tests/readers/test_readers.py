"""What is no JSON becomes plain values, a document at a time."""

import gzip
import io
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.envelope import unwrap
from aftercare.intake.domain.outcome import Reason, Refusal
from aftercare.intake.domain.reading import Document, read_documents


def documents(body: bytes, **said: Any) -> list[Any]:
    found = list(read_documents(body, **said))
    assert all(isinstance(one, Document) for one in found), found
    return [one.value for one in found if isinstance(one, Document)]


def test_xml_is_names_attributes_and_text() -> None:
    [value] = documents(
        b'<r xmlns="urn:x" a="1"><one>t</one><two b="2">u</two><two/><!-- c --><q:three xmlns:q="urn:y"/></r>'
    )
    assert value == {
        "@format": "xml",
        "@root": "r",
        "@xmlns": "urn:x",
        "r": {"@a": "1", "one": "t", "two": [{"@b": "2", "#text": "u"}, ""], "three": ""},
    }


def test_characters_that_xml_escapes_are_read_and_its_own_entities_are_the_only_ones() -> None:
    [value] = documents(b"<r>&lt;&amp;&#233;<![CDATA[<b>]]></r>")
    assert value["r"] == "<&é<b>"
    [refused] = read_documents(b"<r>&unknown;</r>")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.MALFORMED_XML


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_is_a_record_per_row_whatever_divides_it(delimiter: str, end: str) -> None:
    rows = [["a", "b", "b"], ["1", "x" + delimiter + "y", "z"], ["", "", ""], ["2", 'q"q', "line\nbreak"]]
    text = end.join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    assert documents(text.encode()) == [
        {"@format": "csv", "@row": 1, "a": "1", "b": ["x" + delimiter + "y", "z"]},
        {"@format": "csv", "@row": 2, "a": "2", "b": ['q"q', "line\nbreak"]},
    ]


def test_a_row_with_too_many_cells_is_refused_by_itself() -> None:
    first, second, third = read_documents(b"a,b\n1,2\n1,2,3\n4,5\n")
    assert isinstance(first, Document)
    assert isinstance(second, Refusal)
    assert isinstance(third, Document)
    assert second.reason is Reason.MALFORMED_CSV


def test_a_column_may_be_named_like_an_envelope_or_a_mark() -> None:
    [value] = documents(b"type,source,id,data,@format\nfall,ward,1,x,hl7v2\n")
    assert (value["@format"], value["type"]) == ("csv", "fall")


def test_rows_are_read_one_at_a_time() -> None:
    body = b"a,b\n" + b"1,two words\n" * 9_000
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        count = sum(1 for _ in read_documents(body))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert count == 9_000
    assert peak < 8 * len(body), "the text and a row; all rows would be thirty times the body"


def test_hl7_keeps_repetitions_components_and_meanings_of_escapes() -> None:
    [value] = documents(b"MSH|^~\\&|A|B\rPES|x\\T\\y^b\\F\\c~second|\\X41\\\\.br\\\\Zown\\z||last\r")
    head, sender = value["segments"]
    assert (head["name"], head["fields"][1:4]) == ("MSH", [[["|"]], [["^~\\&"]], [["A"]]])
    assert sender["fields"][1:] == [[["x&y", "b|c"], ["second"]], [["A\nz"]], [[""]], [["last"]]]


def test_a_form_is_its_fields() -> None:
    media_type = "application/x-www-form-urlencoded"
    assert documents(b"a=1&b=x+y&b=%C3%A9", media_type=media_type) == [{"@format": "form", "a": "1", "b": ["x y", "é"]}]


@pytest.mark.parametrize(
    ("pack", "encodings"),
    [
        (gzip.compress, "gzip"),
        (gzip.compress, None),
        (zlib.compress, "deflate"),
        (lambda body: zlib.compress(body)[2:-4], "deflate"),
        (zstandard.compress, "zstd"),
        (zstandard.compress, None),
        (lambda body: gzip.compress(zstandard.compress(body)), "zstd, gzip"),
        (lambda body: body, "gzip"),
    ],
)
def test_packed_bodies_are_opened_and_what_a_proxy_opened_already_is_read(pack: Any, encodings: str | None) -> None:
    assert documents(pack(b'{"a": 1}'), encodings=encodings) == [{"a": 1}]


def test_a_zip_is_the_files_in_it_and_a_broken_one_stops_nothing() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("a.json", b'{"a": 1}')
        archive.writestr("b.xml", b"<open>")
        archive.writestr("c.csv", b"a,b\n1,2\n3,4\n")
    found = list(read_documents(made.getvalue()))
    assert [isinstance(one, Document) for one in found] == [True, False, True, True]


@given(st.recursive(st.text("ab<&é\n", max_size=5), lambda inner: st.lists(inner, max_size=4), max_leaves=20))
def test_xml_of_any_shape_is_read_and_its_text_kept(tree: Any) -> None:
    def written(node: Any) -> str:
        if isinstance(node, str):
            return "<t>" + node.replace("&", "&amp;").replace("<", "&lt;") + "</t>"
        return "<n>" + "".join(map(written, node)) + "</n>"

    def texts(node: Any) -> str:
        return node if isinstance(node, str) else "".join(map(texts, node))

    def read(value: Any) -> str:
        if isinstance(value, str):
            return value
        return "".join(map(read, value.values() if isinstance(value, dict) else value))

    [found] = documents(written(tree).encode())
    assert sorted(read(found[found["@root"]])) == sorted(texts(tree))


@pytest.mark.parametrize("start", ["SH|^~\\&|", "H|^~\\&|", "|^~\\&|", "HS|^~\\&|", "\x0bSH#^~\\&#"])
def test_a_message_whose_first_letters_are_missing_is_refused_as_hl7_that_was_cut(start: str) -> None:
    [refused] = read_documents(f"{start}A|B|C|D|2026||PEX^P07|1|P|2.5\rPES|||||E-1\r".encode())
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.format) == (Reason.MALFORMED_HL7, "hl7v2")
    assert "first letters are missing" in refused.detail


def test_a_message_without_its_first_letter_in_a_batch_is_refused_by_itself_and_lends_nobody_its_segments() -> None:
    whole = "MSH|^~\\&|A|B|C|D|2026||PEX^P07|1|P|2.5\rPID|1||P-1\rPES|||||E-1\r"
    first, second, third = read_documents(f"{whole}{whole[1:]}{whole}".encode())
    assert isinstance(first, Document)
    assert isinstance(second, Refusal)
    assert isinstance(third, Document)
    assert [one["name"] for one in first.value["segments"]] == ["MSH", "PID", "PES"]


@pytest.mark.parametrize("end", ["\t", "\t\n", "\t\r\n\r\n"])
def test_an_empty_last_cell_of_the_last_row_divided_by_tabs_is_there(end: str) -> None:
    first, last = documents(f"a\tb\tc\n1\t2\t\n3\t4{end}".encode())
    assert (first["c"], last["c"]) == ("", "")


def test_an_empty_first_column_name_divided_by_tabs_is_there() -> None:
    [row] = documents(b"\ta\tb\n0\t1\t2\n")
    assert (row[""], row["a"], row["b"]) == ("0", "1", "2")


def test_an_empty_last_cell_is_there_when_an_event_carries_the_table() -> None:
    event = {"specversion": "1.0", "id": "1", "source": "//hill", "type": "x"}
    said = {**event, "datacontenttype": "text/tab-separated-values", "data": "a\tb\n1\t\n"}
    assert unwrap(said, {}).value == {"@format": "csv", "@row": 1, "a": "1", "b": ""}


@pytest.mark.parametrize(
    "above", ["Incidents of March\n", "Incidents of March\n\nMade on 2 April\n", "sep=;\n", ";;\n", "Title\n;;;\n"]
)
def test_column_names_are_found_below_a_title_and_lines_are_counted_as_an_editor_does(above: str) -> None:
    open_quotation = 'A-2;open;"N-2\nA-3;open;N-3\n'
    first, second = read_documents(f"{above}Nr;Status;Staff\nA-1;open;N-1\n{open_quotation}".encode())
    assert isinstance(first, Document)
    assert first.value == {"@format": "csv", "@row": 1, "Nr": "A-1", "Status": "open", "Staff": "N-1"}
    line = above.count("\n") + 3
    assert isinstance(second, Refusal)
    assert f"lines {line} to {line + 1} are in one cell" in second.detail


@pytest.mark.parametrize(
    "words",
    [
        "Dear all\nplease find below, as promised, the list\nwith kind regards, R., Ward 7\n",
        "A title\na;a;b\n1;2;3\n",
        "A title\nNr;Status;Staff\n",
        "A title\nNr;Status;Staff\n1;2\n",
    ],
)
def test_prose_and_what_is_no_table_stay_text(words: str) -> None:
    [found] = read_documents(words.encode())
    assert isinstance(found, Refusal)
    assert (found.format, found.reason) == ("text", Reason.UNKNOWN_SHAPE)


def test_a_table_without_a_row_is_empty_where_the_sender_says_that_it_is_a_table() -> None:
    [said] = read_documents(b"Nr;Status;Staff\n", media_type="text/csv")
    [unsaid] = read_documents(b"Nr;Status;Staff\n")
    assert isinstance(said, Refusal)
    assert isinstance(unsaid, Refusal)
    assert (said.format, said.reason) == ("csv", Reason.EMPTY)
    assert unsaid.reason is Reason.UNKNOWN_SHAPE


@pytest.mark.parametrize("body", [b"Nr;Status;Staff\n;;\n;;\n", b"a,b\n,,,,,", b",,,,\n,,,,\n", b";", b'"";""\n'])
def test_rows_of_nothing_are_no_rows(body: bytes) -> None:
    [found] = read_documents(body)
    assert isinstance(found, Refusal)
