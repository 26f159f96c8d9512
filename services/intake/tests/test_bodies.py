"""What of a request goes on with its body."""

import gzip
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import Request

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.entrypoints.bodies import arrival_of

EVENT = json.dumps({"resourceType": "AdverseEvent", "id": "1"}).encode()


def arrival(body: bytes, **headers: str) -> Any:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    application = SimpleNamespace(intake=SimpleNamespace(door=Door()))
    request = Request({"type": "http", "headers": raw})
    return arrival_of(request, body, cast("Any", SimpleNamespace(client_id="x")), cast("Any", application))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "identity", "GZIP"])
def test_a_packed_request_is_read_as_its_header_says(encoding: str) -> None:
    body = EVENT if encoding == "identity" else gzip.compress(EVENT)
    delivery = arrival(body, content_encoding=encoding, content_type="application/fhir+json").delivery
    [found] = Door().examine(delivery)
    assert isinstance(found.ending, Mapped)
    assert delivery.body == body, "kept as it came"


def test_no_other_header_goes_on() -> None:
    delivery = arrival(EVENT, authorization="Bearer secret", cookie="x", ce_id="1", content_type="text/plain").delivery
    assert delivery.headers == {"content-type": "text/plain", "ce-id": "1"}
