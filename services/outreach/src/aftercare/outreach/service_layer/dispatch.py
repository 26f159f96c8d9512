"""One message, claimed: check that it is still wanted, resolve, choose the channel, send, settle."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.kit.clock import Clock
from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import approaches, messages
from aftercare.outreach.adapters.approaches import Carried
from aftercare.outreach.adapters.rows import Approach, Message
from aftercare.outreach.adapters.tables import Ended, Failure, Kind
from aftercare.outreach.domain.delivery import backoff
from aftercare.outreach.domain.vocabulary import Channel, HumanReason, MessageStatus
from aftercare.outreach.service_layer.climbing import LADDER_STEP, SEND_DUE, Climbing
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.service_layer.ports import Contact, ContactGone, Contacts, Courier, Refused, TryLater
from aftercare.outreach.telemetry import count_postponed, record_sent
from aftercare.outreach.words.composer import Composer, Writing

_TRIES = {Channel.SMS: 5, Channel.PUSH: 5}
"""Providers behind apprise do not say *never*. After so many tries the next rung is the better chance."""
_STOPPED = (Ended.ANSWERED, Ended.CANCELLED, Ended.EXPIRED)


@dataclass(frozen=True, slots=True)
class Job:
    """What one delivery works on."""

    message: Message
    approach: Approach
    carried: list[Carried]
    token: str


class Dispatch:
    """Takes one claimed message to its next state, in the caller's transaction."""

    def __init__(
        self,
        policy: Policy,
        climbing: Climbing,
        contacts: Contacts,
        couriers: Mapping[Channel, Courier],
        composer: Composer,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._climbing = climbing
        self._contacts = contacts
        self._couriers = couriers
        self._composer = composer
        self._clock = clock

    async def send(self, tx: Transaction, message: Message, token: str) -> bool:
        """Returns whether the message is settled; if not, it waits for its next try."""
        approach = await approaches.get(tx, message.approach)
        job = Job(message, approach, await approaches.carried(tx, approach.ref), token)
        if not _still_wanted(job, tx.now):
            await self._settle(tx, job, MessageStatus.CANCELLED)
            return True
        try:
            contact = await self._contact(approach)
        except ContactGone:
            return await self._gone(tx, job)
        except TryLater as later:
            return await self._later(tx, job, later.reason)
        due = self._policy.first_instant(tx.now, approach.purpose, contact.zone, urgent=approach.urgent)
        if due > tx.now:
            return await self._when_awake(tx, job, due)
        return await self._by_channel(tx, job, contact)

    async def _contact(self, approach: Approach) -> Contact:
        if approach.person is not None:
            return await self._contacts.resolve(approach.person)
        duty = self._policy.coordinator(approach.duty)
        if duty is None:
            raise ContactGone
        addresses = [(Channel.EMAIL, duty.email)]
        if duty.phone:
            addresses.append((Channel.SMS, duty.phone))
        return Contact(name="", language=duty.language, zone=None, addresses=tuple(addresses))

    async def _by_channel(self, tx: Transaction, job: Job, contact: Contact) -> bool:
        channel = await self._channel(tx, job, contact)
        address = contact.address(channel) if channel else None
        if channel is None or address is None:
            if job.message.kind is Kind.RECEIPT:
                await self._settle(tx, job, MessageStatus.CANCELLED)
                return True
            return await self._failed(tx, job, Failure.NO_CHANNEL)
        return await self._hand_over(tx, _on(job, channel), contact, address)

    async def _channel(self, tx: Transaction, job: Job, contact: Contact) -> Channel | None:
        """The channel to take now: what was planned, if the person really has it."""
        usable = [one for one in contact.channels if one in self._couriers]
        message, approach = job.message, job.approach
        if message.kind is Kind.RECEIPT:
            return next((one for one in usable if one is not message.avoid), None)
        known = [one for one in approach.channels if one in contact.channels]
        if approach.channels and message.channel in usable:
            return message.channel
        order = known or list(contact.channels)
        await approaches.know_channels(tx, approach.ref, order)
        steps = self._policy.plan(approach.purpose, order, urgent=approach.urgent).steps
        return steps[message.rung].channel if message.rung < len(steps) else None

    async def _hand_over(self, tx: Transaction, job: Job, contact: Contact, address: str) -> bool:
        channel = job.message.channel or Channel.EMAIL
        claimed = self._clock.now()
        try:
            await self._couriers[channel].send(self._composer.compose(self._writing(job, contact, address)))
        except TryLater as later:
            if job.message.attempts + 1 >= _TRIES.get(channel, 1_000_000):
                return await self._failed(tx, job, Failure.REFUSED)
            return await self._later(tx, job, later.reason)
        except Refused:
            return await self._failed(tx, job, Failure.REFUSED)
        await self._settle(tx, job, MessageStatus.SENT)
        self._measure(job, claimed)
        return True

    def _writing(self, job: Job, contact: Contact, address: str) -> Writing:
        message, approach = job.message, job.approach
        return Writing(
            channel=message.channel or Channel.EMAIL,
            purpose=approach.purpose,
            is_receipt=message.kind is Kind.RECEIPT,
            urgent=approach.urgent,
            to=address,
            name=contact.name,
            language=approach.language or contact.language,
            token=job.token,
            reference=message.ref,
            message_id=message.message_id,
            return_token=message.return_token,
            written=message.queued,
        )

    async def _when_awake(self, tx: Transaction, job: Job, due: datetime) -> bool:
        """The contact's own zone says that it is night there."""
        count_postponed("asleep")
        await messages.postpone(tx, job.message.ref, due, attempted=False)
        tx.set_timer(job.message.ref, SEND_DUE, due)
        if job.message.kind is Kind.CONTACT and job.message.rung == 0:
            await approaches.begin_later(tx, job.approach.ref, due)
            tx.set_timer(job.approach.ref, LADDER_STEP, due)
        return False

    async def _later(self, tx: Transaction, job: Job, reason: str) -> bool:
        count_postponed(reason)
        await postpone(tx, job.message.ref, job.message.attempts)
        return False

    async def _failed(self, tx: Transaction, job: Job, failure: Failure) -> bool:
        await self._settle(tx, job, MessageStatus.FAILED, failure)
        if job.message.kind is Kind.CONTACT:
            await self._climbing.climb(tx, job.approach.ref)
        return True

    async def _gone(self, tx: Transaction, job: Job) -> bool:
        await self._settle(tx, job, MessageStatus.FAILED, Failure.NO_CONTACT)
        if job.message.kind is Kind.CONTACT:
            approach = await approaches.lock(tx, job.approach.ref)
            if approach.ended is None:
                await self._climbing.need_human(tx, approach, job.carried, HumanReason.NO_CONTACT)
        return True

    async def _settle(self, tx: Transaction, job: Job, status: MessageStatus, failure: Failure | None = None) -> None:
        await messages.settle(tx, job.message.ref, status, channel=job.message.channel, failure=failure)
        if job.message.kind is Kind.CONTACT:
            self._climbing.tell(tx, job.message, job.approach, job.carried, status)

    def _measure(self, job: Job, claimed: datetime) -> None:
        now = self._clock.now()
        asked = job.carried[0].requested if job.carried else job.message.queued
        record_sent(
            job.message.channel or Channel.EMAIL,
            urgent=job.approach.urgent,
            since_request=max(0.0, (now - asked).total_seconds()),
            sending=max(0.0, (now - claimed).total_seconds()),
        )


async def postpone(tx: Transaction, ref: str, attempts: int) -> None:
    """Wait longer after each failure, never in step with others."""
    due = tx.now + backoff(attempts + 1, random.random())  # noqa: S311 - jitter, not a secret
    await messages.postpone(tx, ref, due, attempted=True)
    tx.set_timer(ref, SEND_DUE, due)


def _still_wanted(job: Job, now: datetime) -> bool:
    if job.message.kind is Kind.RECEIPT:
        return True
    expired = job.approach.expires is not None and job.approach.expires <= now
    return not expired and job.approach.ended not in _STOPPED


def _on(job: Job, channel: Channel) -> Job:
    return replace(job, message=replace(job.message, channel=channel))
