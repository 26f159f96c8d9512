"""The SMTP side: STARTTLS on one port, TLS from the first byte on the other, a password on both."""

import asyncio
import hmac
import logging
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from aftercare.kit.clock import Clock
from aftercare_local.mail.behaviour import Behaviour
from aftercare_local.mail.config import MailConfig
from aftercare_local.mail.store import Letter, Mail, MailStore
from aftercare_local.ports import HOST

log = logging.getLogger(__name__)
Accepted = Callable[[Mail, Behaviour], None]


class Reception:
    """Takes mails, or refuses them as the present behaviour says. The methods are aiosmtpd's hooks."""

    def __init__(self, store: MailStore, clock: Clock, accepted: Accepted) -> None:
        self._store = store
        self._clock = clock
        self._accepted = accepted
        self.behaviour = Behaviour()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's own signature
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = self.behaviour.refusal(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def take(self, letter: Letter) -> Mail:
        """Keep it, and let a receipt follow where there is to be one."""
        mail = await self._store.add(letter, self._clock.now())
        log.info("mail %s taken", mail.number)
        self._accepted(mail, self.behaviour)
        return mail

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        letter = Letter(
            envelope.mail_from or "",
            envelope.rcpt_tos,
            envelope.original_content or b"",
            user=str(session.auth_data),
            tls=_tls_version(session),
        )
        mail = await self.take(letter)
        if self.behaviour.lose_replies:
            self.behaviour = self.behaviour.model_copy(update={"lose_replies": self.behaviour.lose_replies - 1})
            _break(server)
        await asyncio.sleep(self.behaviour.delay_seconds)
        return f"250 2.0.0 OK {mail.number}"


def _break(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def _tls_version(session: Session) -> str:
    described = session.ssl.get("ssl_object") if isinstance(session.ssl, dict) else None
    return str(described.version()) if described is not None else "TLS"


class SmtpListeners:
    """The two listening ports, which can be closed and opened while the process runs."""

    def __init__(self, config: MailConfig, reception: Reception) -> None:
        self._config = config
        self._reception = reception
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(config.certificate, config.key)
        self._servers: list[asyncio.Server] = []

    async def open(self) -> None:
        if self._servers:
            return
        loop = asyncio.get_running_loop()
        plain = await loop.create_server(self._starttls, HOST, self._config.starttls_port)
        secure = await loop.create_server(self._implicit, HOST, self._config.tls_port, ssl=self._tls)
        self._servers = [plain, secure]

    async def close(self) -> None:
        """Refuse new connections. One that is in the middle of a mail may end it."""
        for server in self._servers:
            server.close()
        self._servers = []

    def _starttls(self) -> SMTP:
        return self._protocol(tls_context=self._tls, require_starttls=True, auth_require_tls=True)

    def _implicit(self) -> SMTP:
        return self._protocol(auth_require_tls=False)

    def _protocol(self, **options: Any) -> SMTP:
        return SMTP(
            self._reception,
            hostname="mail.local.invalid",
            ident="Aftercare local mail",
            enable_SMTPUTF8=True,
            auth_required=True,
            authenticator=self._authenticate,
            timeout=60,
            **options,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        right = hmac.compare_digest(data.login, self._config.username.encode()) and hmac.compare_digest(
            data.password, self._config.password.encode()
        )
        return AuthResult(success=right, handled=False, auth_data=self._config.username if right else None)
