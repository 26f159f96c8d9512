"""Envelopes: events in every way of writing them, and records inside lists, pages and the envelopes of brokers."""

import base64
import gzip
import json
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door, Examination
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.outcome import Mapped, Reason, Refusal

EVENT = {"resourceType": "AdverseEvent", "id": "1", "actuality": "actual"}
OURS = {"record": {"id": "INC-7"}, "site": "Hill"}
TYPE = "org.aftercare.source.incident-reported"
PEX = "MSH|^~\\&|A|B|C|D|2026||PEX^P07|1|P|2.5\rPES|||||E-{}\rPEO|1|x\r"
XML_EVENT = (
    '<event xmlns="http://cloudevents.io/xmlformat/V1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' specversion="1.0"><id>1</id><source>//hill</source><type>{}</type>{}</event>'
)


def cloudevent(**fields: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": "1", "source": "//hill", "type": "hill.incident", **fields}


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


def examined(what: Any, **headers: str) -> tuple[Examination, ...]:
    body = what if isinstance(what, bytes) else what.encode() if isinstance(what, str) else json.dumps(what).encode()
    return Door().examine(Delivery(body, {name.replace("_", "-"): value for name, value in headers.items()}))


def told(what: Any, **headers: str) -> list[str]:
    """The source id of each report, the reason of each refusal."""
    return [_told(one) for one in examined(what, **headers)]


def _told(one: Examination) -> str:
    if isinstance(one.ending, Refusal):
        return one.ending.reason
    assert isinstance(one.ending, Mapped)
    assert isinstance(one.ending.fact, IncidentReport)
    return one.ending.fact.source_id


@pytest.mark.parametrize(
    "event",
    [
        cloudevent(data=json.dumps(EVENT)),
        cloudevent(data_base64=encoded(json.dumps(EVENT).encode())),
        cloudevent(data_base64=encoded(json.dumps(EVENT).encode("utf-16"))),
        cloudevent(data_base64=encoded(gzip.compress(json.dumps(EVENT).encode()))),
        cloudevent(datacontentencoding="base64", specversion="0.3", data=encoded(json.dumps(EVENT).encode())),
        XML_EVENT.format("x", f'<data xsi:type="xs:string">{json.dumps(EVENT)}</data>'),
        XML_EVENT.format("x", f"<data>{json.dumps(EVENT)}</data>"),
        XML_EVENT.format("x", f'<data xsi:type="xs:base64Binary">{encoded(json.dumps(EVENT).encode())}</data>'),
        XML_EVENT.format(
            "x",
            '<data xsi:type="xs:any"><AdverseEvent xmlns="http://hl7.org/fhir"><id value="1"/>'
            '<actuality value="actual"/></AdverseEvent></data>',
        ),
    ],
)
def test_data_is_read_however_an_event_carries_it(event: Any) -> None:
    assert told(event) == ["1"]


def test_a_batch_of_events_in_xml_is_as_many_records() -> None:
    one, two = (XML_EVENT.format(TYPE, f"<data>{json.dumps(OURS)}</data>"), XML_EVENT.format("x", ""))
    batch = f'<batch xmlns="http://cloudevents.io/xmlformat/V1">{one}{two}</batch>'
    assert told(batch) == ["INC-7", Reason.EMPTY]


@pytest.mark.parametrize(
    "data",
    [
        {"data": PEX.format(1) + PEX.format(2)},
        {"data_base64": encoded((PEX.format(1) + PEX.format(2)).encode())},
    ],
)
def test_several_messages_in_one_event_are_several_records(data: dict[str, str]) -> None:
    assert told(cloudevent(**data)) == ["E-1", "E-2"]


def test_a_table_in_an_event_is_read_when_the_event_says_that_it_is_one() -> None:
    table = "事例ID,発生曜日,発生時間帯\nA1,月曜日,不明\nA2,火曜日,不明\n"
    assert told(cloudevent(datacontenttype="text/csv", data=table)) == ["A1", "A2"]
    in_cp932 = cloudevent(datacontenttype="text/csv; charset=cp932", data_base64=encoded(table.encode("cp932")))
    assert told(in_cp932) == ["A1", "A2"]


def test_bytes_in_a_charset_that_nobody_states_say_what_they_could_be() -> None:
    [one] = examined(cloudevent(data_base64=encoded('{"name": "Müller"}'.encode("latin-1"))))
    assert isinstance(one.ending, Refusal)
    assert one.ending.reason is Reason.WRONG_CHARSET


def test_something_strange_in_a_batch_stops_nothing() -> None:
    ours = cloudevent(type=TYPE, data=OURS)
    found = told([ours, {"foo": 1}, None, EVENT, "words", cloudevent(data={"x": 1})])
    assert found == ["INC-7", "unknown-shape", "empty", "1", "unknown-shape", "unsupported-type"]


@pytest.mark.parametrize(
    "wrapped",
    [
        {"version": "0", "detail-type": "x", "source": "hill", "detail": EVENT},
        [{"id": "e", "eventType": "x", "eventTime": "2026-03-01T00:00:00Z", "data": EVENT, "topic": "t"}],
        {"schema": {"type": "string"}, "payload": json.dumps(EVENT)},
        {"before": None, "after": EVENT, "op": "c", "source": {"table": "x"}},
        {
            "schema": {"type": "struct"},
            "payload": {
                "before": None,
                "after": {"id": "o", "aggregatetype": "incident", "payload": json.dumps(EVENT)},
                "op": "c",
            },
        },
        {"message": {"data": encoded(json.dumps(EVENT).encode()), "messageId": "1"}, "subscription": "s"},
        {"records": [{"topic": "t", "partition": 0, "offset": 1, "value": EVENT}]},
        {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "m", "Type": "Notification", "Message": "{}"}}]},
        {"data": EVENT},
        json.dumps(json.dumps(EVENT)),
        b"\x00\x00\x00\x00\x07" + json.dumps(EVENT).encode(),
    ],
)
def test_a_record_is_found_in_the_envelope_of_a_broker_or_a_database(wrapped: Any) -> None:
    if isinstance(wrapped, dict) and "Records" in wrapped:
        wrapped["Records"][0]["Sns"]["Message"] = json.dumps(EVENT)
    assert told(wrapped) == ["1"]


@pytest.mark.parametrize(
    "page",
    [
        {"content": [EVENT, EVENT | {"id": "2"}], "number": 0, "totalElements": 2, "sort": ["x,DESC"]},
        {"content": [EVENT, EVENT | {"id": "2"}], "pageable": {"pageNumber": 0}, "last": True},
        {"@odata.context": "x", "value": [EVENT, EVENT | {"id": "2"}]},
        {"_embedded": {"incidents": [EVENT, EVENT | {"id": "2"}]}, "_links": {"self": {}}},
        {"data": [EVENT, EVENT | {"id": "2"}], "links": {"next": None}, "meta": {"total": 2}},
        cloudevent(data=[EVENT, EVENT | {"id": "2"}]),
        [[EVENT], {"data": EVENT | {"id": "2"}}],
    ],
)
def test_each_record_of_a_list_or_a_page_is_mapped_by_itself(page: Any) -> None:
    assert told(page) == ["1", "2"]


def test_a_page_without_a_record_says_so() -> None:
    assert told({"content": [], "number": 0, "totalElements": 0}) == [Reason.EMPTY]


def test_an_in_house_record_that_holds_one_of_ours_among_others_is_kept_whole() -> None:
    assert told({"staff": ["Olaf Observer"], "fhir": EVENT}) == [Reason.UNKNOWN_SHAPE]
    assert told({"items": [EVENT], "witnesses": [{"name": "Wanda"}]}) == [Reason.UNKNOWN_SHAPE]


def test_a_note_that_begins_like_a_record_is_no_broken_one() -> None:
    assert told({"note": "[draft] nobody was hurt"}) == [Reason.UNKNOWN_SHAPE]
    assert told(["{", EVENT, "[draft]"]) == [Reason.UNKNOWN_SHAPE, "1", Reason.UNKNOWN_SHAPE]


def test_a_list_of_what_nobody_knows_is_one_record_and_says_so() -> None:
    [one] = examined([{"foo": 1}, {"foo": 2}])
    assert isinstance(one.ending, Refusal)
    assert (one.ending.reason, one.ending.detail) == (
        Reason.UNKNOWN_SHAPE,
        "a list in which no record is of a known format",
    )


def test_the_same_refusal_of_all_in_a_list_is_said_once() -> None:
    assert told({"data": [{"resourceType": "Patient"}, {"resourceType": "Patient"}]}) == [Reason.NOT_AN_INCIDENT]


def test_a_list_of_more_than_can_be_taken_is_cut_and_says_so() -> None:
    part = {"staffUsername": "USR_1"}
    found = told([part] * 20_001)
    assert (len(found), found[-1]) == (20_001, Reason.TOO_MANY_RECORDS)


@pytest.mark.parametrize(
    "asking",
    [
        {"Type": "SubscriptionConfirmation", "MessageId": "m", "SubscribeURL": "https://sns.example", "Token": "t"},
        [{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "eventTime": "x", "data": {}}],
    ],
)
def test_a_subscription_that_waits_to_be_confirmed_is_told_and_no_address_is_opened(asking: Any) -> None:
    [one] = examined(asking)
    assert isinstance(one.ending, Refusal)
    assert one.ending.reason is Reason.SUBSCRIPTION_FAILING
    assert "confirm" in one.ending.detail


def test_a_body_of_null_is_nothing() -> None:
    assert told(b"null") == [Reason.EMPTY]


def test_a_message_that_was_cut_inside_an_event_is_refused_as_such() -> None:
    [found] = examined(cloudevent(data=PEX.format(1)[1:]))
    assert isinstance(found.ending, Refusal)
    assert (found.ending.reason, found.ending.format) == (Reason.MALFORMED_HL7, "hl7v2")
