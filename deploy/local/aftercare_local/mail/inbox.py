"""The inbox in a browser, and as JSON for tests. Loopback only."""

from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from aftercare_local.mail.behaviour import Behaviour
from aftercare_local.mail.phones import ShortMessage
from aftercare_local.mail.server import Reception, SmtpListeners
from aftercare_local.mail.store import LINK, Mail, MailStore, Wanted

_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'none'; base-uri 'none'"


class Inbox:
    """Pages for people under `/`, data for tests under `/api`."""

    def __init__(self, store: MailStore, reception: Reception, listeners: SmtpListeners) -> None:
        self._store = store
        self._reception = reception
        self._listeners = listeners
        self._pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
        self._pages.filters["linked"] = linked

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._list),
                Route("/messages/{number:int}", self._show),
                Route("/messages/{number:int}/html", self._html),
                Route("/messages/{number:int}/raw", self._raw),
                Route("/healthz", _healthy),
                Route("/api/messages", self._messages),
                Route("/api/messages", self._clear, methods=["DELETE"]),
                Route("/api/messages/{number:int}", self._message),
                Route("/api/messages/{number:int}/raw", self._raw),
                Route("/api/sms", self._sms, methods=["POST"]),
                Route("/api/behaviour", self._behaviour),
                Route("/api/behaviour", self._behave, methods=["PUT"]),
            ]
        )

    async def _list(self, request: Request) -> Response:
        mails = self._store.find(Wanted(to=request.query_params.get("to", "")))
        return self._page("list.html", mails=list(reversed(mails)), to=request.query_params.get("to", ""))

    async def _show(self, request: Request) -> Response:
        mail = self._mail(request)
        return self._page("mail.html", mail=mail, details=mail.details())

    async def _html(self, request: Request) -> Response:
        body = f'<base target="_blank">{self._mail(request).part("html")}'
        return HTMLResponse(body, headers={"Content-Security-Policy": _MAIL_POLICY, "Referrer-Policy": "no-referrer"})

    async def _raw(self, request: Request) -> Response:
        as_text = not request.url.path.startswith("/api")
        return Response(self._mail(request).raw, media_type="text/plain" if as_text else "message/rfc822")

    async def _messages(self, request: Request) -> Response:
        """`?to=&subject=&after=` choose; `?at_least=2&within=10` wait until there are so many, or so many seconds.

        `?whole=1` gives each mail with its body.
        """
        asked = request.query_params
        try:
            wanted = Wanted(asked.get("to", ""), asked.get("subject", ""), int(asked.get("after", "0")))
            count, within = int(asked.get("at_least", "0")), float(asked.get("within", "0"))
        except ValueError:
            raise HTTPException(400, "after, at_least and within must be numbers") from None
        found = await self._store.wait_for(wanted, count, within) if count else self._store.find(wanted)
        return JSONResponse([mail.details() if asked.get("whole") else mail.summary() for mail in found])

    async def _message(self, request: Request) -> Response:
        return JSONResponse(self._mail(request).details())

    async def _clear(self, _request: Request) -> Response:
        self._store.clear()
        return Response(status_code=204)

    async def _sms(self, request: Request) -> Response:
        """An SMS gateway, as apprise's `json://` speaks to one."""
        try:
            message = ShortMessage.model_validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(400, str(error)) from None
        if self._reception.behaviour.refusal(message.to) is not None:
            raise HTTPException(503, "This number is refused for now.")
        await self._reception.take(message.as_letter())
        return Response(status_code=204)

    async def _behaviour(self, _request: Request) -> Response:
        return JSONResponse(self._reception.behaviour.model_dump())

    async def _behave(self, request: Request) -> Response:
        """Replaces the whole behaviour; `{}` makes everything well again."""
        try:
            wanted = Behaviour.model_validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(400, str(error)) from None
        self._reception.behaviour = wanted
        await (self._listeners.close() if wanted.down else self._listeners.open())
        return JSONResponse(wanted.model_dump())

    def _mail(self, request: Request) -> Mail:
        mail = self._store.get(request.path_params["number"])
        if mail is None:
            raise HTTPException(404, "There is no such mail.")
        return mail

    def _page(self, template: str, **values: Any) -> Response:
        page = self._pages.get_template(template).render(**values)
        return HTMLResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY, "Referrer-Policy": "no-referrer"})


async def _healthy(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def linked(text: str) -> Markup:
    """Plain text with its links made clickable."""
    parts, at = [], 0
    for found in LINK.finditer(text):
        url = found.group().rstrip(".,;")
        parts += [
            escape(text[at : found.start()]),
            f'<a href="{escape(url)}" target="_blank" rel="noreferrer">{escape(url)}</a>',
        ]
        at = found.start() + len(url)
    return Markup("".join([*parts, escape(text[at:])]))  # every piece is escaped above
