"""UK HMPPS: reports and domain events."""

import json
from typing import Any

from aftercare.intake.domain.facts import IncidentWithdrawal, RcaMilestone
from aftercare.intake.domain.fhir.settings import FhirServer
from aftercare.intake.domain.outcome import HMPPS_REPORT, Mapped, Pointer, Reason
from aftercare.intake.domain.vocabulary import EventKind, IdentifierKind, RcaStep, Relation, SubjectKind

from .conftest import RECORDS, Endings, refusal_of, report_of


def test_staff_are_named_by_user_name_and_by_name_only_where_there_is_none(endings: Endings) -> None:
    report = report_of(endings("hmpps/report-on-hold.json")[0])
    told = [(one.person.kind, one.person.value, one.relation) for one in report.staff]
    assert told == [
        (IdentifierKind.IDENTIFIER, "USR_REPORT", Relation.INVOLVED),
        (IdentifierKind.IDENTIFIER, "X", Relation.WITNESS),
        (IdentifierKind.DISPLAY_NAME, "Vera Victim", Relation.HARMED),
        (IdentifierKind.IDENTIFIER, "USR_DOG", Relation.INVOLVED),
        (IdentifierKind.IDENTIFIER, "USR_REPORT", Relation.REPORTER),
    ]
    assert {one.person.system for one in report.staff if one.person.kind is IdentifierKind.IDENTIFIER} == {
        "urn:hill:staff"
    }


def test_nobody_writes_to_the_dead_and_an_unknown_role_is_doubted_and_counts_as_involved(endings: Endings) -> None:
    ending = endings("hmpps/report-on-hold.json")[0]
    assert isinstance(ending, Mapped)
    assert {"deceased:staff", "unknown-code:staffRole"} <= set(ending.doubts)


def test_local_times_are_read_in_the_zone_of_the_source(endings: Endings) -> None:
    details = report_of(endings("hmpps/report-on-hold.json", zone="Europe/London")[0]).details
    assert details.occurred is not None
    assert details.occurred.earliest.isoformat() == "2026-03-01T22:41:07.123456+00:00"
    assert (details.kind, details.subject, details.site) == (EventKind.STRESSFUL_EVENT, SubjectKind.STAFF, "hill")


def test_a_report_set_aside_for_investigation_tells_of_its_beginning_and_closed_of_its_end(endings: Endings) -> None:
    steps = []
    for name in ("report-on-hold", "report-closed-after-hold"):
        [_, investigation] = endings(f"hmpps/{name}.json")
        assert isinstance(investigation, Mapped)
        assert isinstance(investigation.fact, RcaMilestone)
        steps.append(investigation.fact.step)
    assert steps == [RcaStep.COMMISSIONED, RcaStep.COMPLETED]


def test_a_report_that_was_closed_without_being_set_aside_tells_of_no_investigation(endings: Endings) -> None:
    report = {"reportReference": "1", "status": "CLOSED", "historyOfStatuses": [{"status": "CLOSED"}]}
    assert len(endings(report)) == 1


def test_a_duplicate_is_withdrawn_and_so_is_a_deletion_that_came_through_two_queues(endings: Endings) -> None:
    for name, reason in (("report-duplicate", "duplicate"), ("event-deleted-through-sns-and-sqs", "entered-in-error")):
        [ending] = endings(f"hmpps/{name}.json")
        assert isinstance(ending, Mapped)
        assert isinstance(ending.fact, IncidentWithdrawal)
        assert ending.fact.reason == reason


def test_a_deletion_takes_back_the_report_that_it_names_by_reference(endings: Endings) -> None:
    report = report_of(endings("hmpps/report-on-hold.json")[0])
    [deletion] = endings("hmpps/event-deleted-through-sns-and-sqs.json")
    assert isinstance(deletion, Mapped)
    assert deletion.identity.id == report.source_id


def test_a_poll_of_a_queue_is_as_many_records_as_it_holds(endings: Endings) -> None:
    message: dict[str, Any] = json.loads((RECORDS / "hmpps" / "event-deleted-through-sns-and-sqs.json").read_text())
    lower = {f"{name[0].lower()}{name[1:]}": content for name, content in message.items()}
    assert len(endings({"Records": [lower, lower]})) == 2


def test_an_event_without_data_asks_for_the_report(endings: Endings) -> None:
    assert refusal_of(endings("hmpps/event-amended.json")[0]).reason is Reason.DATA_ELSEWHERE


def test_a_part_that_does_not_say_of_which_report_is_parked_and_says_so(endings: Endings) -> None:
    found = refusal_of(endings("hmpps/staff-list-of-nobody-knows-which-report.json")[0])
    assert (found.reason, found.format) == (Reason.MISSING_FIELD, "hmpps-part")


def test_an_in_house_record_that_shares_a_field_name_is_not_taken_for_a_part(endings: Endings) -> None:
    found = refusal_of(endings({"staffUsername": "x", "ward": "7", "when": "2026-03-02"})[0])
    assert (found.reason, found.format) == (Reason.UNKNOWN_SHAPE, "json")


def report(reference: str, **fields: Any) -> dict[str, Any]:
    return {"reportReference": reference, "incidentDateAndTime": "2026-03-01T22:41:07", "status": "DRAFT", **fields}


def test_each_report_of_a_page_is_mapped_by_itself_and_a_broken_one_stops_nothing(endings: Endings) -> None:
    first, withdrawn, nameless, last = endings("hmpps/page-of-four.json")
    assert [report_of(one).source_id for one in (first, last)] == ["7700201", "7700204"]
    assert isinstance(withdrawn, Mapped)
    assert isinstance(withdrawn.fact, IncidentWithdrawal)
    assert refusal_of(nameless).reason is Reason.MISSING_FIELD


def test_a_list_of_parts_is_parked_whole_and_says_what_to_send(endings: Endings) -> None:
    part = {"staffUsername": "USR_1", "staffRole": "WITNESS", "sequence": 0}
    [ending] = endings([part, part | {"sequence": 1}])
    found = refusal_of(ending)
    assert (found.reason, found.format) == (Reason.MISSING_FIELD, "hmpps-part")
    assert "send the report with its details" in found.detail


def test_an_event_without_data_says_what_would_help(endings: Endings) -> None:
    assert "give the source an `hmpps_api`" in refusal_of(endings("hmpps/event-amended.json")[0]).detail


def written(**about: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((RECORDS / "hmpps" / "event-amended.json").read_text())
    return event | {"additionalInformation": event["additionalInformation"] | about}


def test_an_event_of_a_source_with_an_interface_points_at_its_report(endings: Endings) -> None:
    elsewhere = {"detailUrl": "https://evil.example/incident-reports/1"}
    for event in (written(), written(id="0197A5DE-0000-7000-8000-0000000000A1"), written() | elsewhere):
        found = refusal_of(endings(event, hmpps_api=FhirServer("https://incidents.example"))[0])
        assert found.reason is Reason.TO_BE_FETCHED
        assert found.pointer == Pointer(HMPPS_REPORT, "0197a5de-0000-7000-8000-0000000000a1")


def test_an_event_whose_id_could_lead_elsewhere_is_not_followed(endings: Endings) -> None:
    for own in (None, "", "../admin", "7700123", "https://evil.example", "0197a5de-0000-7000-8000-0000000000a1/.."):
        found = refusal_of(endings(written(id=own), hmpps_api=FhirServer("https://incidents.example"))[0])
        assert (found.reason, found.pointer) == (Reason.DATA_ELSEWHERE, None)


def test_an_event_of_another_service_on_the_same_topic_is_no_incident(endings: Endings) -> None:
    other = {"eventType": "prisoner.updated", "occurredAt": "2026-03-02T10:00:00Z", "additionalInformation": {}}
    assert refusal_of(endings(other)[0]).reason is Reason.NOT_AN_INCIDENT


def test_a_deletion_that_names_no_reference_takes_nothing_back(endings: Endings) -> None:
    deletion = {"eventType": "incident.report.deleted", "additionalInformation": {"id": "0197a5de"}}
    assert refusal_of(endings(deletion)[0]).reason is Reason.MISSING_FIELD


def test_what_was_sent_to_make_a_report_has_no_reference_yet_and_says_so(endings: Endings) -> None:
    request = {"type": "ASSAULT_5", "incidentDateAndTime": "2026-03-01T22:41:07", "title": "x", "location": "HILL"}
    found = refusal_of(endings(request)[0])
    assert (found.reason, found.detail.split()[0]) == (Reason.MISSING_FIELD, "reportReference")


def test_roles_are_read_however_they_are_written(endings: Endings) -> None:
    staff = [
        {"staffUsername": f"U{number}", "staffRole": role}
        for number, role in enumerate(("Present at scene", "present_at_scene", "PRESENT-AT-SCENE"))
    ]
    [ending] = endings(report("1", staffInvolved=staff))
    assert [one.relation for one in report_of(ending).staff] == [Relation.WITNESS] * 3


def test_a_report_in_a_list_does_not_tell_who_was_involved(endings: Endings) -> None:
    assert not report_of(endings(report("1"))[0]).tells_staff
    assert report_of(endings(report("1", staffInvolved=[]))[0]).tells_staff
