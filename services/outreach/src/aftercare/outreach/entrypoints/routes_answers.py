"""The answer page. A GET shows, a first POST asks again, only a confirmed second POST acts."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters.links import Opened
from aftercare.outreach.adapters.tables import Kind
from aftercare.outreach.application import Outreach
from aftercare.outreach.domain.links import check_nonce, make_nonce
from aftercare.outreach.domain.vocabulary import Choice, choices_for
from aftercare.outreach.entrypoints.forms import Form, read_form
from aftercare.outreach.entrypoints.gate import Gate
from aftercare.outreach.entrypoints.presenter import Presenter
from aftercare.outreach.words import page_texts
from aftercare.outreach.words.catalogue import Language

Lang = Annotated[str | None, Query()]


def answer_routes(application: Outreach, presenter: Presenter, gate: Gate) -> APIRouter:
    """`/a/{token}`."""
    pages = _Answers(application, presenter, gate)
    router = APIRouter()
    router.add_api_route("/a/{token}", pages.show, methods=["GET", "HEAD"], response_class=HTMLResponse)
    router.add_api_route("/a/{token}", pages.take, methods=["POST"], response_class=HTMLResponse)
    return router


class _Answers:
    def __init__(self, application: Outreach, presenter: Presenter, gate: Gate) -> None:
        self._application = application
        self._presenter = presenter
        self._gate = gate

    async def show(self, request: Request, token: str, lang: Lang = None) -> HTMLResponse:
        """The choices. Reads one row, writes nothing."""
        language = self._language(request, lang)
        if not self._gate.admits(token):
            return self._presenter.notice(language, page_texts.SLOW_DOWN, status=429)
        async with self._application.unit_of_work() as tx:
            opened = await self._gate.open(tx, request, token)
        if opened is None or not _choices(opened):
            return self._presenter.notice(language, page_texts.UNKNOWN, team=True)
        language = self._language(request, lang, opened.language)
        return self._presenter.choose(language, opened.purpose, _choices(opened))

    async def take(self, request: Request, token: str, lang: Lang = None) -> HTMLResponse:
        """Chosen: ask again, and write nothing. Confirmed: act."""
        language = self._language(request, lang)
        if not self._gate.admits(token):
            return self._presenter.notice(language, page_texts.SLOW_DOWN, status=429)
        form = await read_form(request)
        async with self._application.unit_of_work() as tx:
            opened = await self._gate.open(tx, request, token)
            if opened is None or not _choices(opened):
                return self._presenter.notice(language, page_texts.UNKNOWN, team=True)
            language = self._language(request, lang, opened.language)
            return await self._step(tx, opened, token, form, language)

    async def _step(self, tx: Transaction, opened: Opened, token: str, form: Form, language: Language) -> HTMLResponse:
        choice = form.choice
        if choice is None or choice not in (*_choices(opened), Choice.UNDO):
            return self._presenter.choose(language, opened.purpose, _choices(opened), wrong=True)
        nonce = check_nonce(form.nonce, token, choice, tx.now) if form.nonce else None
        if nonce is None:
            return self._presenter.confirm(language, choice, make_nonce(token, choice, tx.now, secrets.token_hex(16)))
        if choice is Choice.UNDO:
            await self._application.answering.undo(tx, opened, nonce)
        else:
            await self._application.answering.answer(tx, opened, choice, nonce)
        return self._presenter.done(language, choice, may_undo=choice is not Choice.UNDO)

    def _language(self, request: Request, lang: str | None, known: str | None = None) -> Language:
        return self._presenter.language(lang, request.headers.get("accept-language"), known)


def _choices(opened: Opened) -> tuple[Choice, ...]:
    """What this link's page offers; nothing for a link that opens a contact card."""
    choices = choices_for(opened.purpose)
    return (Choice.UNDO, *choices) if choices and opened.kind is Kind.RECEIPT else choices
