"""The contact card: opened by choosing and confirming, written down each time, and never stored."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import answers, links
from aftercare.outreach.adapters.answers import Card
from aftercare.outreach.application import Outreach
from aftercare.outreach.domain.links import Nonce, check_nonce, make_nonce
from aftercare.outreach.domain.vocabulary import Choice, card_choices
from aftercare.outreach.entrypoints.forms import Form, read_form
from aftercare.outreach.entrypoints.gate import Gate
from aftercare.outreach.entrypoints.presenter import Presenter
from aftercare.outreach.service_layer.ports import ContactGone, TryLater
from aftercare.outreach.telemetry import count_card_look
from aftercare.outreach.words import page_texts
from aftercare.outreach.words.catalogue import Language

Lang = Annotated[str | None, Query()]


def card_routes(application: Outreach, presenter: Presenter, gate: Gate) -> APIRouter:
    """`/c/{token}`."""
    pages = _Cards(application, presenter, gate)
    router = APIRouter()
    router.add_api_route("/c/{token}", pages.show, methods=["GET", "HEAD"], response_class=HTMLResponse)
    router.add_api_route("/c/{token}", pages.take, methods=["POST"], response_class=HTMLResponse)
    return router


class _Cards:
    def __init__(self, application: Outreach, presenter: Presenter, gate: Gate) -> None:
        self._application = application
        self._presenter = presenter
        self._gate = gate

    async def show(self, request: Request, token: str, lang: Lang = None) -> HTMLResponse:
        """The same page for every link; nothing is looked up."""
        language = self._language(request, lang)
        if not self._gate.admits(token):
            return self._presenter.notice(language, page_texts.SLOW_DOWN, status=429)
        return self._presenter.card_closed(language)

    async def take(self, request: Request, token: str, lang: Lang = None) -> HTMLResponse:
        """Open the card, or say what came of it; each by choosing and confirming."""
        language = self._language(request, lang)
        if not self._gate.admits(token):
            return self._presenter.notice(language, page_texts.SLOW_DOWN, status=429)
        form = await read_form(request)
        async with self._application.unit_of_work() as tx:
            opened = await self._gate.open(tx, request, token)
            card = await answers.card_for(tx, opened.approach) if opened else None
            if form.choice is Choice.OPEN:
                return await self._open(tx, card, token, form, language)
            return await self._report(tx, card, token, form, language)

    async def _open(
        self, tx: Transaction, card: Card | None, token: str, form: Form, language: Language
    ) -> HTMLResponse:
        nonce = _checked(form, token, tx)
        if nonce is None:
            return self._ask_again(tx, token, Choice.OPEN, language)
        if card is None:
            return self._presenter.notice(language, page_texts.CARD_NONE)
        if not await links.use_nonce(tx, nonce.mark):
            return self._ask_again(tx, token, Choice.OPEN, language)
        try:
            contact = await self._application.contacts.resolve(card.person, for_card=True)
        except ContactGone:
            await answers.audit_look(tx, card.ref, "no-contact")
            return self._presenter.notice(language, page_texts.CARD_NO_CONTACT)
        except TryLater:
            await answers.audit_look(tx, card.ref, "unavailable")
            return self._presenter.notice(language, page_texts.CARD_LATER, status=503)
        await answers.audit_look(tx, card.ref, "shown")
        count_card_look()
        return self._presenter.card_open(
            language, contact, card.wishes, urgent=card.urgent, by_coordinator=card.by_coordinator
        )

    async def _report(
        self, tx: Transaction, card: Card | None, token: str, form: Form, language: Language
    ) -> HTMLResponse:
        if card is None:
            return self._presenter.notice(language, page_texts.CARD_NONE)
        choice = form.choice
        if choice is None or choice not in card_choices(by_coordinator=card.by_coordinator):
            return self._presenter.card_closed(language)
        nonce = _checked(form, token, tx)
        if nonce is None:
            return self._ask_again(tx, token, choice, language, by_coordinator=card.by_coordinator)
        await self._application.answering.report(tx, card, choice, nonce)
        return self._presenter.done(language, choice, may_undo=False, by_coordinator=card.by_coordinator)

    def _ask_again(
        self, tx: Transaction, token: str, choice: Choice, language: Language, *, by_coordinator: bool = False
    ) -> HTMLResponse:
        nonce = make_nonce(token, choice, tx.now, secrets.token_hex(16))
        return self._presenter.confirm(language, choice, nonce, by_coordinator=by_coordinator)

    def _language(self, request: Request, lang: str | None) -> Language:
        return self._presenter.language(lang, request.headers.get("accept-language"))


def _checked(form: Form, token: str, tx: Transaction) -> Nonce | None:
    if form.choice is None or form.nonce is None:
        return None
    return check_nonce(form.nonce, token, form.choice, tx.now)
