"""Japan's open data of closed cases."""

import pytest

from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.reading import read_documents
from aftercare.intake.domain.vocabulary import HarmLevel, Precision, SubjectKind

from .conftest import RECORDS, Endings, refusal_of, report_of

CP932, UTF8 = "jcqhc/cases.cp932.csv", "jcqhc/cases.utf-8-with-mark.csv"


def test_both_charsets_give_the_same_cases(endings: Endings) -> None:
    assert report_of(endings(CP932)[0]) == report_of(endings(UTF8)[0])
    assert report_of(endings(CP932)[2]) == report_of(endings(UTF8)[1])


def test_there_is_a_record_per_row_and_a_broken_row_stops_nothing(endings: Endings) -> None:
    found = endings(CP932)
    assert [isinstance(one, Mapped) for one in found] == [True, True, True, False]
    assert refusal_of(found[3]).reason is Reason.MISSING_FIELD


@pytest.mark.parametrize(("row", "harm"), [(0, HarmLevel.SEVERE), (1, HarmLevel.NEAR_MISS), (2, HarmLevel.DEATH)])
def test_harm_is_read_however_wide_its_signs(endings: Endings, row: int, harm: HarmLevel) -> None:
    assert report_of(endings(CP932)[row]).details.harm is harm


def test_when_it_was_is_a_weekday_and_two_hours_in_the_year_of_the_report_or_the_one_before(endings: Endings) -> None:
    occurred = report_of(endings(CP932, zone=None)[0]).details.occurred
    assert occurred is not None
    assert occurred.precision is Precision.YEAR
    assert occurred.earliest.isoformat() == "2024-01-01T01:00:00+00:00", "ten o'clock of the first Monday, in Japan"
    assert occurred.latest.isoformat() == "2025-12-29T02:59:59.999999+00:00", "noon of the last Monday"


def test_a_closed_case_is_history_and_names_nobody(endings: Endings) -> None:
    for ending in endings(CP932)[:3]:
        report = report_of(ending)
        assert report.details.backfill
        assert not report.staff
        assert not report.patients


def test_whether_a_patient_and_a_text_were_there_is_known_and_nothing_else(endings: Endings) -> None:
    with_text, near_miss, *_ = (report_of(ending).details for ending in endings(CP932)[:3])
    assert (with_text.subject, with_text.narrative_present) == (SubjectKind.PATIENT, True)
    assert (near_miss.subject, near_miss.narrative_present) == (SubjectKind.UNKNOWN, False)


def test_the_form_has_185_columns_and_some_names_stand_many_times() -> None:
    header = (RECORDS / UTF8).read_text("utf-8-sig").splitlines()[0]
    names = header.split(",")
    assert len(names) == 185
    assert len(set(names)) < 185
    [first, _] = read_documents((RECORDS / UTF8).read_bytes())
    assert any(isinstance(cell, list) for cell in first.value.values())  # type: ignore[union-attr]


@pytest.mark.parametrize("year", ["2025", "2025年", "令和7年", "２０２５ 年"])
def test_a_year_is_read_in_either_calendar(endings: Endings, year: str) -> None:
    table = f"事例ID,報告年,発生曜日,発生時間帯\nA1,{year},月曜日,22:00～23:59\n"
    occurred = report_of(endings(table.encode(), zone=None)[0]).details.occurred
    assert occurred is not None
    assert occurred.latest.isoformat() == "2025-12-29T14:59:59.999999+00:00"


HEADER = "事例ID,報告年,発生曜日,発生時間帯"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16"])
@pytest.mark.parametrize("above", ["", "医療事故情報,2025年\n", "医療事故情報\n\n"])
def test_a_file_without_a_case_is_empty_and_no_broken_format(endings: Endings, charset: str, above: str) -> None:
    [found] = endings(f"{above}{HEADER}\n".encode(charset))
    assert refusal_of(found).reason is Reason.EMPTY


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize("above", ["医療事故情報収集等事業,2025年\n", "医療事故情報\r\n\r\n"])
def test_cases_below_a_title_are_read(endings: Endings, charset: str, above: str) -> None:
    [found] = endings(f"{above}{HEADER}\nA1,2025,月曜日,22:00～23:59\n".encode(charset, "replace"))
    assert report_of(found).source_id == "A1"
