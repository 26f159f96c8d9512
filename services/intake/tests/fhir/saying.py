"""Asking the door about FHIR, in few words."""

import json
from typing import Any

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.outcome import Examined, Mapped, Refusal
from aftercare.intake.domain.source import Source
from aftercare.intake.domain.vocabulary import Relation

SOURCE = Source("safety", base_url="https://fhir.hill.example/r4", zone="Europe/London")


def examine(door: Door, value: Any) -> list[Examined]:
    return [one.ending for one in door.examine(Delivery(json.dumps(value).encode(), {}, "safety"))]


def mapped(door: Door, value: Any) -> Mapped:
    [ending] = examine(door, value)
    assert isinstance(ending, Mapped), ending
    return ending


def report(door: Door, value: Any) -> IncidentReport:
    fact = mapped(door, value).fact
    assert isinstance(fact, IncidentReport)
    return fact


def refusal(door: Door, value: Any) -> Refusal:
    [ending] = examine(door, value)
    assert isinstance(ending, Refusal), ending
    return ending


def people(fact: IncidentReport) -> list[tuple[str, Relation]]:
    return [(one.person.value, one.relation) for one in fact.staff]


def bundle(*entries: Any, kind: str = "collection", **fields: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)} | fields


def concept(*codes: str) -> dict[str, Any]:
    return {"coding": [{"code": code} for code in codes]}
