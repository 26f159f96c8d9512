"""What the README says about plugging in works on running parts: HTTP with a token, the topic with an account."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aftercare_local.stack import Options, Stack
from kafka import KafkaConsumer, KafkaProducer

from aftercare.schemas.topics import Topic

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(Options(purpose="readme")) as running:
        running.start(["intake"])
        yield running


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[httpx.Client]:
    token = stack.issuer.user_token("my-system", "intake", ["intake-writer"], ["*"])
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=stack.url("intake"), headers=headers, timeout=20) as ready:
        yield ready


@pytest.mark.parametrize(
    ("path", "file", "content_type"),
    [
        ("/fhir/AdverseEvent", "adverse-event.fhir.json", "application/fhir+json"),
        ("/events", "incident-reported.cloudevent.json", "application/cloudevents+json"),
        ("/events", "staff-involved-added.cloudevent.json", "application/cloudevents+json"),
        ("/events", "rca-interview-scheduled.cloudevent.json", "application/cloudevents+json"),
    ],
)
def test_an_example_is_taken_over_http_and_can_be_asked_about(
    client: httpx.Client, path: str, file: str, content_type: str
) -> None:
    body = (EXAMPLES / file).read_bytes()
    answer = client.post(path, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 202, answer.text
    told = client.get(answer.headers["Location"])
    assert told.status_code == 200
    assert told.json()["outcome"] == "mapped"
    again = client.post(path, content=body, headers={"Content-Type": content_type})
    assert again.status_code == 202, "the same record twice does no harm"
    assert again.headers["Location"] == answer.headers["Location"]


def test_nobody_is_let_in_without_a_token(stack: Stack) -> None:
    body = (EXAMPLES / "adverse-event.fhir.json").read_bytes()
    assert httpx.post(f"{stack.url('intake')}/fhir/AdverseEvent", content=body, timeout=20).status_code == 401


def test_a_dry_run_keeps_nothing(client: httpx.Client) -> None:
    answer = client.post("/dry-run", content=(EXAMPLES / "adverse-event.fhir.json").read_bytes())
    assert answer.status_code == 200
    assert answer.json()["records"][0]["outcome"] == "mapped"


def test_an_example_on_the_topic_becomes_an_event_that_support_may_read(stack: Stack) -> None:
    example = json.loads((EXAMPLES / "incident-reported.cloudevent.json").read_text())
    example["data"]["record"]["id"] = "4712"
    producer = KafkaProducer(**stack.kafka.users["source"].client_options())
    headers = [("aftercare-source", b"incident-system")]
    producer.send(Topic.SOURCE.value, json.dumps(example).encode(), headers=headers).get(timeout=20)
    producer.close()
    consumer = KafkaConsumer(
        Topic.INCIDENT.value,
        **stack.kafka.users["support"].client_options(),
        auto_offset_reset="earliest",
        consumer_timeout_ms=30_000,
    )
    try:
        states = (json.loads(record.value)["state"] for record in consumer)
        named = next(state for state in states if state["source"] == "incident-system" and len(state["involved"]) == 3)
    finally:
        consumer.close()
    assert named["harm"] == "severe"
    assert "N-100231" not in json.dumps(named)
