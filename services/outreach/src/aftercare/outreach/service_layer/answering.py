"""What a confirmed choice on a page does. Until then nothing here is called: looking and choosing write nothing."""

from dataclasses import replace

from aftercare.kit.ids import random_reference
from aftercare.kit.store.transaction import Transaction
from aftercare.outreach import translation
from aftercare.outreach.adapters import answers, approaches, links, messages
from aftercare.outreach.adapters.answers import Card, StoredAnswer
from aftercare.outreach.adapters.links import Opened
from aftercare.outreach.adapters.tables import Ended, Kind
from aftercare.outreach.domain.answers import Covered, answered_requests
from aftercare.outreach.domain.links import Nonce
from aftercare.outreach.domain.vocabulary import TO_THE_PERSON, Choice
from aftercare.outreach.service_layer.climbing import SEND_DUE, Climbing
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.telemetry import count_answer


class Answering:
    """Answers of the person whose link it is, and what a human reports from a contact card."""

    def __init__(self, policy: Policy, climbing: Climbing) -> None:
        self._policy = policy
        self._climbing = climbing

    async def answer(self, tx: Transaction, opened: Opened, choice: Choice, nonce: Nonce) -> None:
        """A confirmed choice. A second answer replaces the first; the same confirmation twice does nothing more."""
        if opened.person is None or not await links.use_nonce(tx, nonce.mark):
            return
        approach = await approaches.lock(tx, opened.approach)
        carried = {one.ref: one for one in await approaches.carried(tx, opened.approach)}
        covered = [Covered(one.ref, one.regarding, one.cancelled) for one in carried.values()]
        given = [
            StoredAnswer(
                ref=random_reference("ans"),
                approach=opened.approach,
                card=None,
                request=request.ref,
                regarding=request.regarding,
                person=opened.person,
                choice=choice,
                by_human=False,
                given=tx.now,
            )
            for request in answered_requests(covered)
        ]
        await answers.give(tx, given)
        for one in given:
            cause = translation.cause_of(carried[one.request or ""].trail)
            tx.emit(
                translation.person_reached(one.regarding, one.person, one.request, by_human=False, now=tx.now), cause
            )
            tx.emit(translation.answer_given(one), cause)
        await self._climbing.stop(tx, approach, Ended.ANSWERED)
        if choice is Choice.NO and opened.purpose in TO_THE_PERSON:
            await self._queue_receipt(tx, opened)
        count_answer(choice, by_human=False)

    async def undo(self, tx: Transaction, opened: Opened, nonce: Nonce) -> None:
        """Take the standing answer back, if there is one."""
        if not await links.use_nonce(tx, nonce.mark):
            return
        for one in await answers.undo_standing(tx, opened.approach):
            undone = translation.answer_undone(one, tx.now)
            if undone is not None:
                tx.emit(undone)
        count_answer(Choice.UNDO, by_human=False)

    async def report(self, tx: Transaction, card: Card, choice: Choice, nonce: Nonce) -> None:
        """What a supporter or coordinator says came of it. *Reached* by a human, unless nobody was."""
        if not await links.use_nonce(tx, nonce.mark):
            return
        given = StoredAnswer(
            ref=random_reference("ans"),
            approach=None,
            card=card.ref,
            request=card.request,
            regarding=card.regarding,
            person=card.person if card.by_coordinator else card.holder or card.person,
            choice=choice,
            by_human=card.by_coordinator,
            given=tx.now,
        )
        await answers.give(tx, [given])
        if choice is not Choice.NOT_REACHED:
            tx.emit(translation.person_reached(card.regarding, card.person, card.request, by_human=True, now=tx.now))
        tx.emit(translation.answer_given(given))
        await self._stop_telling(tx, card)
        count_answer(choice, by_human=True)

    async def _stop_telling(self, tx: Transaction, card: Card) -> None:
        ref = await approaches.approach_of_request(tx, card.request) if card.request else None
        if ref is not None:
            await self._climbing.stop(tx, await approaches.lock(tx, ref), Ended.ANSWERED)

    async def _queue_receipt(self, tx: Transaction, opened: Opened) -> None:
        """A short note by another channel, so that a *no* that was not theirs does not stand unseen."""
        approach = await approaches.get(tx, opened.approach)
        due = self._policy.first_instant(tx.now, approach.purpose, approach.zone, urgent=approach.urgent)
        message = replace(self._climbing.message(approach, Kind.RECEIPT, 0, tx.now, due), avoid=opened.channel)
        await messages.add(tx, [message])
        await self._climbing.mint(tx, [message])
        tx.set_timer(message.ref, SEND_DUE, due)
