"""UK HMPPS: what NOMIS tells, and what brings it into the newer system."""

from typing import Any

import pytest

from aftercare.intake.domain.facts import IncidentWithdrawal
from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.vocabulary import IdentifierKind, Relation, SubjectKind, WithdrawalReason

from .conftest import Endings, refusal_of, report_of


def staff(username: str | None, role: Any, first: str = "Wim", last: str = "Warder") -> dict[str, Any]:
    person = {"username": username, "staffId": 7, "firstName": first, "lastName": last}
    return {"staff": person, "role": role, "comment": None, "createdBy": "USR_1"}


def nomis(**fields: Any) -> dict[str, Any]:
    return {
        "incidentId": 7700301,
        "questionnaireId": 2124,
        "title": "A cut on a landing",
        "description": "Somebody was hurt.",
        "prison": {"code": "HILL", "description": "Hill (HMP)"},
        "status": {"code": "AWAN", "description": "Awaiting Analysis"},
        "type": "SELF_HARM",
        "lockedResponse": False,
        "incidentDateTime": "2026-03-01T22:41:00",
        "reportingStaff": {"username": "USR_REPORT", "staffId": 42, "firstName": "Rita", "lastName": "Record"},
        "reportedDateTime": "2026-03-01T23:30:00",
        "createDateTime": "2026-03-01T23:29:00",
        "createdBy": "USR_REPORT",
        "lastModifiedDateTime": "2026-03-02T08:00:00",
        "staffParties": [
            staff("USR_1", {"code": "AI", "description": "Actively Involved"}),
            staff(None, {"code": "PAS"}, "Vera", "Viewer"),
            staff("USR_2", "VICT"),
            staff("USR_3", {"code": "DOG"}),
        ],
        "offenderParties": [{"offender": {"offenderNo": "Z0001ZZ"}, "role": {"code": "PERP"}, "outcome": None}],
        "requirements": [],
        "questions": [],
        "history": [],
        **fields,
    }


def sync(**fields: Any) -> dict[str, Any]:
    return {"id": None, "initialMigration": False, "incidentReport": nomis(), **fields}


@pytest.mark.parametrize("value", [nomis(), sync(), [sync()], {"incidentReport": nomis()}])
def test_a_report_of_nomis_is_read_alone_and_inside_a_request(endings: Endings, value: Any) -> None:
    [ending] = endings(value)
    assert isinstance(ending, Mapped)
    report = report_of(ending)
    assert (ending.format, ending.identity.id, ending.doubts) == ("hmpps-nomis", "7700301", ("unknown-code:staffRole",))
    assert (report.details.site, report.details.subject) == ("hill", SubjectKind.STAFF)
    assert report.details.occurred is not None
    assert report.details.occurred.earliest.isoformat() == "2026-03-01T22:41:00+00:00"
    assert [(one.person.kind, one.person.value, one.relation) for one in report.staff] == [
        (IdentifierKind.IDENTIFIER, "USR_1", Relation.INVOLVED),
        (IdentifierKind.DISPLAY_NAME, "Vera Viewer", Relation.WITNESS),
        (IdentifierKind.IDENTIFIER, "USR_2", Relation.HARMED),
        (IdentifierKind.IDENTIFIER, "USR_3", Relation.INVOLVED),
        (IdentifierKind.IDENTIFIER, "USR_REPORT", Relation.REPORTER),
    ]
    assert [one.value for one in report.patients] == ["Z0001ZZ"]


def test_it_is_the_same_record_that_the_newer_system_tells_by_its_reference(endings: Endings) -> None:
    newer = {"reportReference": "7700301", "incidentDateAndTime": "2026-03-01T22:41:00", "status": "DRAFT"}
    [one], [other] = endings(sync()), endings(newer)
    assert isinstance(one, Mapped)
    assert isinstance(other, Mapped)
    assert one.identity == other.identity


def test_a_later_change_in_nomis_is_the_newer_version(endings: Endings) -> None:
    later = sync(incidentReport=nomis(lastModifiedDateTime="2026-03-02T09:30:00.5"))
    [one], [other] = endings(sync()), endings(later)
    assert isinstance(one, Mapped)
    assert isinstance(other, Mapped)
    assert one.version.updated is not None
    assert other.version.updated is not None
    assert other.version.updated > one.version.updated


def test_a_first_migration_tells_history_and_later_changes_do_not(endings: Endings) -> None:
    assert report_of(endings(sync(initialMigration=True))[0]).details.backfill
    assert not report_of(endings(sync())[0]).details.backfill


@pytest.mark.parametrize("status", [{"code": "DUP", "description": "Duplicate"}, "dup"])
def test_a_duplicate_is_withdrawn(endings: Endings, status: Any) -> None:
    [ending] = endings(sync(incidentReport=nomis(status=status)))
    assert isinstance(ending, Mapped)
    assert ending.fact == IncidentWithdrawal("7700301", WithdrawalReason.DUPLICATE)


def test_a_report_without_its_number_is_parked_and_says_so(endings: Endings) -> None:
    without = {name: value for name, value in nomis().items() if name != "incidentId"}
    found = refusal_of(endings(sync(incidentReport=without))[0])
    assert (found.reason, found.format) == (Reason.MISSING_FIELD, "hmpps-nomis")
    assert "incidentId" in found.detail


def test_a_report_without_a_staff_list_takes_nobody_out(endings: Endings) -> None:
    assert report_of(endings(nomis(staffParties=[]))[0]).tells_staff
    assert not report_of(endings(nomis(staffParties=None))[0]).tells_staff


def test_the_answer_to_a_request_and_in_house_records_are_nobody_s(endings: Endings) -> None:
    for value in ({"id": "0197a5de-0000-7000-8000-0000000000a1"}, {"incidentId": 1, "ward": "7"}):
        assert refusal_of(endings(value)[0]).reason is Reason.UNKNOWN_SHAPE
