"""Requests come in: each becomes an approach of its own, or travels with one that still waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aftercare.kit.ids import random_reference
from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import answers, approaches
from aftercare.outreach.adapters.approaches import Carried
from aftercare.outreach.adapters.rows import Approach
from aftercare.outreach.adapters.tables import Ended
from aftercare.outreach.domain.merging import Held, may_join, purpose_of_all
from aftercare.outreach.domain.vocabulary import OFFERS
from aftercare.outreach.service_layer.climbing import Climbing
from aftercare.outreach.service_layer.commands import GrantCard, RequestContact
from aftercare.outreach.service_layer.policy import Policy


class Requesting:
    """What comes from `support`."""

    def __init__(self, policy: Policy, climbing: Climbing) -> None:
        self._policy = policy
        self._climbing = climbing

    async def request(self, tx: Transaction, asked: Sequence[RequestContact]) -> None:
        """Take requests, in order. One that is known, taken back or expired starts nothing."""
        refs = [one.ref for one in asked]
        known, withdrawn = await approaches.known_or_withdrawn(tx, refs)
        fresh = [one for one in {one.ref: one for one in asked}.values() if one.ref not in known]
        dead = [one for one in fresh if one.ref in withdrawn or _expired(one, tx.now)]
        await approaches.add_requests(tx, [(one, None) for one in dead], cancelled=True)
        live = [one for one in fresh if one not in dead]
        if live:
            await self._begin(tx, live)

    async def cancel(self, tx: Transaction, refs: Sequence[str]) -> None:
        """Requests are taken back. An approach stops when none of its requests is left."""
        known = await approaches.known(tx, refs)
        await approaches.withdraw_unknown(tx, [ref for ref in refs if ref not in known])
        for ref in await approaches.cancel(tx, [ref for ref in refs if ref in known]):
            approach = await approaches.lock(tx, ref)
            if approach.ended is None and all(one.cancelled for one in await approaches.carried(tx, ref)):
                await self._climbing.stop(tx, approach, Ended.CANCELLED)

    async def grant_cards(self, tx: Transaction, cards: Sequence[GrantCard]) -> None:
        """Cards may be opened from now on."""
        await answers.grant(tx, cards, await approaches.withdrawn(tx, [one.ref for one in cards]))

    async def revoke_cards(self, tx: Transaction, refs: Sequence[str]) -> None:
        """Cards show nothing any more, also those that have not come yet."""
        await approaches.withdraw_unknown(tx, refs)
        await answers.revoke(tx, refs)

    async def _begin(self, tx: Transaction, live: Sequence[RequestContact]) -> None:
        held = await approaches.held_for(tx, {one.person for one in live if one.person and _may_merge(one)})
        places = _Places({person: _Place(found.approach, found.due) for person, found in held.items()})
        for one in live:
            if not places.join(one, tx.now):
                places.open(one, self._new(one, tx.now))
        for place in places.joined_before:
            await approaches.change_purpose(tx, place.approach.ref, place.approach.purpose)
        await approaches.add(tx, [place.approach for place in places.opened])
        await approaches.add_requests(tx, [(one, place.approach.ref) for one, place in places.placed])
        await self._climbing.start(tx, [(place.approach, place.carried) for place in places.opened])

    def _new(self, one: RequestContact, now: datetime) -> Approach:
        held_until = now + self._policy.outreach.merge_window if _may_merge(one) else now
        return Approach(
            ref=random_reference("apr"),
            person=one.person,
            duty=one.duty,
            purpose=one.purpose,
            urgent=one.urgent,
            zone=one.zone,
            language=one.language,
            channels=one.channels,
            began=self._policy.first_instant(held_until, one.purpose, one.zone, urgent=one.urgent),
            expires=one.expires,
        )


@dataclass(slots=True)
class _Place:
    """An approach that requests travel with."""

    approach: Approach
    due: datetime
    carried: list[Carried] = field(default_factory=list)


class _Places:
    """Where each request of a batch ends up. Knows nothing of the database."""

    def __init__(self, held: dict[str, _Place]) -> None:
        self._held = held
        self.opened: list[_Place] = []
        self.joined_before: list[_Place] = []
        self.placed: list[tuple[RequestContact, _Place]] = []

    def join(self, one: RequestContact, now: datetime) -> bool:
        """Travel with a message that still waits, if there is one."""
        place = self._held.get(one.person or "")
        if place is None:
            return False
        waiting = Held(place.approach.purpose, place.approach.urgent, place.due)
        if not may_join(waiting, one.purpose, urgent=one.urgent, now=now):
            return False
        purpose = purpose_of_all([place.approach.purpose, one.purpose])
        place.approach = replace(place.approach, purpose=purpose)
        if place not in self.opened and place not in self.joined_before:
            self.joined_before.append(place)
        self._put(one, place)
        return True

    def open(self, one: RequestContact, approach: Approach) -> None:
        """A message of its own."""
        place = _Place(approach, approach.began)
        self.opened.append(place)
        if one.person and _may_merge(one):
            self._held[one.person] = place
        self._put(one, place)

    def _put(self, one: RequestContact, place: _Place) -> None:
        trail = Carried(one.ref, one.regarding, one.purpose, one.requested, cancelled=False, trail=one.trail)
        place.carried.append(trail)
        self.placed.append((one, place))


def _may_merge(one: RequestContact) -> bool:
    return one.person is not None and one.purpose in OFFERS and not one.urgent


def _expired(one: RequestContact, now: datetime) -> bool:
    return one.expires is not None and one.expires <= now
