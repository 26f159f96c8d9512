"""Reads outgoing incident events from a file, for the dry run: what the engine would have heard, and nothing more."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aftercare.programme.happenings import Happening
from aftercare.schemas import incident
from aftercare.schemas.registry import MESSAGE_TYPES, UnreadableMessageError, decode
from aftercare.sla.domain.model import Happened, Link, Told
from aftercare.sla.translation_in import told_in

_OURS = "org.aftercare.incident."
_KINDS = {kind for kind in MESSAGE_TYPES if kind.startswith(_OURS)}


class UnreadableFileError(ValueError):
    """The file holds no incident events. The text says where and what, never a value."""


@dataclass(frozen=True, slots=True)
class Event:
    """One message about an incident, and when it was heard, if the file says so."""

    message: Any
    time: datetime | None

    @property
    def state(self) -> incident.IncidentState:
        state: incident.IncidentState = self.message.state
        return state

    @property
    def received(self) -> datetime:
        """A state goes on saying when the incident first came; later revisions were heard at their event's time."""
        first = self.state.revision == 1 or self.time is None
        return _utc(self.state.received if first else self.time or self.state.received)


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a file."""

    told: Told
    names: dict[str, str]
    """How a subject is shown: people by their involvement."""
    whose: dict[str, str]
    """In plain words: which of an incident's relevant persons a reference stands for."""


def read_incidents(text: str) -> Reading:
    """One event, a list, or one per line; as CloudEvents, bare, or as `aftercare-intake check` prints them.

    Raises `UnreadableFileError`.
    """
    events = [event for where, value in _documents(text) for event in _events(where, value)]
    if not events:
        raise UnreadableFileError("there is no incident event in it")
    heard = [told_in(event.message, event.time) for event in events]
    people = list(_people(events))
    names = {one.happened.subject: one.shown for one in people}
    happenings = {one.happened for one in people}.union(*(told.happenings for told in heard))
    links = {Link(one.incident, one.happened.subject) for one in people}.union(*(told.links for told in heard))
    return Reading(Told(frozenset(happenings), frozenset(links)), names, _whose(events))


def _documents(text: str) -> Iterator[tuple[str, Any]]:
    """Each JSON value with where it stands."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(lines) < 2 or error.msg != "Extra data":
            raise UnreadableFileError(f"line {error.lineno}, column {error.colno}: this is not JSON") from None
        yield from [_line(number, line) for number, line in lines]
        return
    if isinstance(value, list):
        yield from ((f"event {number}", one) for number, one in enumerate(value, start=1))
    else:
        yield "the event", value


def _line(number: int, line: str) -> tuple[str, Any]:
    try:
        return f"line {number}", json.loads(line)
    except json.JSONDecodeError as error:
        raise UnreadableFileError(f"line {number}, column {error.colno}: this is not JSON") from None


def _events(where: str, value: Any) -> Iterator[Event]:
    if not isinstance(value, dict):
        raise UnreadableFileError(f"{where}: an event is a JSON object")
    if "outcome" in value and "record" in value:
        value = value.get("event")
        if value is None:
            return
    kind, data, time = _envelope(value)
    if kind not in _KINDS:
        raise UnreadableFileError(f"{where}: this is no outgoing incident event (type {_OURS}*)")
    try:
        message = decode(kind, json.dumps(data).encode())
    except UnreadableMessageError as error:
        raise UnreadableFileError(f"{where}: {error}") from None
    yield Event(message, _time(where, time))


def _envelope(value: dict[str, Any]) -> tuple[str, Any, Any]:
    """Type, data and time. A bare event is told by what only its type has."""
    if "specversion" in value or "type" in value:
        return str(value.get("type")), value.get("data"), value.get("time")
    data = value if "state" in value else {"state": value}
    kind = "withdrawn" if "reason" in data else "merged" if "into" in data else "amended"
    return f"{_OURS}{kind}.v1", data, None


def _time(where: str, stated: Any) -> datetime | None:
    if stated is None:
        return None
    try:
        time = datetime.fromisoformat(str(stated))
    except ValueError:
        raise UnreadableFileError(f"{where}: time is no instant such as 2026-03-02T10:00:00Z") from None
    return _utc(time) if time.tzinfo else time.replace(tzinfo=UTC)


def _whose(events: Iterable[Event]) -> dict[str, str]:
    """Numbered as the revisions of their incident name them."""
    named: dict[str, list[str]] = {}
    for event in sorted(events, key=lambda one: one.state.revision):
        known = named.setdefault(event.state.incident, [])
        known += [one.relevant_person for one in event.state.relevant_persons if one.relevant_person not in known]
    return {
        person: f"relevant person {number} of {len(known)}"
        for known in named.values()
        for number, person in enumerate(known, start=1)
    }


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody to whom support would be owed."""

    incident: str
    shown: str
    happened: Happened


def _people(events: Iterable[Event]) -> Iterator[_Person]:
    """As if an obligation were opened when somebody was first named; one for a record that names nobody."""
    newest: dict[str, Event] = {}
    for event in sorted(events, key=lambda one: one.state.revision):
        newest[event.state.incident] = event
    for event in newest.values():
        state = event.state
        for one in state.involved:
            named = min(e.received for e in events if e.state.incident == state.incident and one in e.state.involved)
            yield _person(event, one.involvement, one.route.value, named)
        if not state.involved and not isinstance(event.message, incident.NobodyInvolvedV1):
            first = min(e.received for e in events if e.state.incident == state.incident)
            yield _person(event, state.incident, incident.Route.INCIDENT.value, first)


def _person(event: Event, shown: str, route: str, received: datetime) -> _Person:
    state = event.state
    opened = Happened(
        f"obl_{shown.partition('_')[2]}",
        Happening.OBLIGATION_OPENED,
        at=received,
        received=received,
        occurred=_utc(state.occurred.earliest) if state.occurred else None,
        route=route,
        mute=state.synthetic or state.backfill,
    )
    return _Person(state.incident, shown, opened)


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)
