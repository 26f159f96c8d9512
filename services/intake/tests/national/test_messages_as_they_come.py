"""Messages of HL7 v2 and E2B as they come: with marks, blanks and line ends of every kind, half filled, misused.

Each line says what was decided beforehand from the standard; nothing was taken from a real message.
"""

import re
from collections.abc import Mapping

import pytest

from aftercare.intake.domain.vocabulary import Relation

from .conftest import Endings, report_of
from .deciding import Decided, Said, is_newer, named, summary

HEAD = "MSH|^~\\&|S|HILL|R|G|20260302100000||PEX^P07|M1|P|2.5.1"


def pex(*segments: str, head: str = HEAD, end: str = "\r") -> str:
    return end.join((head, *segments, ""))


PES, PEO = "PES|HILL|RECORD^RITA|||EV-1|0|||20260302091500|20260302100000", "PEO|1|x^y|20260301"
PID = "PID|1||P-77^^^HILL^MR"


def observed(place: int, words: str) -> str:
    return pex(PES, "|".join(["PEO", "1", "x^y", "20260301", *[""] * (place - 4), words]))


HL7: list[Decided] = [
    ("as specified", pex(PID, PES, PEO).encode(), {"id": "EV-1", "patients": ["P-77"]}),
    ("lines of all kinds", pex(PID, PES, PEO).replace("\r", "\r\n\n", 2).encode() + b"  \r\n", {"id": "EV-1"}),
    ("blanks behind segments", pex(PID, PES, PEO, end="  \r").encode(), {"id": "EV-1", "patients": ["P-77"]}),
    ("UTF-16", pex(PES, PEO).encode("utf-16"), {"id": "EV-1"}),
    ("mark and frame", b"\xef\xbb\xbf\x0b" + pex(PES, PEO).encode() + b"\x1c\r", {"id": "EV-1"}),
    (
        "a sign for cut fields",
        pex(PES, PEO, head="MSH|^~\\&#|S|HILL|R|G|20260302||PEX^P07^PEX_P07|M1|P|2.7").encode(),
        {"id": "EV-1"},
    ),
    ("three signs", pex(PES, PEO, head="MSH|^~\\|S|HILL|R|G|20260302||PEX^P07|M1|P|2.3").encode(), {"id": "EV-1"}),
    (
        "one patient by two numbers",
        pex("PID|1||999^^^NHS^NH~P-77^^^HILL^MR", PES, PEO).encode(),
        {"patients": ["P-77"]},
    ),
    ("one patient by two numbers of no type", pex("PID|1||P-1~P-2", PES, PEO).encode(), {"patients": ["P-1"]}),
    ("a month", pex(PES, "PEO|1|x|202603").encode(), {"precision": "month"}),
    (
        "an hour with a zone",
        pex(PES, "PEO|1|x|2026030114+0100").encode(),
        {"occurred": "2026-03-01T13:00", "precision": "hour"},
    ),
    ("a date of ISO", pex(PES, "PEO|1|x|2026-03-01").encode(), {"precision": "day"}),
    (
        "a date nobody can read",
        pex(PES, "PEO|1|x|01MAR26").encode(),
        {"occurred": None, "doubts": ("unreadable-time:PEO-3",)},
    ),
    ("a code in lower case", observed(12, "d").encode(), {"harm": "death"}),
    ("a list of consequences", observed(11, "O~L").encode(), {"harm": "severe"}),
    ("an event id of parts", pex(PES.replace("EV-1", "EV-1^HILL^1.2.3^ISO"), PEO).encode(), {"id": "EV-1"}),
    (
        "segments of the house",
        pex("ZAB|1", PID, "ZXY|x^y~z", PES, "ZZZ", PEO).encode(),
        {"id": "EV-1", "patients": ["P-77"]},
    ),
    (
        "an escape in a name",
        pex(PES.replace("RECORD", "O\\T\\REILLY"), PEO).encode(),
        {"staff": [("RITA O", Relation.REPORTER)]},
    ),
    (
        "headers of a batch in Latin-1",
        (
            "FHS|^~\\&|A\rBHS|^~\\&|A\r"
            + pex(PES.replace("RECORD", "RÉMY"), PEO).replace("|2.5.1", "|2.5.1||||||8859/1")
            + "BTS|1\rFTS|1\r"
        ).encode("latin-1"),
        {"staff": [("RITA RÉMY", Relation.REPORTER)]},
    ),
    (
        "names in lower case",
        pex(PID, PES, PEO).replace("\rP", "\rp").encode(),
        {"id": "EV-1", "occurred": "2026-03-01T00:00"},
    ),
    ("lines set in", pex(PID, PES, PEO, end="\r  ").encode(), {"id": "EV-1", "patients": ["P-77"]}),
    ("line ends written out", pex(PES, PEO).replace("\r", "\\r").encode(), {"reason": "malformed-hl7"}),
    ("a receipt", pex("MSA|AA|M1", head=HEAD.replace("PEX^P07", "ACK^P07")).encode(), {"reason": "not-an-incident"}),
    ("no event", pex(PID).encode(), {"reason": "not-an-incident"}),
    ("cut at its beginning", pex(PES, PEO).encode()[1:], {"reason": "malformed-hl7"}),
]


def r2(inner: str, encoding: str = "UTF-8", version: str = "1", own: str = "XX-1") -> bytes:
    report = f"<safetyreportversion>{version}</safetyreportversion><safetyreportid>{own}</safetyreportid>{inner}"
    head = f'<?xml version="1.0" encoding="{encoding}"?>\r\n'
    return f"{head}<ichicsr><safetyreport>{report}</safetyreport></ichicsr>".encode(encoding)


def reaction(date: str = "20260302", outcome: str = "") -> str:
    ended = f"<reactionoutcome>{outcome}</reactionoutcome>"
    return f"<reaction><reactionstartdate>{date}</reactionstartdate>{ended}</reaction>"


def source(qualification: str, given: str = "Rita", family: str = "Record") -> str:
    name = f"<reportergivename>{given}</reportergivename><reporterfamilyname>{family}</reporterfamilyname>"
    return f"<primarysource>{name}<qualification>{qualification}</qualification></primarysource>"


def r3(criteria: Mapping[str, str], low: str = 'value="20260302"', prefix: str = "") -> bytes:
    said = "".join(
        f'<component><observation><code code="{code}"/><value {value}/></observation></component>'
        for code, value in criteria.items()
    )
    seen = f'<observation><code code="29"/><effectiveTime><low {low}/></effectiveTime>{said}</observation>'
    event = f'<investigationEvent><id extension="W-1"/><component>{seen}</component></investigationEvent>'
    act = f"<controlActProcess><subject>{event}</subject></controlActProcess>"
    whole = f"<MCCI_IN200100UV01><PORR_IN049016UV>{act}</PORR_IN049016UV></MCCI_IN200100UV01>"
    prefixed = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", whole)
    space = f'xmlns:{prefix[:-1]}="urn:hl7-org:v3"' if prefix else 'xmlns="urn:hl7-org:v3"'
    return prefixed.replace("UV01>", f"UV01 {space}>", 1).encode()


MEDICINES: list[Decided] = [
    ("R2 in UTF-16", r2("<serious>1</serious>", "UTF-16"), {"id": "XX-1", "harm": "severe"}),
    ("R2 with blanks", r2("<serious> 1\r\n</serious>", own=" XX-1\n"), {"id": "XX-1", "harm": "severe"}),
    ("R2, a code that is none", r2("<serious>Y</serious>"), {"harm": "unknown", "doubts": ("unknown-code:serious",)}),
    ("R2, a month", r2(f"<patient>{reaction('202603')}</patient>"), {"precision": "month"}),
    (
        "R2, the earliest",
        r2(f"<patient>{reaction('20260304')}{reaction('202603021015')}</patient>"),
        {"occurred": "2026-03-02T10:15"},
    ),
    ("R2, the gravest", r2(f"<patient>{reaction(outcome='1')}{reaction(outcome='5')}</patient>"), {"harm": "death"}),
    (
        "R2, an outcome nobody knows",
        r2(f"<patient>{reaction(outcome='9')}</patient>"),
        {"doubts": ("unknown-code:reactionoutcome",)},
    ),
    (
        "R2, one patient by two numbers",
        r2(
            "<patient><patientgpmedicalrecordnumb>G</patientgpmedicalrecordnumb>"
            "<patienthospitalrecordnumb>H</patienthospitalrecordnumb></patient>"
        ),
        {"patients": ["H"]},
    ),
    ("R2, a qualification with a blank", r2(source(" 1 ")), {"staff": [("Rita Record", Relation.REPORTER)]}),
    ("R2, a name kept back", r2(source("1", "PRIVACY", "PRIVACY")), {"staff": [], "doubts": ("nameless:reporter",)}),
    ("R2, a consumer", r2(source("5")), {"staff": []}),
    ("R2, nullified", r2("<casenullification>1</casenullification>", version="3"), {"withdrawn": "entered-in-error"}),
    ("R2, cut", r2("<serious>1</serious>")[:-20], {"reason": "truncated-xml"}),
    ("R2 with entities of its own", b'<!DOCTYPE ichicsr [<!ENTITY a "b">]><ichicsr/>', {"reason": "forbidden-xml"}),
    ("R3 with a prefix", r3({"34": 'value="true"'}, prefix="h:"), {"id": "W-1", "harm": "death"}),
    (
        "R3, all denied",
        r3(dict.fromkeys(("12", "21", "26", "33", "34", "35"), 'value="false"')),
        {"harm": "unknown", "doubts": ()},
    ),
    ("R3, said by a number", r3({"33": 'value="1"', "34": 'value="0"'}), {"harm": "severe"}),
    ("R3, no date known", r3({}, low='nullFlavor="UNK"'), {"occurred": None, "doubts": ()}),
]
ALL = [*named("HL7", HL7), *named("E2B", MEDICINES)]


@pytest.mark.parametrize(("content", "said"), ALL)
def test_a_message_as_it_comes_ends_as_was_decided(endings: Endings, content: bytes, said: Said) -> None:
    assert summary(endings(content, zone="UTC"), said) == said


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        (r2("", version="10"), r2("", version="9")),
        (r2("<casenullification>1</casenullification>", version="3"), r2("", version="2")),
        (pex(PES.replace("|0|", "|2|"), PEO).encode(), pex(PES.replace("|0|", "|1|"), PEO).encode()),
        (pex(PES, PEO, head=HEAD.replace("P07", "P08")).encode(), pex(PES, PEO).encode()),
    ],
)
def test_a_second_version_stands_whichever_comes_first(endings: Endings, newer: bytes, older: bytes) -> None:
    assert is_newer(endings(newer)[0], endings(older)[0])


def test_another_patient_behind_an_event_is_never_taken_for_the_first_one(endings: Endings) -> None:
    other = [line.replace("EV-1", "EV-2").replace("P-77", "P-88") for line in (PID, "PV1|1|I|Ward 7", PES, PEO)]
    found = endings(pex(PID, PES, PEO, *other, PES.replace("EV-1", "EV-3")).encode())
    told = [(report_of(one).source_id, [who.value for who in report_of(one).patients]) for one in found]
    assert told == [("EV-1", ["P-77"]), ("EV-2", ["P-88"]), ("EV-3", ["P-88"])]
    assert [report_of(one).details.unit for one in found] == [None, "ward-7", "ward-7"]


def test_a_message_of_a_batch_that_is_set_in_is_a_message_of_its_own(endings: Endings) -> None:
    found = endings((pex(PID, PES, PEO) + "  " + pex(PES.replace("EV-1", "EV-2"), PEO)).encode())
    assert [len(report_of(one).patients) for one in found] == [1, 0]
