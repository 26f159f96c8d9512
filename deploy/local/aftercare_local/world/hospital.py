"""What the hospital's own systems send: FHIR adverse events, and our own contract for the rest."""

import json
from datetime import datetime
from typing import Any

from aftercare_local.world.people import EMPLOYEE_SYSTEM, Person

FHIR_BASE = "https://incidents.hospital.example/fhir"
SOURCE = "urn:hospital:incident-system"

Json = dict[str, Any]

_SEVERITY = {"low": "mild", "moderate": "moderate", "severe": "severe"}


def adverse_event(number: str, involved: list[Person], *, harm: str, occurred: datetime, version: int = 1) -> Json:
    """A FHIR R4 AdverseEvent as an incident system would file it: with a patient, a name and a story in it.

    All of that must stop at the door.
    """
    resource: Json = {
        "resourceType": "AdverseEvent",
        "id": number,
        "meta": {"versionId": str(version), "source": FHIR_BASE, "lastUpdated": occurred.isoformat()},
        "identifier": {"system": "https://hospital.example/incident-number", "value": f"IR-{number}"},
        "text": {
            "status": "generated",
            "div": "<div>Patient Winifred Ashgrove, bed 7, was given ten times the dose.</div>",
        },
        "actuality": "potential" if harm == "near-miss" else "actual",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/adverse-event-category",
                        "code": "medication-mishap",
                    }
                ]
            }
        ],
        "subject": {"reference": "Patient/pat-90017", "display": "Winifred Ashgrove"},
        "date": occurred.isoformat(),
        "recordedDate": occurred.isoformat(),
        "location": {"reference": "Location/ward-3", "display": "Ward 3"},
        "contributor": [
            {
                "reference": f"Practitioner/{person.number}",
                "identifier": {"system": EMPLOYEE_SYSTEM, "value": person.number},
                "display": person.name,
            }
            for person in involved
        ],
    }
    if harm in _SEVERITY:
        resource["severity"] = {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/adverse-event-severity", "code": _SEVERITY[harm]}
            ]
        }
    if harm == "death":
        resource["outcome"] = {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/adverse-event-outcome", "code": "fatal"}]
        }
    if harm == "no-harm":
        resource["outcome"] = {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/adverse-event-outcome", "code": "resolved"}]
        }
    return resource


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
