"""Notifications that did not come are seen by the one that comes after them."""

from typing import Any

import pytest

from aftercare.intake.domain.outcome import Heard

from .fhir.saying import bundle
from .fhir.test_notifications import r5_status


@pytest.mark.parametrize(
    ("heard", "known", "missed"),
    [
        (Heard("s", 5, 5), None, 0),
        (Heard("s", 5, 5), 4, 0),
        (Heard("s", 7, 6), 5, 0),
        (Heard("s", 7, 7), 4, 2),
        (Heard("s", 7), 7, 0),
        (Heard("s", 7), 4, 3),
        (Heard("s", 3, 3), 7, 0),
        (Heard("s", 0, is_new=True), 7, 0),
    ],
)
def test_missed_events_are_those_between_the_last_and_the_next(heard: Heard, known: int | None, missed: int) -> None:
    assert heard.missed_since(known) == missed


def notification(number: int, kind: str = "event-notification", subscription: str = "s") -> dict[str, Any]:
    focus = {"reference": f"AdverseEvent/ae-{number}"}
    events = [{"eventNumber": str(number), "focus": focus}] if kind == "event-notification" else []
    status = r5_status(kind=kind, eventsSinceSubscriptionStart=str(number), notificationEvent=events)
    return bundle({"resource": status | {"subscription": {"reference": f"Subscription/{subscription}"}}})


@pytest.mark.real
async def test_a_gap_between_notifications_is_a_doubt(running: Any) -> None:
    async def doubts(*said: dict[str, Any]) -> list[bool]:
        return ["notification-gap" in one.doubts for one in await running.take(*said)]

    assert await doubts(notification(0, "handshake"), notification(1), notification(2)) == [False] * 3
    assert await doubts(notification(5)) == [True]
    assert await doubts(notification(6), notification(6, "heartbeat"), notification(3)) == [False] * 3
    assert await doubts(notification(9, "heartbeat")) == [True]
    assert await doubts(notification(40, subscription="another")) == [False]
    assert await doubts(notification(0, "handshake"), notification(1)) == [False, False]
    [row] = await running.rows("select count(*) as gaps from record where doubts ? 'notification-gap'")
    assert row.gaps == 2
    assert not [one for one in await running.rows("select * from subscription") if "Subscription/" in str(one)]
