"""What the hospital's own systems send: FHIR adverse events, and our own contract for the rest."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import httpx
from kafka import KafkaProducer

from aftercare.schemas.topics import Topic
from aftercare_local.stack import Stack
from aftercare_local.world.people import EMPLOYEE_SYSTEM, Person

FHIR_BASE = "https://incidents.hospital.example/fhir"
SOURCE = "urn:hospital:incident-system"

PATIENT_SYSTEM = "https://hospital.example/patient-number"

Json = dict[str, Any]

PATIENT = "Winifred Ashgrove"
PATIENT_NUMBER = "pat-90017"
"""The patient of every incident: looked for everywhere, to be found nowhere."""


def adverse_event(number: str, involved: list[Person], *, harm: str, occurred: datetime, version: int = 1) -> Json:
    """A FHIR R4 AdverseEvent as an incident system would file it: with a patient, a name and a story in it.

    All of that must stop at the door.
    """
    return {
        "resourceType": "AdverseEvent",
        "id": number,
        "meta": {"versionId": str(version), "source": FHIR_BASE, "lastUpdated": occurred.isoformat()},
        "identifier": {"system": "https://hospital.example/incident-number", "value": f"IR-{number}"},
        "text": {"status": "generated", "div": f"<div>Patient {PATIENT}, bed 7, was given ten times the dose.</div>"},
        "actuality": "potential" if harm == "near-miss" else "actual",
        "category": [_code("category", "medication-mishap")],
        "subject": {"reference": f"Patient/{PATIENT_NUMBER}", "display": PATIENT},
        "date": occurred.isoformat(),
        "recordedDate": occurred.isoformat(),
        "location": {"reference": "Location/w7", "display": "Ward 7"},
        "contributor": [_contributor(person) for person in involved],
    } | _HARM.get(harm, {})


def _contributor(person: Person) -> Json:
    return {
        "reference": f"Practitioner/{person.number}",
        "identifier": {"system": EMPLOYEE_SYSTEM, "value": person.number},
        "display": person.name,
    }


def _patients(numbers: list[str]) -> list[Json]:
    return [{"system": PATIENT_SYSTEM, "value": number} for number in numbers]


def _code(of: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/adverse-event-{of}", "code": code}]}


_HARM: dict[str, Json] = {
    "no-harm": {"outcome": _code("outcome", "resolved")},
    "low": {"severity": _code("severity", "mild")},
    "moderate": {"severity": _code("severity", "moderate")},
    "severe": {"severity": _code("severity", "severe")},
    "death": {"outcome": _code("outcome", "fatal")},
}


def cloud_event(event_id: str, event_type: str, data: Json, at: datetime) -> bytes:
    """One of our own inbound events, structured, as an integration engineer would send it."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": SOURCE,
            "type": event_type,
            "time": at.isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
    ).encode()


@dataclass
class Incident:
    """An incident as its source system knows it."""

    number: str
    involved: list[Person]
    harm: str
    occurred: datetime
    version: int = 1

    def as_fhir(self) -> Json:
        return adverse_event(self.number, self.involved, harm=self.harm, occurred=self.occurred, version=self.version)


class Hospital:
    """The incident system: it produces to the source topic as its own user, or posts over HTTP with its own token."""

    def __init__(self, stack: Stack) -> None:
        self._producer = KafkaProducer(**stack.kafka.users["source"].client_options())
        self._http = httpx.Client(base_url=stack.url("intake"), timeout=30)
        self._token = stack.issuer.user_token("incident-system", "intake", ["intake-writer"])
        self._ids = count(1)

    def file(self, incident: Incident, *, over: str) -> None:
        body = json.dumps(incident.as_fhir()).encode()
        if over == "http":
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/fhir+json"}
            self._http.post("/fhir/AdverseEvent", content=body, headers=headers).raise_for_status()
        else:
            self._send(body, [("content-type", b"application/fhir+json")])

    def withdraw(self, incident: Incident, at: datetime) -> None:
        incident.version += 1
        record = {"id": incident.number, "version": str(incident.version)}
        self._tell("incident-withdrawn", {"record": record, "reason": "entered-in-error"}, at)

    def remove_staff(self, incident: Incident, people: list[Person], at: datetime) -> None:
        staff = [{"system": EMPLOYEE_SYSTEM, "value": person.number} for person in people]
        self._tell("staff-involved-removed", {"incident": {"id": incident.number}, "staff": staff}, at)

    def report(self, incident: Incident, patients: list[str]) -> None:
        """An incident that harmed several, in the words of our own contract."""
        data = {
            "record": {"id": incident.number, "version": str(incident.version)},
            "severity": incident.harm,
            "actuality": "actual",
            "occurred": {"value": incident.occurred.isoformat()},
            "patients": _patients(patients),
        }
        self._tell("incident-reported", data, incident.occurred)

    def reach_milestone(self, incident: Incident, milestone: str, at: datetime, patients: list[str]) -> None:
        """A step of telling the patient, as the hospital's own tool reports it."""
        data = {"incident": {"id": incident.number}, "milestone": milestone, "at": at.isoformat()}
        self._tell("disclosure-milestone-reached", data | {"patients": _patients(patients)}, at)

    def schedule_interview(self, person: Person, incident_number: str, at: datetime) -> None:
        data = {
            "rca": {"id": f"RCA-{incident_number}"},
            "incidents": [{"id": incident_number}],
            "interviewee": {"system": EMPLOYEE_SYSTEM, "value": person.number},
            "method": "rca2",
            "at": at.isoformat(),
        }
        self._tell("rca-interview-scheduled", data, at)

    def send_garbage(self, body: bytes) -> None:
        """Something that is no message at all, with whatever the sender had at hand in it."""
        self._send(body, [("content-type", b"text/plain")])

    def _tell(self, name: str, data: Json, at: datetime) -> None:
        event_id = f"{name}-{next(self._ids)}-{at.timestamp():.0f}"
        body = cloud_event(event_id, f"org.aftercare.source.{name}.v1", data, at)
        self._send(body, [("content-type", b"application/cloudevents+json")])

    def _send(self, body: bytes, headers: list[tuple[str, bytes]]) -> None:
        self._producer.send(Topic.SOURCE.value, value=body, headers=headers).get(timeout=30)

    def close(self) -> None:
        self._producer.close()
        self._http.close()
