"""What FHIR subscriptions send: R5, and the backport to R4 and R4B (`interop.md` 2.3).

The status comes as SubscriptionStatus, or in R4 as Parameters. Handshakes and heartbeats are signs of life; an event
brings its resources along, or only says which ones changed, or nothing but that something did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aftercare.intake.domain.fhir.references import references_of
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Heard

FORMAT = "fhir-notification"
SIGNS_OF_LIFE = frozenset({"handshake", "heartbeat"})


@dataclass(frozen=True, slots=True)
class NotifiedEvent:
    focus: JsonObject
    number: int | None = None
    context: tuple[JsonObject, ...] = ()
    """What else it is about."""


@dataclass(frozen=True, slots=True)
class Notification:
    """`kind` and `status` are the sender's words, in lower case; compare them, never pass them on."""

    kind: str
    status: str
    events: tuple[NotifiedEvent, ...]
    since_start: int | None
    subscription: str | None = None

    @property
    def heard(self) -> Heard | None:
        """Its numbers, for comparing them with those of the notification before; nothing if it doesn't say."""
        numbers = [event.number for event in self.events if event.number is not None]
        last = max([*numbers, *([self.since_start] if self.since_start is not None else [])], default=None)
        if self.subscription is None or last is None:
            return None
        return Heard(self.subscription, last, min(numbers, default=None), is_new=self.kind == "handshake")

    @property
    def says_only_that(self) -> bool:
        """Something happened, and nothing says what."""
        return self.kind == "event-notification" and not self.events

    @property
    def has_gap(self) -> bool:
        """Whether event numbers are missing among its own events, or between them and its count."""
        numbers = sorted({event.number for event in self.events if event.number is not None})
        if not numbers:
            return False
        whole = numbers[-1] - numbers[0] == len(numbers) - 1
        return not whole or (self.since_start is not None and self.since_start > numbers[-1])


def notification_of(resource: JsonObject) -> Notification | None:
    """The notification that a resource is the status of."""
    if type_of(resource) == "SubscriptionStatus":
        return _read(resource)
    if type_of(resource) != "Parameters":
        return None
    said = _parameters(resource)
    is_status = bool({"subscription", "subscription-url"} & said.keys())
    return _read(said) if is_status else None


def _read(said: Mapping[str, Any]) -> Notification:
    events = [
        NotifiedEvent(
            next(iter(references_of(one.get("focus"))), {}),
            _number(one.get("eventNumber")),
            tuple(references_of(one.get("additionalContext"))),
        )
        for one in objects(said.get("notificationEvent"))
    ]
    named = identifier(obj(said.get("subscription")).get("reference")) or identifier(said.get("subscription-url"))
    return Notification(
        kind=(text(said.get("type")) or text(said.get("notificationType")) or "").casefold(),
        status=(text(said.get("status")) or text(said.get("subscription-status")) or "").casefold(),
        events=tuple(events),
        since_start=_number(said.get("eventsSinceSubscriptionStart")),
        subscription=named,
    )


def _parameters(resource: JsonObject) -> dict[str, Any]:
    """Parameters as an object of R5's names: values by name, parts as objects, repeated ones as lists."""
    said: dict[str, Any] = {}
    for name, value in _named(objects(resource.get("parameter"))):
        if name in said and isinstance(said[name], list):
            said[name].append(value)
        elif name == "notificationEvent":
            said[name] = [value]
        else:
            said[name] = value
    return said


def _named(parameters: list[JsonObject]) -> Iterator[tuple[str, Any]]:
    for one in parameters:
        name = text(one.get("name"))
        if name is None:
            continue
        value = next((inner for key, inner in one.items() if key.startswith("value")), None)
        parts = objects(one.get("part"))
        yield _NAMES.get(name, name), dict(_named(parts)) if parts else value


_NAMES = {
    "events-since-subscription-start": "eventsSinceSubscriptionStart",
    "subscription-event-count": "eventsSinceSubscriptionStart",
    "notification-event": "notificationEvent",
    "event-number": "eventNumber",
    "additional-context": "additionalContext",
}


def _number(value: Any) -> int | None:
    """Event numbers are integer64: JSON has them as texts."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    words = text(value) or ""
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 18 else None
