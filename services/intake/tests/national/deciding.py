"""What became of a record, beside what was decided beforehand that should."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from aftercare.intake.domain.facts import IncidentReport, IncidentWithdrawal, RcaMilestone
from aftercare.intake.domain.outcome import Examined, Mapped, Refusal
from aftercare.intake.domain.standing import Standing

Said = Mapping[str, Any]
Decided = tuple[str, bytes, Said]
"""The name of a record, its bytes, and what should become of it."""


def named(kind: str, records: Iterable[Decided]) -> list[Any]:
    return [pytest.param(content, said, id=f"{kind}: {name}") for name, content, said in records]


def summary(endings: list[Examined], said: Said) -> dict[str, Any]:
    """What was decided, of what is found."""
    first = endings[0]
    found: dict[str, Any] = {"reason": first.reason.value if isinstance(first, Refusal) else "mapped"}
    if isinstance(first, Mapped):
        found |= {"id": first.identity.id, "doubts": first.doubts}
        facts = [one.fact for one in endings[1:] if isinstance(one, Mapped)]
        found["steps"] = [fact.step.value for fact in facts if isinstance(fact, RcaMilestone)]
        if isinstance(first.fact, IncidentWithdrawal):
            found["withdrawn"] = first.fact.reason.value
        if isinstance(first.fact, IncidentReport):
            details, occurred = first.fact.details, first.fact.details.occurred
            found |= {
                "harm": details.harm.value,
                "flags": tuple(one.value for one in details.flags),
                "occurred": occurred.earliest.isoformat()[:16] if occurred else None,
                "precision": occurred.precision.value if occurred else None,
                "staff": [(one.person.value, one.relation) for one in first.fact.staff],
                "patients": [one.value for one in first.fact.patients],
                "unnamed": first.fact.unnamed_staff,
                "tells_staff": first.fact.tells_staff,
            }
    return {name: found.get(name, "-") for name in said}


def is_newer(newer: Examined, older: Examined) -> bool:
    """Whether one version of a record stands above another, whichever came first."""
    assert isinstance(newer, Mapped)
    assert isinstance(older, Mapped)
    assert newer.identity == older.identity
    early, late = (datetime(2026, 5, 1, hour, tzinfo=UTC) for hour in (8, 9))
    return all(
        Standing.of(newer.version, first).supersedes(Standing.of(older.version, second))
        and not Standing.of(older.version, second).supersedes(Standing.of(newer.version, first))
        for first, second in ((early, late), (late, early))
    )
