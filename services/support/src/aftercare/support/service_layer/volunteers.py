"""Supporters' entries: who is trained, for what, until when, and can be asked now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.kit.auth.problems import Refusal
from aftercare.support.adapters import mappers
from aftercare.support.domain.records import Volunteer
from aftercare.support.domain.vocabulary import Mode
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.refusals import NotHere


@dataclass(frozen=True, slots=True)
class Training:
    """What a coordinator knows of a supporter."""

    trained_until: datetime
    modes: Sequence[Mode]
    load_cap: int | None


def enter(desk: Desk, person: str, training: Training) -> Volunteer:
    """Add a supporter, or change what is known of them. Raises `Refusal` for training that is longer than it lasts."""
    policy = desk.policy.programme.matching
    if training.trained_until > desk.now + policy.training_valid:
        raise Refusal(f"Training counts for {policy.training_valid.days} days at most: give an earlier end.")
    known = desk.book.volunteers.get(person)
    entry = Volunteer(
        person=person,
        trained_until=training.trained_until,
        modes=tuple(training.modes),
        load_cap=training.load_cap or policy.load_cap,
        available=known.available if known else True,
        last_asked_at=known.last_asked_at if known else None,
    )
    desk.book.volunteers.put(entry)
    return entry


async def load(desk: Desk, person: str) -> None:
    desk.book.volunteers.hold(await mappers.VOLUNTEERS.where(desk.tx.connection, "person", [person]))


def set_available(desk: Desk, person: str, *, available: bool) -> Volunteer:
    """Pause or go on. A supporter never says why. Raises `NotHere`."""
    known = desk.book.volunteers.get(person)
    if known is None:
        raise NotHere("There is no such supporter.")
    changed = replace(known, available=available)
    desk.book.volunteers.put(changed)
    return changed
