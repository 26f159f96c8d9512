"""Safety reports of medicines, E2B R2 and R3."""

import pytest

from aftercare.intake.domain.facts import IncidentWithdrawal
from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.vocabulary import HarmLevel, Outcome, Precision, Relation, Seriousness

from .conftest import RECORDS, Endings, refusal_of, report_of

R2, R3 = "e2b/r2-four-reports-latin-1.xml", "e2b/r3.xml"


def test_a_message_has_an_ending_per_report(endings: Endings) -> None:
    serious, other, nullified, nameless = endings(R2)
    assert [report_of(one).source_id for one in (serious, other)] == ["XX-HILL-1", "XX-HILL-2"]
    assert isinstance(nullified, Mapped)
    assert isinstance(nullified.fact, IncidentWithdrawal)
    assert refusal_of(nameless).reason is Reason.MISSING_FIELD


def test_1_means_yes_and_2_means_no(endings: Endings) -> None:
    serious, other, *_ = endings(R2)
    assert (report_of(serious).details.seriousness, report_of(serious).details.harm) == (
        Seriousness.SERIOUS,
        HarmLevel.SEVERE,
    )
    assert report_of(serious).details.outcome is Outcome.RESOLVED, "death is stated as 2, so nobody died"
    assert report_of(other).details.seriousness is Seriousness.NON_SERIOUS


@pytest.mark.parametrize("tag", ["seriousnessdeath", "seriousnesslifethreatening", "serious"])
def test_each_criterion_alone_makes_it_serious(endings: Endings, tag: str) -> None:
    report = f"<ichicsr><safetyreport><safetyreportid>1</safetyreportid><{tag}>1</{tag}></safetyreport></ichicsr>"
    harm = HarmLevel.DEATH if tag == "seriousnessdeath" else HarmLevel.SEVERE
    assert report_of(endings(report.encode())[0]).details.harm is harm


def test_health_professionals_who_reported_are_named_and_consumers_are_not(endings: Endings) -> None:
    [person] = report_of(endings(R2)[0]).staff
    assert (person.person.value, person.relation) == ("René Müller", Relation.REPORTER)


def test_an_external_document_type_is_named_and_never_loaded(endings: Endings) -> None:
    assert b"<!DOCTYPE ichicsr SYSTEM" in (RECORDS / R2).read_bytes()
    occurred = report_of(endings(R2)[0]).details.occurred
    assert occurred is not None
    assert occurred.precision is Precision.MINUTE


def test_r3_says_true_false_or_nothing(endings: Endings) -> None:
    report = report_of(endings(R3)[0])
    assert (report.details.harm, report.details.outcome) == (HarmLevel.SEVERE, Outcome.RECOVERING)
    assert [one.person.value for one in report.staff] == ["Rita Record"]
    death = (RECORDS / R3).read_bytes().replace(b'value="false"', b'value="true"')
    assert report_of(endings(death)[0]).details.harm is HarmLevel.DEATH


def test_a_nullified_report_is_withdrawn(endings: Endings) -> None:
    [ending] = endings("e2b/r3-nullified.xml")
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentWithdrawal)
    assert ending.identity.id == "XX-HILL-9"


def report_r2(inner: str) -> bytes:
    return f"<ichicsr><safetyreport><safetyreportid>1</safetyreportid>{inner}</safetyreport></ichicsr>".encode()


def source(name: str, qualification: str = "<qualification>1</qualification>") -> str:
    return f"<primarysource><reportergivename>{name}</reportergivename>{qualification}</primarysource>"


@pytest.mark.parametrize("word", ["PRIVACY", "UNKNOWN", "Masked", "-"])
def test_a_word_for_a_name_that_is_kept_back_is_no_name(endings: Endings, word: str) -> None:
    [ending] = endings(report_r2(source(word)))
    assert isinstance(ending, Mapped)
    assert not report_of(ending).staff
    assert ending.doubts == ("nameless:reporter",)


def test_a_reporter_of_unstated_profession_is_left_out_and_doubted(endings: Endings) -> None:
    [ending] = endings(report_r2(source("Rita", "")))
    assert isinstance(ending, Mapped)
    assert not report_of(ending).staff
    assert ending.doubts == ("unqualified:reporter",)


def test_a_name_is_read_whether_or_not_its_element_has_attributes(endings: Endings) -> None:
    r2 = report_r2(source("Rita").replace("<reportergivename>", '<reportergivename lang="en">'))
    r3 = (RECORDS / R3).read_bytes().replace(b"<given>Rita", b'<given use="L">Rita')
    assert [one.person.value for one in report_of(endings(r2)[0]).staff] == ["Rita"]
    assert [one.person.value for one in report_of(endings(r3)[0]).staff] == ["Rita Record"]


def test_a_report_without_its_own_number_goes_by_the_one_that_all_share(endings: Endings) -> None:
    without = (RECORDS / R3).read_bytes().replace(b'extension="XX-HILL-9"', b'nullFlavor="NI"')
    assert report_of(endings(without)[0]).numbers == ("ww-9",)
    assert report_of(endings(R3)[0]).numbers == ("XX-HILL-9", "ww-9")


@pytest.mark.parametrize("receipt", ["<ichicsrack/>", '<MCCI_IN200101UV01 xmlns="urn:hl7-org:v3"/>'])
def test_a_receipt_is_no_report(endings: Endings, receipt: str) -> None:
    assert refusal_of(endings(receipt.encode())[0]).reason is Reason.NOT_AN_INCIDENT
