"""Drafts of NHS England, and DHIS2."""

from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.vocabulary import HarmLevel

from .conftest import Endings, refusal_of, report_of


def test_a_list_of_events_has_an_ending_per_incident_wherever_it_stands(endings: Endings) -> None:
    first, second = endings("nhs/events.xml")
    assert report_of(first).details.harm is HarmLevel.MODERATE
    assert report_of(first).details.unit == "ward-7"
    assert isinstance(second, Mapped)
    assert second.doubts == ("unknown-code:DegreeOfHarm",)


def test_a_list_without_an_incident_says_so(endings: Endings) -> None:
    assert refusal_of(endings("nhs/events-without-incident.xml")[0]).reason is Reason.NOT_AN_INCIDENT


def test_a_dhis2_event_waits_for_a_mapping_file_and_says_so(endings: Endings) -> None:
    found = refusal_of(endings("dhis2/tracker.json")[0])
    assert found.reason is Reason.UNSUPPORTED_FORMAT
    assert "mapping file" in found.detail
