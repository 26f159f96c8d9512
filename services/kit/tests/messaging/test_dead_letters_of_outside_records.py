"""What comes from outside may say anything in any header: a dead letter takes along only what can name nobody."""

from datetime import UTC, datetime
from typing import Any

from aftercare.kit.messaging.consumer import Consumer, Record
from aftercare.kit.messaging.dead_letter import Cause, dead_letter

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def nothing(_tx: Any, _batch: Any) -> None: ...


def headers_of_the_letter(*headers: tuple[str, str]) -> dict[str, str]:
    record = Record("t", 0, 5, b"Jane Doe", b"{}", tuple((name, value.encode()) for name, value in headers))
    consumer: Consumer[Any] = Consumer("c", "t", lambda _record: None, nothing, keeps_bytes=True)
    return dict(dead_letter(consumer, record, Cause("unreadable"), "intake", NOW).headers)


def test_a_header_that_says_something_else_than_its_name_promises_stays_behind() -> None:
    said = headers_of_the_letter(
        ("from", "Jane Doe"),
        ("content-type", "text/plain; name=Jane"),
        ("Traceparent", "Jane"),
        ("ce_specversion", "Jane"),
        ("x-replay-attempt", "Jane"),
        ("x-replay-for", "Jane Doe"),
    )
    assert "Jane" not in str(said)
    assert all(name.startswith("x-dead-letter-") for name in said)


def test_what_is_needed_to_read_it_again_goes_along() -> None:
    needed = {
        "content-type": "application/fhir+json",
        "traceparent": TRACE,
        "ce_specversion": "1.0",
        "x-replay-attempt": "2",
        "x-replay-for": "intake/source:aftercare.source",
    }
    said = headers_of_the_letter(*needed.items())
    assert needed.items() <= said.items()
