"""What the codec makes of events that are unusual, old, or no events at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.kit.messaging.codec import read_kafka, typed
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.envelope import Event
from aftercare.kit.messaging.http import read_http
from aftercare.kit.messaging.tracing import trace_context
from aftercare.kit.outcome import InvalidMessage

EVENT = {"specversion": "1.0", "id": "1", "source": "urn:t", "type": "t.v1"}
BINARY = tuple((f"ce_{name}", value.encode()) for name, value in EVENT.items())
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def structured(**more: object) -> Record:
    return Record("t", 0, 0, None, json.dumps({**EVENT, **more}).encode())


def binary(value: bytes | None = b"{}", **headers: str) -> Record:
    named = tuple((name.replace("__", "-"), text.encode()) for name, text in headers.items())
    return Record("t", 0, 0, b"k", value, (*BINARY, *named))


def refusal(record: Record) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        read_kafka(record)
    return caught.value


def test_a_tombstone_is_an_event_without_data() -> None:
    assert read_kafka(binary(None)).data is None


def test_null_attributes_count_as_unset() -> None:
    event = read_kafka(structured(subject=None, time=None, dataschema=None, somext=None, data=None))
    assert (event.subject, event.time, event.dataschema, event.data) == (None, None, None, None)
    assert event.extensions == {}


@pytest.mark.parametrize(
    ("more", "data"),
    [
        ({"data": {"a": [1, "é"]}}, '{"a":[1,"é"]}'.encode()),
        ({"data": "text"}, b'"text"'),
        ({"data": "text", "datacontenttype": "text/plain"}, b"text"),
        ({"data": "text", "datacontenttype": "application/json"}, b'"text"'),
        ({"data": False}, b"false"),
        ({"data_base64": "AP8="}, b"\x00\xff"),
        ({"data_base64": "AP8=", "data": None}, b"\x00\xff"),
        ({"data_base64": None, "data": 1}, b"1"),
    ],
)
def test_data_and_data_base64(more: dict[str, object], data: bytes) -> None:
    assert read_kafka(structured(**more)).data == data


def test_both_kinds_of_data_at_once_are_refused() -> None:
    assert refusal(structured(data=1, data_base64="AP8=")).reason == "bad-attribute"


def test_the_bytes_of_a_binary_event_are_not_touched() -> None:
    odd = b'{ "n": 1.10,\t"n": 12345678901234567890 }\n'
    assert read_kafka(binary(odd)).data == odd


@pytest.mark.parametrize("version", ["0.3", "0.2", "1.1", "2.0"])
def test_other_versions_are_refused_by_name(version: str) -> None:
    refused = refusal(structured(specversion=version))
    assert (refused.reason, refused.detail) == ("unsupported-specversion", f"CloudEvents {version}; send 1.0")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Record("t", 0, 0, None, None), "not-json"),
        (Record("t", 0, 0, None, b"Jane Doe fell"), "not-json"),
        (Record("t", 0, 0, None, b"\xff\xfe\x00"), "not-json"),
        (Record("t", 0, 0, None, b'{"n": NaN}'), "not-json"),
        (Record("t", 0, 0, None, b"[" * 200_000), "not-json"),
        (Record("t", 0, 0, None, b'{"resourceType": "AdverseEvent"}'), "not-a-cloudevent"),
        (Record("t", 0, 0, None, b"[]"), "not-a-cloudevent"),
        (structured(id=""), "bad-attribute"),
        (structured(id=None), "bad-attribute"),
        (structured(source=None), "bad-attribute"),
        (structured(time="yesterday, Jane"), "bad-attribute"),
        (structured(time="2026-01-01T00:00:00"), "bad-attribute"),
        (structured(**{"Not Allowed Jane": "x"}), "bad-attribute"),
        (structured(nested={"name": "Jane"}), "bad-attribute"),
        (structured(data_base64="Jane!"), "bad-attribute"),
        (structured(specversion="Jane"), "unsupported-specversion"),
    ],
)
def test_what_is_no_event_is_refused_without_quoting_it(record: Record, reason: str) -> None:
    refused = refusal(record)
    assert refused.reason == reason
    assert "Jane" not in str(refused)


def test_a_batch_is_not_for_kafka() -> None:
    record = Record("t", 0, 0, None, b"[]", (("content-type", b"application/cloudevents-batch+json"),))
    assert refusal(record).reason == "not-a-cloudevent"


def test_an_event_format_other_than_json_is_refused() -> None:
    record = Record("t", 0, 0, None, b"<x/>", (("content-type", b"application/cloudevents+xml"),))
    assert refusal(record).detail == "an event format other than JSON"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": TRACE}, TRACE),
        ({"b3": "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"}, TRACE),
        ({"b3": "8448eb211c80319c-b7ad6b7169203331"}, "00-00000000000000008448eb211c80319c-b7ad6b7169203331-01"),
        ({"b3": "0"}, None),
        (
            {"x-b3-traceid": "0af7651916cd43dd8448eb211c80319c", "x-b3-spanid": "b7ad6b7169203331"}
            | {"x-b3-sampled": "0"},
            TRACE.removesuffix("01") + "00",
        ),
        ({"traceparent": "00-" + "0" * 32 + "-b7ad6b7169203331-01"}, None),
        ({"traceparent": "Jane"}, None),
        ({}, None),
    ],
)
def test_the_trace_is_found_in_either_notation(headers: dict[str, str], expected: str | None) -> None:
    assert trace_context(headers) == expected
    assert read_kafka(binary(**headers)).cause.traceparent == (expected or headers.get("ce_traceparent"))


def test_a_trace_that_is_none_is_not_handed_on_from_message_to_message() -> None:
    event = read_kafka(binary(ce_traceparent="Jane Doe"))
    assert (event.cause.traceparent, "Jane" in str(event.extensions)) == (None, False)


def test_a_message_names_its_cause() -> None:
    cause = read_kafka(binary(ce_correlationid="c-9", ce_traceparent=TRACE)).cause
    assert (cause.correlation_id, cause.causation_id, cause.traceparent) == ("c-9", "1", TRACE)
    assert read_kafka(binary()).cause.correlation_id == "1"


def test_a_batch_over_http_yields_the_good_ones_and_says_which_are_bad() -> None:
    body = json.dumps([{**EVENT, "id": "a"}, {"id": "b"}, {**EVENT, "specversion": "0.3"}, {**EVENT, "id": "d"}])
    found = read_http([("Content-Type", "application/cloudevents-batch+json")], body.encode())
    assert [item.id if isinstance(item, Event) else item.reason for item in found] == [
        "a",
        "not-a-cloudevent",
        "unsupported-specversion",
        "d",
    ]


def test_a_batch_without_the_right_header_is_known_by_its_brackets() -> None:
    found = read_http([("content-type", "application/json")], json.dumps([EVENT]).encode())
    assert [item.id for item in found if isinstance(item, Event)] == ["1"]


def test_a_typed_decoder_knows_message_skip_and_refusal() -> None:
    def read(kind: str, data: bytes | None, key: str | None) -> str | None:
        if data == b"bad":
            raise LookupError("field: missing")
        return f"{kind} {key}" if kind == "t.v1" else None

    decode = typed(read, LookupError)
    received = decode(binary())
    assert received is not None
    assert (received.source, received.id, received.message) == ("urn:t", "1", "t.v1 k")
    assert decode(structured(type="other.v1")) is None
    with pytest.raises(InvalidMessage, match="unreadable: field: missing"):
        decode(binary(b"bad"))


@given(st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=40)), max_size=6))
def test_whatever_comes_ends_as_an_event_or_as_a_refusal(value: bytes, headers: list[tuple[str, bytes]]) -> None:
    for extra in ((), BINARY):
        outcome = _outcome(Record("t", 0, 0, None, value, (*headers, *extra)))
        assert outcome in ("an event", "not-json", "not-a-cloudevent", "bad-attribute", "unsupported-specversion")


def _outcome(record: Record) -> str:
    try:
        event = read_kafka(record)
    except InvalidMessage as refused:
        return refused.reason
    return "an event" if event.id and event.source and event.type else "an event without identity"
