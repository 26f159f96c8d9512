"""How long people waited is measured for all alike, and never which answer they gave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aftercare.support import telemetry
from aftercare.support.domain.case import TRANSITIONS, Case
from aftercare.support.domain.vocabulary import CaseState, Route
from aftercare.support.telemetry import SUPPORT, Metric

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CASE = Case("cas_1", "per_1", CaseState.OFFER_DUE, 1, Route.INCIDENT, NOW, NOW)


@pytest.mark.parametrize(
    ("previous", "state", "said"),
    [
        (CaseState.OFFER_DUE, CaseState.OFFERED, "offered"),
        (CaseState.WITHDRAWN, CaseState.OFFERED, None),
        (CaseState.DECLINED, CaseState.OFFERED, None),
        (CaseState.OFFERED, CaseState.ACCEPTED, "answered"),
        (CaseState.OFFERED, CaseState.DECLINED, "answered"),
        (CaseState.ASSIGNED, CaseState.ACCEPTED, None),
        (CaseState.ASSIGNED, CaseState.CONTACTED, "contacted"),
        (CaseState.ESCALATED, CaseState.CONTACTED, "contacted"),
        (CaseState.CONTACTED, CaseState.CLOSED, None),
    ],
)
def test_waiting_is_measured_from_the_opening_of_the_case(
    monkeypatch: pytest.MonkeyPatch, previous: CaseState, state: CaseState, said: str | None
) -> None:
    recorded: list[tuple[object, ...]] = []
    monkeypatch.setattr(SUPPORT, "record", lambda *given: recorded.append(given))
    moved = replace(CASE, state=state, changed_at=NOW + timedelta(minutes=7))
    telemetry.record_progress(moved, previous)
    assert recorded == ([(Metric.TIME_TO, 420.0, {"until": said})] if said else [])


def test_a_yes_and_a_no_cannot_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[object] = []
    monkeypatch.setattr(SUPPORT, "record", lambda _name, _seconds, labels: recorded.append(labels))
    for (previous, _), state in TRANSITIONS.items():
        telemetry.record_progress(replace(CASE, state=state), previous)
    assert {str(labels) for labels in recorded} == {
        "{'until': 'offered'}",
        "{'until': 'answered'}",
        "{'until': 'contacted'}",
    }
