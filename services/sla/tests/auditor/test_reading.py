"""What the auditor makes of records: each told fact once, and where retention has cut the past away."""

from typing import Any

import pytest

from aftercare.kit.messaging.consumer import Record
from aftercare.programme.happenings import Happening
from aftercare.schemas import outreach, rca
from aftercare.schemas.time import Precision, StatedTime
from aftercare.sla.auditor.facts import Fact
from aftercare.sla.auditor.process import _after, _at_end, _heard, _is_whole
from aftercare.sla.auditor.store import Family, Position

from .story import DAY, HOUR, Story, at, ref

MONDAY = at("2026-03-02T10:00")


def record(message: Any, offset: int = 0, **headers: str) -> Record:
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": "one",
        "ce_source": "urn:test",
        "ce_type": message.type,
        "ce_time": MONDAY.isoformat(),
        **headers,
    }
    told = tuple((key, one.encode()) for key, one in attributes.items())
    return Record(str(message.topic), 0, offset, None, message.model_dump_json(exclude_none=True).encode(), told)


def test_a_record_is_one_fact_however_often_it_comes() -> None:
    (message, _, _) = Story().incident(MONDAY).told[0]
    first, again = (list(_heard(record(message, offset), MONDAY)) for offset in (0, 7))
    assert first == again
    (fact,) = first
    assert isinstance(fact, Fact)
    assert (fact.happening, fact.heard) == (Happening.INCIDENT_KNOWN, MONDAY)


@pytest.mark.parametrize("headers", [{"ce_type": "org.aftercare.unheard-of.happened.v1"}, {"ce_id": ""}])
def test_what_it_cannot_read_tells_nothing(headers: dict[str, Any]) -> None:
    (message, _, _) = Story().incident(MONDAY).told[0]
    assert list(_heard(record(message, **headers), MONDAY)) == []


def test_one_message_about_two_cases_tells_two_facts() -> None:
    message = outreach.MessageStatusChangedV1.model_validate(
        {
            "message": ref("msg", "one"),
            "requests": [ref("req", "one"), ref("req", "two")],
            "regarding": [ref("cas", "ana"), ref("cas", "ben"), ref("tsk", "call")],
            "purpose": "offer",
            "channel": "email",
            "status": "sent",
            "changed": MONDAY,
        }
    )
    facts = list(_heard(record(message), MONDAY))
    assert [one.subject for one in facts] == [ref("cas", "ana"), ref("cas", "ben")]
    assert len({one.id for one in facts}) == 2


def test_a_later_message_of_an_analysis_was_received_when_it_came_and_not_when_the_first_did() -> None:
    story = Story().analysis(rca.RcaCommissionedV1, MONDAY, "fall")
    held = StatedTime(
        earliest=MONDAY + 2 * DAY,
        latest=MONDAY + 2 * DAY + HOUR,
        precision=Precision.HOUR,
        zone_known=True,
        source_field="when",
    )
    told = story.analysis(
        rca.RcaInterviewHeldV1, MONDAY + 3 * DAY, "fall", interviewee=f"v1.k1.{'a' * 43}", held=held
    ).facts()
    assert [fact.received for fact in told] == [MONDAY, MONDAY + 3 * DAY]
    assert told[1].stops_at == MONDAY + 2 * DAY + HOUR


def test_a_gap_in_the_offsets_says_since_when_the_past_is_known() -> None:
    (message, _, _) = Story().incident(MONDAY).told[0]
    whole = _after(Position(0, None), record(message, 0), MONDAY + DAY)
    assert whole == Position(1, None)
    cut = _after(whole, record(message, 9), MONDAY + DAY)
    assert cut == Position(10, MONDAY)
    assert _after(cut, record(message, 10), MONDAY + DAY) == Position(11, MONDAY)
    assert _at_end(whole, 1, MONDAY + DAY) == whole
    assert _at_end(whole, 7, MONDAY + DAY) == Position(7, MONDAY + DAY)


def family(story: Story) -> Family:
    facts = tuple(story.facts())
    return Family(frozenset(one for fact in facts for one in fact.references), facts, ())


def test_what_hangs_on_something_that_nobody_told_is_no_ground_to_judge_by() -> None:
    told = Story().incident(MONDAY).owed(MONDAY).settled(MONDAY, "offer-made").assignment(MONDAY, "accepted")
    assert _is_whole(family(told))
    assert _is_whole(family(Story()))
    assert not _is_whole(family(Story().analysis(rca.RcaCommissionedV1, MONDAY, "fall")))
    assert not _is_whole(family(Story().incident(MONDAY, revision=2)))
    assert not _is_whole(family(Story().owed(MONDAY)))
    joined = Story().incident(MONDAY).owed(MONDAY).settled(MONDAY, "already-in-care")
    assert not _is_whole(family(joined))
