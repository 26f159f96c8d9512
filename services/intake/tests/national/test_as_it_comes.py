"""National records as they come: with marks, blanks and line ends of every kind, half filled, misused.

Each line says what was decided beforehand from the specification; nothing was taken from a real record.
"""

import json
from typing import Any

import pytest

from aftercare.intake.domain.vocabulary import Relation

from .conftest import Endings
from .deciding import Decided, Said, is_newer, named, summary

JCQHC = "事例ID,報告年,発生曜日,発生時間帯,事業区分,事故の程度,事例の内容"
CASE = "A1,2025年,月曜日,22:00～23:59,医療事故,死亡,text"
LFPSE = "https://taxonomy.example/fhir/StructureDefinition"


def table(*rows: str, header: str = JCQHC, end: str = "\n") -> str:
    return end.join((header, *rows, ""))


def tabs(words: str) -> str:
    return words.replace(",", "\t")


JAPAN: list[Decided] = [
    ("mark", table(CASE).encode("utf-8-sig"), {"id": "A1", "harm": "death"}),
    ("CRLF and blanks", table(CASE.replace(",", " , "), end=" \r\n").encode(), {"id": "A1", "harm": "death"}),
    ("CR alone", table(CASE, end="\r").encode("cp932", "replace"), {"id": "A1", "harm": "death"}),
    ("tabs in UTF-16", tabs(table(CASE)).encode("utf-16"), {"id": "A1", "harm": "death"}),
    ("semicolons", table(CASE).replace(",", ";").encode(), {"id": "A1", "harm": "death"}),
    ("quoted, several lines", table(CASE.replace("text", '"one\ntwo, ""three"""')).encode(), {"id": "A1"}),
    ("half width", table(CASE.replace("医療事故", "ﾋﾔﾘ･ﾊｯﾄ事例")).encode(), {"harm": "near-miss"}),
    ("full width", table(CASE.replace("死亡", "障害残存の可能性がある（高い）")).encode(), {"harm": "severe"}),
    ("another wave", table(CASE.replace("～", "〜")).encode(), {"precision": "year", "doubts": ()}),
    ("hours unknown", table(CASE.replace("22:00～23:59", "不明")).encode(), {"precision": "year", "doubts": ()}),
    ("harm unknown", table(CASE.replace("死亡", "不明")).encode(), {"harm": "unknown", "doubts": ()}),
    (
        "a word nobody knows",
        table(CASE.replace("死亡", "重い")).encode(),
        {"doubts": ("unknown-code:degree-of-accident",)},
    ),
    ("no year", table(CASE.replace("2025年", "")).encode(), {"occurred": None}),
    ("a year in words", table(CASE.replace("2025年", "令和")).encode(), {"doubts": ("unreadable-time:report-year",)}),
    ("an id twice", table("A1,A2,2025,月,", header="事例ID,事例ID,報告年,発生曜日,発生時間帯").encode(), {"id": "A1"}),
    ("a row of sums", table("合計,1,,,,,").encode(), {"reason": "missing-field"}),
    ("no id", table(CASE.removeprefix("A1")).encode(), {"reason": "missing-field"}),
    ("XML", "<事例><事例ID>A1</事例ID></事例>".encode(), {"reason": "unsupported-format"}),
]


def extension(name: str, **parts: Any) -> dict[str, Any]:
    inside = [
        {"url": part, "valueCode" if isinstance(one, str) else "valueInteger": one} for part, one in parts.items()
    ]
    return {"url": f"{LFPSE}/{name}", "extension": inside}


def event(*extensions: Any, harm: Any = "3", **fields: Any) -> dict[str, Any]:
    patient = extension("patient-information-6", PatientSequence=1, PhysicalHarm=harm)
    return {
        "resourceType": "AdverseEvent",
        "id": "lf-1",
        "actuality": "actual",
        "date": "2026-03-02",
        "extension": [patient, *extensions],
        **fields,
    }


def dated(**parts: Any) -> dict[str, Any]:
    return extension("adverse-event-estimated-date-6", **parts)


def body(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


ALONE = event() | {"extension": [extension("adverse-event-governance-6", DutyOfCandour="n")]}
"""Without a word about its patients beside the subject."""
ENGLAND: list[Decided] = [
    ("mark and blanks", b"\xef\xbb\xbf  \r\n" + body(event()) + b"\r\n \x00"[:3], {"id": "lf-1", "harm": "moderate"}),
    ("UTF-16", json.dumps(event()).encode("utf-16"), {"id": "lf-1"}),
    ("a British date", body(event(date="02/03/2026")), {"occurred": "2026-03-02T00:00", "precision": "day"}),
    ("a number as a code", body(event(harm=2)), {"harm": "severe"}),
    ("a code that nobody knows", body(event(harm="9")), {"harm": "unknown", "doubts": ("unknown-code:physicalharm",)}),
    (
        "midnight and a shift",
        body(event(dated(EstimatedTime="2"), date="2026-03-02T00:00:00")),
        {"precision": "part-of-day"},
    ),
    ("a precise time", body(event(dated(PreciseTime="23:15:00"))), {"occurred": "2026-03-02T23:15"}),
    ("a time without its zero", body(event(dated(PreciseTime="9:05"))), {"occurred": "2026-03-02T09:05"}),
    (
        "a whole moment as a time",
        body(event(dated(PreciseTime="2026-03-02T23:15:00Z"))),
        {"occurred": "2026-03-02T23:15"},
    ),
    (
        "a time in words",
        body(event(dated(PreciseTime="about noon"))),
        {
            "occurred": "2026-03-02T00:00",
            "precision": "day",
            "doubts": ("unreadable-time:AdverseEventEstimatedDate.PreciseTime",),
        },
    ),
    (
        "a time in words and a shift",
        body(event(dated(PreciseTime="late", EstimatedTime="2"))),
        {"precision": "part-of-day"},
    ),
    (
        "a shift by its name",
        body(event(dated(EstimatedTime="Night shift"))),
        {"precision": "part-of-day", "doubts": ()},
    ),
    (
        "a shift nobody knows",
        body(event(dated(EstimatedTime="9"))),
        {"precision": "day", "doubts": ("unknown-code:EstimatedTime",)},
    ),
    (
        "a month in figures",
        body(event(dated(ApproximateDate="3/2026"), date=None)),
        {"doubts": ("approximate:occurred",)},
    ),
    (
        "today",
        body(event(dated(IncidentOccurredToday="y", TodaysDate="2026-03-03"), date=None)),
        {"occurred": "2026-03-03T00:00"},
    ),
    (
        "about a date",
        body(event(dated(ApproximateDate="about 3rd of March 2026"), date=None)),
        {"doubts": ("approximate:occurred",)},
    ),
    ("no date", body(event(date=None)), {"occurred": None, "harm": "moderate"}),
    ("taken back, in capitals", body(event(status="Entered-In-Error")), {"withdrawn": "entered-in-error"}),
    (
        "potential, yet harmed",
        body(event(actuality="potential")),
        {"harm": "near-miss", "doubts": ("contradiction:actuality",)},
    ),
    (
        "two answers of one reporter",
        body(event({"url": "ReporterInvolvement", "valueCode": "1"}, {"url": "ReporterInvolvement", "valueCode": "4"})),
        {"unnamed": 1},
    ),
    ("a list with one event", body([event()]), {"id": "lf-1"}),
    ("a subject by number", body(ALONE | {"subject": {"identifier": {"value": "9"}}}), {"patients": ["9"]}),
    ("a subject by address", body(ALONE | {"subject": {"reference": "Patient/p"}}), {"patients": ["Patient/p"]}),
    ("a subject on the staff", body(ALONE | {"subject": {"reference": "Practitioner/p"}}), {"patients": []}),
    ("no id and no number", body(event(id=None)), {"harm": "moderate"}),
]


def melde(areas: Any = None, report: Any = None, **header: Any) -> bytes:
    reporter = {"HprId": 9000001, "Name": "Rita Reporter", "Role": "Treator"}
    head = {
        "ExternalCaseId": "AVVIK-1",
        "Reporter": reporter,
        "Incident": {"IncidentDate": "2026-03-01"},
        "ReportAreas": {"SeriousIncident": True} if areas is None else areas,
        **header,
    }
    return body({"Header": head, "Report": report or {}})


def equipment(word: Any) -> bytes:
    return melde({"MedicalEquipment": True}, {"MedicalEquipment": [{"IncidentClassification": word}]})


NORWAY: list[Decided] = [
    ("as specified", melde(), {"id": "AVVIK-1", "occurred": "2026-02-28T23:00", "precision": "day"}),
    ("mark and CRLF", b"\xef\xbb\xbf" + melde() + b"\r\n", {"id": "AVVIK-1"}),
    ("a number as the case", melde(ExternalCaseId=8345), {"id": "8345"}),
    ("blanks around the case", melde(ExternalCaseId=" AVVIK-1 "), {"id": "AVVIK-1"}),
    ("a Norwegian date", melde(Incident={"IncidentDate": "01.03.2026"}), {"precision": "day", "doubts": ()}),
    ("a date with midnight", melde(Incident={"IncidentDate": "2026-03-01T00:00:00"}), {"precision": "day"}),
    (
        "midnight, in UTC",
        melde(Incident={"IncidentDate": "2026-02-28T23:00:00Z"}),
        {"occurred": "2026-02-28T23:00", "precision": "day"},
    ),
    (
        "a time",
        melde(Incident={"IncidentDate": "2026-03-01T14:30:00"}),
        {"occurred": "2026-03-01T13:30", "precision": "instant"},
    ),
    (
        "no date set",
        melde(Incident={"IncidentDate": "0001-01-01T00:00:00", "DateUnknown": "Yes"}),
        {"occurred": None, "doubts": ()},
    ),
    (
        "a date in words",
        melde(Incident={"DateText": "en gang i mars"}),
        {"occurred": None, "doubts": ("unreadable-time:DateText",)},
    ),
    ("a class in lower case", equipment("seriousdeterioration"), {"harm": "severe"}),
    ("a class of two", equipment(["Death", None]), {"harm": "death"}),
    (
        "a flag as a number",
        melde({"MedicalEquipment": 1}, {"MedicalEquipment": {"IncidentClassification": "Death"}}),
        {"doubts": ("unknown-code:ReportAreas", "no-report-area")},
    ),
    ("a flag as a word", melde({"SeriousIncident": "True"}), {"flags": ("serious-incident",)}),
    (
        "nothing but the case",
        body({"Header": {"ExternalCaseId": "A", "ReportAreas": None}}),
        {"id": "A", "doubts": ("no-report-area",)},
    ),
    (
        "no register number",
        melde(Reporter={"HprId": 0, "Nin": "", "Name": "Rita Reporter"}),
        {"staff": [("Rita Reporter", Relation.REPORTER)]},
    ),
    ("a patient's number with a space", melde(Patient={"Nin": "020202 00262"}), {"patients": ["02020200262"]}),
]


def hmpps(**fields: Any) -> bytes:
    return body(
        {"reportReference": "7700123", "incidentDateAndTime": "2026-03-01T22:41:07.5", "status": "DRAFT", **fields}
    )


def held(status: str, *before: str) -> bytes:
    return hmpps(
        status=status, historyOfStatuses=[{"status": one, "changedAt": "2026-03-02T08:00:00"} for one in before]
    )


PRISONS: list[Decided] = [
    ("a number as the reference", hmpps(reportReference=7700123), {"id": "7700123"}),
    (
        "a space for T",
        hmpps(incidentDateAndTime="2026-03-01 22:41"),
        {"occurred": "2026-03-01T22:41", "precision": "minute"},
    ),
    ("summer", hmpps(incidentDateAndTime="2026-07-01T00:30:00"), {"occurred": "2026-06-30T23:30"}),
    ("no staff said", hmpps(staffInvolved=None), {"tells_staff": False}),
    (
        "one for a list",
        hmpps(staffInvolved={"staffUsername": "U1", "staffRole": "WITNESS"}),
        {"staff": [("U1", Relation.WITNESS)]},
    ),
    (
        "blanks around a user",
        hmpps(staffInvolved=[{"staffUsername": " U1 ", "staffRole": "witness"}]),
        {"staff": [("U1", Relation.WITNESS)]},
    ),
    (
        "no role",
        hmpps(staffInvolved=[{"staffUsername": "U1"}]),
        {"staff": [("U1", Relation.INVOLVED)], "doubts": ("unknown-code:staffRole",)},
    ),
    (
        "nobody in the list",
        hmpps(staffInvolved=[{"staffUsername": None, "firstName": "", "lastName": None, "staffRole": "VICTIM"}]),
        {"staff": [], "unnamed": 1, "doubts": ("nameless:staff",)},
    ),
    ("a status in words", held("On hold"), {"steps": ["commissioned"]}),
    ("a history in words", held("Closed", "On hold", "Closed"), {"steps": ["completed"]}),
    ("a duplicate in words", held("duplicate"), {"withdrawn": "duplicate"}),
    (
        "not reportable, with a blank",
        held("Not reportable", "ON_HOLD"),
        {"withdrawn": "not-reportable", "steps": ["cancelled"]},
    ),
    (
        "a prisoner without number",
        hmpps(prisonersInvolved=[{"prisonerNumber": None}, {"prisonerNumber": "Z1"}]),
        {"patients": ["Z1"]},
    ),
    ("mark", b"\xef\xbb\xbf" + hmpps(), {"id": "7700123"}),
    (
        "a deletion in capitals",
        body({"eventType": "Incident.Report.Deleted", "additionalInformation": {"reportReference": "7700123"}}),
        {"id": "7700123", "withdrawn": "entered-in-error"},
    ),
]


ALL = [*named("Japan", JAPAN), *named("England", ENGLAND), *named("Norway", NORWAY), *named("prisons", PRISONS)]


@pytest.mark.parametrize(("content", "said"), ALL)
def test_a_record_as_it_comes_ends_as_was_decided(endings: Endings, content: bytes, said: Said) -> None:
    assert summary(endings(content, zone=None), said) == said


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        (hmpps(modifiedAt="2026-03-02T08:00:00.000002"), hmpps(modifiedAt="2026-03-02T08:00:00.000001")),
        (hmpps(status="DUPLICATE", modifiedAt="2026-03-02T08:00:01"), hmpps(createdAt="2026-03-02T08:00:00")),
        (body(event(meta={"versionId": "10"})), body(event(meta={"versionId": "9"}))),
    ],
)
def test_a_second_version_stands_whichever_comes_first(endings: Endings, newer: bytes, older: bytes) -> None:
    assert is_newer(endings(newer)[0], endings(older)[0])
