"""Rows as values, and small pieces that the stores share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from aftercare.outreach.adapters.tables import Ended, Kind
from aftercare.outreach.domain.vocabulary import Channel, MessageStatus, Purpose


@dataclass(frozen=True, slots=True)
class Approach:
    """One effort to reach one person."""

    ref: str
    person: str | None
    duty: str | None
    purpose: Purpose
    urgent: bool
    zone: str | None
    language: str | None
    channels: tuple[Channel, ...]
    began: datetime
    expires: datetime | None
    ended: Ended | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message on one channel."""

    ref: str
    approach: str
    kind: Kind
    rung: int
    channel: Channel | None
    avoid: Channel | None
    status: MessageStatus
    message_id: str
    return_token: str
    due: datetime
    queued: datetime
    attempts: int = 0
    failure: str | None = None


def approach_of(row: Row[Any]) -> Approach:
    """From a row that has the columns of `approach`."""
    return Approach(
        ref=row.ref,
        person=row.person,
        duty=row.duty,
        purpose=Purpose(row.purpose),
        urgent=row.urgent,
        zone=row.zone,
        language=row.language,
        channels=channels_of(row.channels),
        began=row.began,
        expires=row.expires,
        ended=Ended(row.ended) if row.ended else None,
    )


def message_of(row: Row[Any]) -> Message:
    """From a row that has the columns of `message`."""
    return Message(
        ref=row.ref,
        approach=row.approach,
        kind=Kind(row.kind),
        rung=row.rung,
        channel=Channel(row.channel) if row.channel else None,
        avoid=Channel(row.avoid) if row.avoid else None,
        status=MessageStatus(row.status),
        message_id=row.message_id,
        return_token=row.return_token,
        due=row.due,
        queued=row.queued,
        attempts=row.attempts,
        failure=row.failure,
    )


def channels_of(values: Sequence[str]) -> tuple[Channel, ...]:
    """Channels from an array column."""
    return tuple(Channel(value) for value in values)
