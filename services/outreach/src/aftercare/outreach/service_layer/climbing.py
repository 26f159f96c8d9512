"""Moves approaches up their ladders: queue what is due, set the next look, ask for a human at the end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aftercare.kit.ids import random_reference
from aftercare.kit.store.transaction import Transaction
from aftercare.outreach import translation
from aftercare.outreach.adapters import approaches, links, messages
from aftercare.outreach.adapters.approaches import Carried
from aftercare.outreach.adapters.links import NewLink
from aftercare.outreach.adapters.rows import Approach, Message
from aftercare.outreach.adapters.tables import Ended, Failure, Kind
from aftercare.outreach.domain.ladder import Attempt, CallHuman, Rest, Send, Wait, next_move
from aftercare.outreach.domain.vocabulary import Channel, HumanReason, MessageStatus
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.service_layer.purse import TokenPurse
from aftercare.outreach.telemetry import count_human_needed, count_message

LADDER_STEP = "ladder-step"
SEND_DUE = "send-due"


class Climbing:
    """The use cases of the ladder. All take the transaction; none talks to the outside."""

    def __init__(self, policy: Policy, purse: TokenPurse, mail_domain: str) -> None:
        self._policy = policy
        self._purse = purse
        self._mail_domain = mail_domain

    async def start(self, tx: Transaction, begun: Sequence[tuple[Approach, Sequence[Carried]]]) -> None:
        """The first moves of new approaches, written in bulk."""
        queued: list[Message] = []
        for approach, carried in begun:
            queued += await self._move(tx, approach, carried, [])
        await self._store(tx, queued)

    async def climb(self, tx: Transaction, ref: str) -> None:
        """Look at an approach again and do what is due. Doing it twice does nothing more."""
        approach = await approaches.lock(tx, ref)
        if approach.ended is not None:
            return
        if approach.expires is not None and approach.expires <= tx.now:
            await self.stop(tx, approach, Ended.EXPIRED)
            return
        tried = await messages.of_approach(tx, ref)
        await self._store(tx, await self._move(tx, approach, await approaches.carried(tx, ref), tried))

    async def stop(self, tx: Transaction, approach: Approach, ended: Ended) -> None:
        """No more messages. What was sent stands, and its links go on working."""
        await approaches.end(tx, approach.ref, ended)
        cancelled = await messages.cancel_queued(tx, approach.ref)
        carried = await approaches.carried(tx, approach.ref) if cancelled else []
        for message in cancelled:
            self.tell(tx, message, approach, carried, MessageStatus.CANCELLED)

    async def need_human(
        self, tx: Transaction, approach: Approach, carried: Sequence[Carried], reason: HumanReason
    ) -> None:
        """The end of the ladder. Messages that still wait for a server may go out yet: they carry the link."""
        await approaches.end(tx, approach.ref, Ended.HUMAN)
        for one in carried:
            if not one.cancelled:
                tx.emit(translation.human_needed(one, approach.person, reason, tx.now), translation.cause_of(one.trail))
        count_human_needed(reason)

    def message(self, approach: Approach, kind: Kind, rung: int, now: datetime, due: datetime) -> Message:
        """A new message. Its `Message-ID` is fixed here, for as many attempts as it takes."""
        ref = random_reference("msg")
        return Message(
            ref=ref,
            approach=approach.ref,
            kind=kind,
            rung=rung,
            channel=None,
            avoid=None,
            status=MessageStatus.QUEUED,
            message_id=f"<{ref}@{self._mail_domain}>",
            return_token=random_reference("r").removeprefix("r_"),
            due=due,
            queued=now,
        )

    async def mint(self, tx: Transaction, minted: Sequence[Message]) -> None:
        """A link for each message; only the hash is stored."""
        until = tx.now + self._policy.outreach.link_valid
        fresh = []
        for one in minted:
            mark = self._purse.mint(one.ref, at_once=one.due <= tx.now)
            fresh.append(NewLink(mark, one.approach, one.ref, one.kind, until))
        await links.add(tx, fresh)

    def tell(
        self, tx: Transaction, message: Message, approach: Approach, carried: Sequence[Carried], status: MessageStatus
    ) -> None:
        """Say on the topic what became of a message."""
        cause = translation.cause_of(carried[0].trail) if carried else None
        tx.emit(translation.status_changed(message, approach, carried, status, tx.now), cause)
        count_message(message.channel or Channel.EMAIL, status, approach.purpose)

    async def _move(
        self, tx: Transaction, approach: Approach, carried: Sequence[Carried], tried: Sequence[Message]
    ) -> list[Message]:
        """All moves that are due now. Returns the messages to be stored."""
        plan = self._policy.plan(approach.purpose, approach.channels, urgent=approach.urgent)
        attempts = [_attempt(message) for message in tried]
        queued: list[Message] = []
        now = max(tx.now, approach.began)
        while True:
            match next_move(plan, attempts, approach.began, now):
                case Send(rung, channel):
                    message = self._next_message(tx, approach, rung, channel, now)
                    queued.append(message)
                    attempts.append(_attempt(message))
                    self.tell(tx, message, approach, carried, MessageStatus.QUEUED)
                case Wait(until):
                    tx.set_timer(approach.ref, LADDER_STEP, _until(approach, until))
                    return queued
                case CallHuman(reason):
                    await self.need_human(tx, approach, carried, reason)
                    return queued
                case Rest():
                    return queued

    def _next_message(self, tx: Transaction, approach: Approach, rung: int, channel: Channel, now: datetime) -> Message:
        due = self._policy.first_instant(now, approach.purpose, approach.zone, urgent=approach.urgent)
        message = self.message(approach, Kind.CONTACT, rung, tx.now, due)
        if due > tx.now:
            tx.set_timer(message.ref, SEND_DUE, due)
        return replace(message, channel=channel)

    async def _store(self, tx: Transaction, queued: Sequence[Message]) -> None:
        await messages.add(tx, queued)
        await self.mint(tx, queued)


def _attempt(message: Message) -> Attempt:
    had_channel = message.failure != Failure.NO_CHANNEL
    return Attempt(message.channel or Channel.EMAIL, message.status, had_channel)


def _until(approach: Approach, until: datetime) -> datetime:
    return until if approach.expires is None else min(until, approach.expires)
