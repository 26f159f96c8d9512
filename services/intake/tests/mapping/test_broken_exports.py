"""An export that is broken, or that has other columns than its mapping names, loses nothing without a word."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aftercare.intake.domain.outcome import Reason
from aftercare.intake.entrypoints.cli import app

from .conftest import Examine, mapped, refused

EXPORT = """\
mapping: export
version: 1
input: csv
messages:
  - type: incident-reported
    when: Status != 'storniert'
    record: {id: Nr}
    harm: {value: Schaden, codes: {1: low, 2: severe}}
    staff:
      each: split(Personal, '/')
      value: "@"
"""
HEADER = "Nr;Status;Schaden;Personal\n"
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(mapping: str, body: bytes, *options: str) -> Result:
        (tmp_path / "export.yaml").write_text(mapping, encoding="utf-8")
        (tmp_path / "export.csv").write_bytes(body)
        files = ["--mapping", str(tmp_path / "export.yaml"), str(tmp_path / "export.csv")]
        return CliRunner().invoke(app, ["check", *options, *files])

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("options", [(), ("--trace",)])
def test_a_column_that_is_not_there_is_told_with_the_one_that_was_meant(check: Check, options: tuple[str, ...]) -> None:
    body = f"{HEADER}A-1;offen;2;N-1\nA-2;offen;2;N-1\n".encode()
    wrong = EXPORT.replace("value: Schaden", "value: Shaden").replace("Status !=", "staus !=")
    told = check(wrong, body, *options)
    assert [line.rsplit("/", 1)[-1] for line in told.stderr.splitlines()] == [
        "export.yaml:6: when: no column `staus`; did you mean `Status`?",
        "export.yaml:8: harm: no column `Shaden`; did you mean `Schaden`?",
        "export.yaml: no expression reads `Status`, `Schaden`",
        "export.yaml:8: harm: nothing is unknown (2)",
    ]
    [line] = check(EXPORT, body, *options).stderr.splitlines()
    assert line.endswith("export.yaml:8: harm: 2 is severe (2)")


def test_a_column_that_is_missing_is_a_doubt_of_every_record(examine: Examine) -> None:
    [one] = examine(EXPORT, b"Nr;Status;Personal\nA-1;offen;N-1\n")
    assert mapped(one).doubts == ("no-column:harm",)
    [unconditional] = examine(EXPORT, b"Nr;Schaden;Personal\nA-1;2;N-1\n")
    assert mapped(unconditional).doubts == ("no-column:when",)
    [nobody] = examine(EXPORT, b"Nr;Status;Schaden\nA-1;offen;2\n")
    assert mapped(nobody).doubts == ("no-column:staff",)
    [whole] = examine(EXPORT, f"{HEADER}A-1;offen;;\n".encode())
    assert mapped(whole).doubts == ()


def test_a_condition_on_a_column_that_is_not_there_says_so_when_nothing_applies(examine: Examine) -> None:
    [one] = examine(EXPORT.replace("Status != 'storniert'", "Zustand == 'offen'"), f"{HEADER}A-1;offen;2;N-1".encode())
    assert "a column that it names is not there" in refused(one).detail


def test_a_row_with_too_few_cells_is_refused_by_itself(examine: Examine) -> None:
    one, two, three = examine(EXPORT, f"{HEADER}A-1;offen;2;N-1\nA-2;offen\nA-3;offen;2;N-3\n".encode())
    assert refused(two).detail == "row 2 has fewer cells than there are columns"
    assert [mapped(each).identity.id for each in (one, three)] == ["A-1", "A-3"]


def test_rows_that_an_open_quotation_mark_swallows_are_told_by_their_lines(examine: Examine) -> None:
    one, two = examine(EXPORT, f'{HEADER}A-1;offen;2;N-1\nA-2;offen;2;"N-2\nA-3;offen;2;N-3\nA-4;offen;2;N-4'.encode())
    assert mapped(one).identity.id == "A-1"
    assert refused(two).reason is Reason.MALFORMED_CSV
    assert "lines 3 to 5 are in one cell, unread" in refused(two).detail


def test_a_quotation_mark_that_ends_in_a_later_row_swallows_none_in_silence(examine: Examine) -> None:
    body = f'{HEADER}A-1;offen;2;"N-1\nA-2;offen;2;"N-2"\nA-3;offen;2;N-3\n'
    one, two = examine(EXPORT, body.encode())
    assert "lines 2 to 3 are in one cell, unread" in refused(one).detail
    assert mapped(two).identity.id == "A-3"


def test_column_names_that_swallow_the_rows_are_refused(examine: Examine) -> None:
    [one] = examine(EXPORT, b'Nr;Status;Schaden;"Personal\nA-1;offen;2;N-1\n')
    assert "the column names have a quotation mark that isn't closed: lines 1 to 2" in refused(one).detail


def test_a_cell_of_several_lines_is_one_cell(examine: Examine) -> None:
    [one] = examine(EXPORT, f'{HEADER}A-1;"offen\nund ""neu""";2;N-1\n'.encode())
    assert mapped(one).identity.id == "A-1"


def test_bytes_of_another_charset_are_told_with_the_remedy_and_the_remedy_works(check: Check) -> None:
    body = f"{HEADER}A-1;geprüft;2;N-1\n".encode("cp1252")
    [line] = lines(check(EXPORT, body))
    assert "windows-1252" in line["reason"]
    assert "`charset: windows-1252` for the source" in line["reason"]
    [read] = lines(check(EXPORT, body, "--charset", "windows-1252"))
    assert read["outcome"] == "mapped"
    [plain] = lines(check(EXPORT, body.decode("cp1252").encode(), "--charset", "UTF-8"))
    assert plain["outcome"] == "mapped"
    assert check(EXPORT, body, "--charset", "klingon").exit_code == 2


def test_a_check_takes_place_now_unless_a_moment_is_given(check: Check) -> None:
    body = f"{HEADER}A-1;offen;2;N-1\n".encode()
    [line] = lines(check(EXPORT, body))
    assert abs(datetime.fromisoformat(line["event"]["time"]) - datetime.now(UTC)) < timedelta(minutes=10)
    [fixed] = lines(check(EXPORT, body, "--as-received", "2026-05-01T00:00:00Z"))
    assert fixed["event"]["time"] == "2026-05-01T00:00:00Z"


WIDE = HEADER.replace("\n", ";\n")


@pytest.mark.parametrize("header", [HEADER, WIDE])
@pytest.mark.parametrize("shifted", [1, 2, 3])
def test_a_row_that_a_separator_in_a_cell_shifts_is_refused_though_its_surplus_cell_is_empty(
    examine: Examine, header: str, shifted: int
) -> None:
    end = ";" if header == WIDE else ""
    rows = [f"A-{number};offen;2;N-{number}{end}" for number in (1, 2, 3)]
    rows[shifted - 1] = f"A-{shifted};offen;neu;2;{end}"
    found = examine(EXPORT, (header + "\n".join(rows)).encode())
    assert refused(found[shifted - 1]).detail == f"row {shifted} has more cells than there are columns"
    assert [mapped(one).doubts for at, one in enumerate(found) if at != shifted - 1] == [(), ()]


def test_separators_at_the_end_of_all_rows_are_a_way_of_writing(examine: Examine) -> None:
    found = examine(EXPORT, f"{HEADER}A-1;offen;2;N-1;\n\nA-2;offen;2;N-2;\n".encode())
    assert [mapped(one).identity.id for one in found] == ["A-1", "A-2"]
    filled = examine(EXPORT, f"{HEADER}A-1;offen;2;N-1;x\nA-2;offen;2;N-2;x\n".encode())
    assert [refused(one).reason for one in filled] == [Reason.MALFORMED_CSV] * 2


def test_rows_that_are_swallowed_anyway_take_no_others_with_them(examine: Examine) -> None:
    body = f'{HEADER}A-1;offen;2;N-1;\nA-2;offen;2;N-2;\nA-3;offen;2;"N-3;\nA-4;;;;'
    one, two, three = examine(EXPORT, body.encode())
    assert [mapped(each).identity.id for each in (one, two)] == ["A-1", "A-2"]
    assert "isn't closed" in refused(three).detail


def test_a_text_below_an_empty_column_name_is_a_doubt(examine: Examine) -> None:
    one, two = examine(EXPORT, f"{WIDE}A-1;offen;neu;2;N-1\nA-2;offen;2;N-2;\n".encode())
    assert "unnamed-column" in mapped(one).doubts
    assert mapped(two).doubts == ()
