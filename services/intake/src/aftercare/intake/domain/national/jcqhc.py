"""Japan Council for Quality Health Care: its open data, a CSV of closed cases with 185 columns (`interop.md` 2.2, 3).

Each row is a case that was closed and made anonymous long ago. It is history: the books are kept, nobody is asked or
contacted, and nobody is named, since staff are given by profession only. When it happened is a weekday and a bracket
of two hours, somewhere in the year of the report or the one before.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport
from aftercare.intake.domain.format_row import Format
from aftercare.intake.domain.json_values import identifier, items, text
from aftercare.intake.domain.national.parts import mapped, one_record, required
from aftercare.intake.domain.outcome import Examined, Reason, RefusedError
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.time_windows import bracket, some_weekday
from aftercare.intake.domain.time_words import to_iso
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, Outcome, SubjectKind

FORMAT = "jcqhc-csv"
HARM_RULE = "jcqhc.1"
ZONE = "Asia/Tokyo"
CASE, REPORT_YEAR, YEAR = "事例ID", "報告年", "発生年"
WEEKDAY, HOURS, KIND, HARM = "発生曜日", "発生時間帯", "事業区分", "事故の程度"
_TOLD = ("事例の概要", "概要", "事例の内容", "事例の背景要因の概要", "背景")
_WEEKDAYS = {sign: number for number, sign in enumerate("月火水木金土日")}
_NOT_SAID = frozenset({"", "不明", "-", "―", "なし"})
_NEAR_MISS = "ヒヤリ"
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)


def is_row(value: Any) -> bool:
    return format_of(value) == "csv" and {CASE, WEEKDAY, HOURS} <= {_plain(name) for name in value}


def map_row(row: Mapping[str, Any], context: Context) -> Examined:
    cells = dict(_cells(row))
    case = required(cells.get(CASE), CASE, FORMAT)
    if not any(sign.isdigit() for sign in case):
        raise RefusedError(Reason.MISSING_FIELD, f"{CASE} has no digit: this can be a row of sums or notes", FORMAT)
    fact = IncidentReport(source_id=case, details=_details(cells, context), numbers=(case,))
    return mapped(FORMAT, row, case, fact, context)


def _details(cells: Mapping[str, str], context: Context) -> IncidentDetails:
    near_miss = _NEAR_MISS in cells.get(KIND, "")
    harm = HarmLevel.NEAR_MISS if near_miss else _harm(cells, context)
    return IncidentDetails(
        occurred=_occurred(cells, context),
        actuality=Actuality.POTENTIAL if near_miss else Actuality.ACTUAL,
        outcome=Outcome.FATAL if harm is HarmLevel.DEATH else Outcome.UNKNOWN,
        harm=harm,
        harm_rule=HARM_RULE,
        subject=SubjectKind.PATIENT if any(name.startswith("患者") for name in cells) else SubjectKind.UNKNOWN,
        narrative_present=any(cells.get(name) for name in _TOLD),
        synthetic=context.source.synthetic,
        backfill=True,
    )


def _harm(cells: Mapping[str, str], context: Context) -> HarmLevel:
    stated = context.harm("jcqhc", cells.get(HARM), "degree-of-accident")
    return stated.level if stated is not None else HarmLevel.UNKNOWN


def _occurred(cells: Mapping[str, str], context: Context) -> StatedTime | None:
    span = _span(cells)
    if span is None:
        if YEAR in cells or REPORT_YEAR in cells:
            context.doubts.note("unreadable-time:report-year")
        return None
    weekday, hours = _WEEKDAYS.get(cells.get(WEEKDAY, " ")[0]), bracket(cells.get(HOURS, ""))
    for name, found, slug in ((WEEKDAY, weekday, "weekday"), (HOURS, hours, "hours")):
        if name in cells and found is None:
            context.doubts.note(f"unreadable-time:{slug}")
    return some_weekday(span, weekday, hours, "year-weekday-hours", context.source.zone or ZONE)


def _span(cells: Mapping[str, str]) -> tuple[date, date] | None:
    """The year in which it happened, or the year of the report with the one before."""
    stated = _year(cells.get(YEAR))
    if stated is not None:
        return date(stated, 1, 1), date(stated, 12, 31)
    reported = _year(cells.get(REPORT_YEAR))
    return (date(reported - 1, 1, 1), date(reported, 12, 31)) if reported is not None else None


def _year(written: str | None) -> int | None:
    found = _YEAR.fullmatch(to_iso((written or "").replace(" ", "")))
    return int(found[0]) if found is not None else None


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every cell that says something, by its plain name, in plain width. Of a name that stands twice the first."""
    seen: set[str] = set()
    for name, content in row.items():
        plain = _plain(name)
        written = next((found for one in items(content) if (found := _said(one)) is not None), None)
        if written is not None and plain not in seen:
            seen.add(plain)
            yield plain, written


def _said(content: Any) -> str | None:
    words = unicodedata.normalize("NFKC", text(content) or identifier(content) or "").strip()
    return None if words in _NOT_SAID else words


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "").strip("\"'")


ROWS: tuple[Format, ...] = (one_record(FORMAT, is_row, map_row),)
