"""What a sender is told: a reference for every record, how it ended, and what to do."""

from collections.abc import Sequence
from typing import Any

from fastapi.responses import JSONResponse

from aftercare.intake.domain.fhir.notifications import FORMAT as NOTIFICATION
from aftercare.intake.domain.outcome import Ending
from aftercare.intake.service_layer.ledger import Effect
from aftercare.intake.service_layer.take import Taken

FHIR = "application/fhir+json"
_SEVERITY = {Ending.MAPPED: "information", Ending.PARKED: "warning", Ending.REJECTED: "error"}
_CODE = {Ending.MAPPED: "informational", Ending.PARKED: "not-supported", Ending.REJECTED: "invalid"}


def describe(taken: Taken) -> dict[str, Any]:
    """One record's ending."""
    told: dict[str, Any] = {
        "reference": taken.reference,
        "record": taken.index,
        "outcome": taken.outcome.value,
        "reason": taken.explanation,
        "format": taken.format,
        "effect": taken.effect.value,
        "isNew": taken.is_new,
    }
    if not taken.is_new:
        told["duplicateOf"] = taken.reference
    if taken.incident is not None:
        told["incident"] = taken.incident
    if taken.effect is Effect.CONFLICT:
        told["conflictsWith"] = taken.conflicts_with or taken.reference
    if taken.doubts:
        told["doubts"] = list(taken.doubts)
    return told


def summary(results: Sequence[Taken]) -> dict[str, Any]:
    """The answer for a body, ready to be kept for its `Idempotency-Key`."""
    return {"status": status_of(results), "reference": results[0].reference, "records": [*map(describe, results)]}


def status_of(results: Sequence[Taken]) -> int:
    """202 when anything of it was taken; 422 when all of it was refused for good (it is kept all the same).

    Notifications are always taken: a server whose heartbeat is refused ends the subscription.
    """
    refused = all(one.outcome is Ending.REJECTED and one.format != NOTIFICATION for one in results)
    return 422 if refused else 202


def as_json(answer: dict[str, Any]) -> JSONResponse:
    content = {name: value for name, value in answer.items() if name != "status"}
    return JSONResponse(content, answer["status"], {"Location": f"/records/{answer['reference']}"})


def as_operation_outcome(answer: dict[str, Any]) -> JSONResponse:
    """The same for who speaks FHIR."""
    issues = [
        {
            "severity": _SEVERITY[Ending(record["outcome"])],
            "code": _CODE[Ending(record["outcome"])],
            "diagnostics": f"{record['reference']}: {record['reason']}",
        }
        for record in answer["records"]
    ]
    content = {"resourceType": "OperationOutcome", "issue": issues}
    headers = {"Location": f"/records/{answer['reference']}"}
    return JSONResponse(content, answer["status"], headers, media_type=FHIR)


def fhir_problem(status: int, detail: str) -> JSONResponse:
    """A refusal of the request itself, for who speaks FHIR."""
    issue = {"severity": "error", "code": "processing", "diagnostics": detail}
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, status, media_type=FHIR)
