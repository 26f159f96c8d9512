"""Records of an in-house system, told in our words by a file that an engineer wrote."""

import json
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import (
    DisclosureStep,
    IncidentMerge,
    IncidentReport,
    IncidentWithdrawal,
    RcaMilestone,
    StaffChange,
)
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.vocabulary import Flag, HarmLevel, Milestone, Precision, RcaStep, Relation

from .conftest import WARDLOG, Examine, mapped, mapping_of, record, refused


def report_of(one: Any) -> IncidentReport:
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    return fact


def test_a_record_is_told_in_our_words(examine: Examine) -> None:
    [one] = examine(WARDLOG, record())
    report = report_of(one)
    details = report.details
    assert (report.source_id, report.numbers) == ("WL-17", ("WL-17",))
    assert (details.site, details.unit, details.harm) == ("hill", "ward-7", HarmLevel.SEVERE)
    assert details.occurred is not None
    assert details.occurred.earliest.isoformat() == "2025-11-02T23:40:00+00:00"
    assert details.occurred.precision is Precision.MINUTE
    assert [(each.person.value, each.relation) for each in report.staff] == [
        ("N-1001", Relation.INVOLVED),
        ("N-2002", Relation.REPORTER),
    ]
    assert (details.narrative_present, details.flags) == (True, ())


def test_each_record_says_which_mapping_and_version_mapped_it(examine: Examine) -> None:
    [one] = examine(WARDLOG, record())
    assert mapped(one).format == "mapping:wardlog@3"
    [missing] = examine(WARDLOG, record(no=""))
    assert refused(missing).format == "mapping:wardlog@3"


def test_a_deleted_record_is_withdrawn(examine: Examine) -> None:
    [one] = examine(WARDLOG, record(state="deleted"))
    assert isinstance(mapped(one).fact, IncidentWithdrawal)


def test_a_reporter_who_fears_repercussion_is_guarded_and_so_is_everybody_named(examine: Examine) -> None:
    [one] = examine(WARDLOG, record(reporter={"no": "N-2002", "fear": "perhaps"}))
    report = report_of(one)
    assert report.fears_repercussion
    assert all(each.never_through_manager for each in report.staff)


def test_a_code_that_nobody_listed_is_a_doubt_and_never_a_guess(examine: Examine) -> None:
    [one] = examine(WARDLOG, record(harm=7, kind="Z"))
    assert report_of(one).details.harm is HarmLevel.UNKNOWN
    assert {"unknown-code:harm", "unknown-code:actuality"} <= set(mapped(one).doubts)


@pytest.mark.parametrize("code", [2, "2", " 2 ", 2.0])
def test_codes_are_compared_without_case_spaces_and_kind_of_number(examine: Examine, code: object) -> None:
    [one] = examine(WARDLOG, record(harm=code))
    assert report_of(one).details.harm is HarmLevel.SEVERE


@pytest.mark.parametrize("nothing", ["", "-", "n/a", " NULL ", None])
def test_texts_that_mean_nothing_count_as_nothing(examine: Examine, nothing: object) -> None:
    [one] = examine(WARDLOG, record(ward=nothing, happened=nothing, reporter={"no": nothing, "fear": nothing}))
    report = report_of(one)
    assert (report.details.occurred, len(report.staff)) == (None, 1)


def test_a_number_without_a_scale_stays_unknown_unless_the_source_has_one(examine: Examine) -> None:
    bare = WARDLOG.replace(
        '{value: harm, codes: {"1": death, "2": severe, "3": moderate, "4": low, "5": no-harm}}', "harm"
    )
    [one] = examine(bare, record())
    assert report_of(one).details.harm is HarmLevel.UNKNOWN
    assert "harm-without-scale" in mapped(one).doubts


def test_of_several_patients_the_worst_harm_counts(examine: Examine) -> None:
    [one] = examine(WARDLOG, record(harm=[4, 2, 5]))
    assert report_of(one).details.harm is HarmLevel.SEVERE
    scaled = WARDLOG.replace(
        'codes: {"1": death, "2": severe, "3": moderate, "4": low, "5": no-harm}', "scale: lfpse-physical"
    )
    [one] = examine(scaled, record(harm=[4, 1, 5]))
    assert report_of(one).details.harm is HarmLevel.DEATH


def test_flags_stand_apart_from_harm(examine: Examine) -> None:
    [one] = examine(WARDLOG, record(harm=5, never="Y"))
    assert report_of(one).details.flags == (Flag.NEVER_EVENT,)


def test_what_no_message_is_for_is_parked_and_what_is_to_be_ignored_is_refused(examine: Examine) -> None:
    only_deleted = WARDLOG.replace("when: state != 'deleted'", "when: state == 'closed'")
    [one] = examine(only_deleted, record())
    assert refused(one).reason is Reason.NO_MESSAGE_APPLIES
    [one] = examine(WARDLOG, record(kind="T"))
    assert refused(one).reason is Reason.NOT_AN_INCIDENT


def test_a_body_that_the_mapping_does_not_recognise_is_parked(examine: Examine) -> None:
    [one] = examine(WARDLOG, record() | {"event": "ping"})
    assert refused(one).reason is Reason.UNKNOWN_SHAPE
    assert "none of the mapping files" in refused(one).detail


def test_messages_of_our_contract_need_no_mapping(examine: Examine) -> None:
    event = {
        "specversion": "1.0", "id": "1", "source": "//x", "type": "org.aftercare.source.incident-reported",
        "data": {"record": {"id": "INC-1"}},
    }  # fmt: skip
    [one] = examine(WARDLOG.replace("recognise:\n  - event == 'report.saved'\n", ""), event)
    assert mapped(one).format == "aftercare-source"


def test_a_body_with_many_records_is_split(examine: Examine) -> None:
    several = WARDLOG.replace("records: report", "records: reports[].report")
    body = {"event": "report.saved", "reports": [record(no=f"WL-{number}") for number in range(3)]}
    assert [report_of(one).source_id for one in examine(several, body)] == ["WL-0", "WL-1", "WL-2"]


def test_a_body_without_the_records_that_the_mapping_looks_for_is_parked(examine: Examine) -> None:
    [one] = examine(WARDLOG.replace("records: report", "records: nowhere"), record())
    assert (refused(one).reason, refused(one).detail) == (
        Reason.MAPPING_MISFIT,
        "records: the mapping's expression finds no record",
    )


ROWS = """\
mapping: export
version: 1
input: csv
messages:
  - type: incident-reported
    record: {id: Number}
    staff:
      each: split("Staff", '/')
      value: "@"
"""


def test_an_export_has_a_record_per_row_and_a_list_in_a_cell(examine: Examine) -> None:
    body = b"Number;Staff;Text\nA-1;N-1 / N-2;anything\nA-2;;nothing\n"
    one, two = examine(ROWS, body)
    assert [each.person.value for each in report_of(one).staff] == ["N-1", "N-2"]
    assert report_of(two).staff == ()


def test_the_same_row_of_another_export_is_the_same_record(examine: Examine) -> None:
    [first, _] = examine(ROWS, b"Number,Staff\nA-1,N-1\nA-2,N-2\n")
    [_, again] = examine(ROWS, b"Number,Staff\nA-0,N-1\nA-1,N-1\n")
    assert mapped(first).body_hash == mapped(again).body_hash


def test_xml_and_forms_are_read_too(examine: Examine) -> None:
    xml = ROWS.replace("input: csv", "input: xml\nrecords: list(Events.Event)").replace(
        "split(\"Staff\", '/')", "list(Staff)"
    )
    [one] = examine(xml, b"<Events><Event><Number>A-1</Number><Staff>N-1</Staff></Event></Events>")
    assert report_of(one).staff[0].person.value == "N-1"
    form = ROWS.replace("input: csv", "input: form")
    [one] = examine(form, b"Number=A-1&Staff=N-1%2FN-2", content_type="application/x-www-form-urlencoded")
    assert len(report_of(one).staff) == 2


def test_a_form_in_parts_is_read_and_its_files_are_left_out(examine: Examine) -> None:
    form = ROWS.replace("input: csv", "input: form")
    parts = [
        'Content-Disposition: form-data; name="Number"\r\n\r\nA-1\r\n',
        'Content-Disposition: form-data; name="Staff"\r\n\r\nN-1/N-2\r\n',
        'Content-Disposition: form-data; name="Number"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\nx\r\n',
    ]
    body = "".join(f"--b0und\r\n{part}" for part in parts) + "--b0und--\r\n"
    [one] = examine(form, body.encode(), content_type='multipart/form-data; boundary="b0und"')
    assert (report_of(one).source_id, len(report_of(one).staff)) == ("A-1", 2)
    [cut] = examine(form, body.encode()[:70])
    assert refused(cut).reason is Reason.TRUNCATED_FORM


OTHERS = """\
mapping: others
version: 1
messages:
  - {type: incident-merged, when: t == 'merge', record: {id: no}, into: {number: into}}
  - {type: staff-involved-added, when: t == 'staff', incident: no, staff: {value: who}, event_id: event}
  - {type: rca-interview-held, when: t == 'rca', rca: {id: no}, incidents: {each: about, number: "@"},
     interviewee: {value: who}, at: day, team: {each: team, display: "@"}}
  - {type: disclosure-milestone-reached, when: t == 'told', incident: {number: no}, at: day,
     milestone: {value: step, codes: {M: meeting-held}}}
"""


def test_analyses_disclosures_people_and_merges_can_be_told(examine: Examine) -> None:
    def fact(**fields: Any) -> Any:
        [one] = examine(OTHERS, {"no": "R-1", "day": "2025-11-02", **fields})
        return mapped(one)

    assert isinstance(fact(t="merge", into="R-2").fact, IncidentMerge)
    staff = fact(t="staff", who="N-1", event="e-9")
    assert isinstance(staff.fact, StaffChange)
    assert staff.identity.id == "staff-involved-added:e-9"
    rca = fact(t="rca", who="N-1", about=["R-1", "R-2"], team=["Tom Test"]).fact
    assert isinstance(rca, RcaMilestone)
    assert (rca.step, len(rca.incidents), len(rca.team or ())) == (RcaStep.INTERVIEW_HELD, 2, 1)
    told = fact(t="told", step="M").fact
    assert isinstance(told, DisclosureStep)
    assert told.milestone is Milestone.MEETING_HELD


def test_a_mapping_for_anybody_takes_only_what_nothing_else_knows() -> None:
    door = Door(mappings=Mappings(anywhere=[mapping_of(WARDLOG)]))
    [own] = door.examine(Delivery(json.dumps(record()).encode()))
    assert mapped(own).format == "mapping:wardlog@3"
    [fhir] = door.examine(Delivery(b'{"resourceType": "AdverseEvent", "event": "report.saved", "report": {"no": "1"}}'))
    assert not isinstance(fhir.ending, Mapped) or not fhir.ending.format.startswith("mapping:")
