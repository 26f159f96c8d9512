"""Shared by the tests of national and vendor formats."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.outcome import Examined, Mapped, Refusal
from aftercare.intake.domain.source import Places, Source, Sources

RECORDS = Path(__file__).parents[1] / "golden" / "records"
Endings = Callable[..., list[Examined]]


@pytest.fixture
def endings() -> Endings:
    """What becomes of a golden file's bytes, of any bytes, or of a JSON value, in a configured source."""

    def examine(what: Any, zone: str | None = "Europe/London", **source: Any) -> list[Examined]:
        body = (RECORDS / what).read_bytes() if isinstance(what, str) else what
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        settings = {"identifier_system": "urn:hill:staff", **source}
        known = Source("here", zone=zone, **settings)
        places = Places({"hill": "hill"}, {"ward7": ("hill", "ward-7")})
        return [found.ending for found in Door(Sources((known,)), places).examine(Delivery(body, {}, "here"))]

    return examine


def report_of(ending: Examined) -> IncidentReport:
    """The report that a record was mapped to."""
    assert isinstance(ending, Mapped), ending
    assert isinstance(ending.fact, IncidentReport)
    return ending.fact


def refusal_of(ending: Examined) -> Refusal:
    assert isinstance(ending, Refusal), ending
    return ending
