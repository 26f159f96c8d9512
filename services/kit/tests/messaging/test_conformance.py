"""The official CloudEvents conformance features, where they are at hand, and synthetic ones that always run."""

import json
import os
from pathlib import Path

import pytest

from aftercare.kit.messaging.codec import read_kafka
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.envelope import Event
from aftercare.kit.messaging.http import read_http
from aftercare.kit.testing.gherkin import Scenario, Step, scenarios

OWN = Path(__file__).parent / "features"
PAYLOADS = Path(os.environ.get("AFTERCARE_SHARED_PAYLOADS", Path(__file__).parents[5] / "shared" / "payloads"))
OFFICIAL = PAYLOADS / "cloudevents-conformance"


def all_of(folder: Path) -> list[object]:
    return [
        pytest.param(one, id=f"{file.stem}-{one.name}")
        for file in sorted(folder.glob("*.feature"))
        for one in scenarios(file.read_text())
    ]


class World:
    """What the steps of one scenario share."""

    def __init__(self) -> None:
        self.payload = b""
        self.headers: list[tuple[str, str]] = []
        self.event: Event | None = None

    def take(self, step: Step) -> None:
        actions = {
            "an HTTP request": self.http_request,
            "a Kafka message with payload:": self.kafka_payload,
            "Kafka headers:": self.kafka_headers,
            "parsed as HTTP request": self.parse_http,
            "parsed as Kafka message": self.parse_kafka,
            "the attributes are:": self.check_attributes,
            "the data is equal to the following JSON:": self.check_data,
        }
        actions[step.text](step)

    def http_request(self, step: Step) -> None:
        head, _, body = (step.doc or "").partition("\n\n")
        self.headers = [
            (name, value.strip()) for name, _, value in (line.partition(":") for line in head.split("\n")[1:])
        ]
        self.payload = body.encode()

    def kafka_payload(self, step: Step) -> None:
        self.payload = (step.doc or "").encode()

    def kafka_headers(self, step: Step) -> None:
        self.headers = [(name, value) for name, value in step.table[1:]]

    def parse_http(self, _: Step) -> None:
        (event,) = read_http(self.headers, self.payload)
        assert isinstance(event, Event)
        self.event = event

    def parse_kafka(self, _: Step) -> None:
        headers = tuple((name, value.encode()) for name, value in self.headers)
        self.event = read_kafka(Record("t", 0, 0, None, self.payload, headers))

    def check_attributes(self, step: Step) -> None:
        assert self.event is not None
        stated = attributes(self.event)
        assert stated == dict(step.table[1:])

    def check_data(self, step: Step) -> None:
        assert self.event is not None
        assert json.loads(self.event.data or b"") == json.loads(step.doc or "")


def attributes(event: Event) -> dict[str, str]:
    found = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": event.time.isoformat().replace("+00:00", "Z") if event.time else None,
        "datacontenttype": event.datacontenttype,
        "dataschema": event.dataschema,
        **event.extensions,
    }
    return {name: value for name, value in found.items() if value is not None}


def run(scenario: Scenario) -> None:
    world = World()
    for step in scenario.steps:
        world.take(step)
    assert world.event is not None


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official features are not beside the repository")
def test_the_official_features_are_all_read() -> None:
    assert len(all_of(OFFICIAL)) == 7


@pytest.mark.parametrize("scenario", all_of(OFFICIAL))
def test_official(scenario: Scenario) -> None:
    run(scenario)


@pytest.mark.parametrize("scenario", all_of(OWN))
def test_own(scenario: Scenario) -> None:
    run(scenario)
