"""Mail by SMTP: verified TLS, reused connections, the server's answer told apart into *later* and *never*."""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from aftercare.outreach.adapters.mail import write_mail
from aftercare.outreach.service_layer.ports import Letter, Refused, TryLater

_TIMEOUT_SECONDS = 20.0
_IDLE_SECONDS = 25.0
"""Shorter than any server's patience with a silent client (RFC 5321: 5 minutes; some close after 30 seconds)."""
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, repr=False)
class SmtpAddress:
    """Where mail goes out. `starttls` is `required` unless the URL says `none` (a relay on this very machine)."""

    host: str
    port: int
    username: str | None
    password: str | None
    implicit_tls: bool
    starttls: bool

    @classmethod
    def parse(cls, url: str) -> "SmtpAddress":
        """`smtp://user:pw@host:port?starttls=required|none` or `smtps://…`. Raises `ValueError`, quoting nothing."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError("AFTERCARE_SMTP_URL must look like smtp://user:password@host:port or smtps://…")
        starttls = parse_qs(parts.query).get("starttls", ["required"])[0]
        if starttls not in ("required", "none"):
            raise ValueError("AFTERCARE_SMTP_URL: starttls is 'required' or 'none'")
        if starttls == "none" and parts.scheme == "smtp" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("AFTERCARE_SMTP_URL: mail without TLS is for a relay on this machine only")
        return cls(
            host=parts.hostname,
            port=parts.port or _DEFAULT_PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            implicit_tls=parts.scheme == "smtps",
            starttls=parts.scheme == "smtp" and starttls == "required",
        )


@dataclass(slots=True)
class _Idle:
    client: aiosmtplib.SMTP
    since: float


class SmtpCourier:
    """Sends one letter at a time per connection; keeps connections for the next ones."""

    def __init__(self, address: SmtpAddress, sender: str, return_domain: str, ca_file: str | None = None) -> None:
        self._address = address
        self._sender = sender
        self._return_domain = return_domain
        self._tls = ssl.create_default_context(cafile=ca_file)
        self._idle: deque[_Idle] = deque()

    async def send(self, letter: Letter) -> None:
        """Return on the server's 250. A mail that was handed over without an answer counts as *later*."""
        try:
            mail = write_mail(letter, self._sender)
        except ValueError:  # a line break in an address: the text would quote it
            raise Refused("address-unusable") from None
        return_path = f"b-{letter.return_token}@{self._return_domain}"
        client = await self._connection()
        try:
            await client.sendmail(return_path, [letter.to], mail)
        except aiosmtplib.SMTPException as error:
            self._drop(client)
            _tell_apart(error)
        except (OSError, asyncio.CancelledError, UnicodeError) as error:
            self._drop(client)
            if isinstance(error, asyncio.CancelledError):
                raise
            if isinstance(error, UnicodeError):
                raise Refused("address-not-ascii") from None
            raise TryLater("smtp-connection") from None
        self._idle.append(_Idle(client, asyncio.get_running_loop().time()))

    async def close(self) -> None:
        while self._idle:
            self._drop(self._idle.pop().client)

    async def _connection(self) -> aiosmtplib.SMTP:
        """The freshest connection that still answers, else a new one."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            idle = self._idle.pop()
            if idle.client.is_connected and now - idle.since < _IDLE_SECONDS and await _answers(idle.client):
                return idle.client
            self._drop(idle.client)
        return await self._connect()

    async def _connect(self) -> aiosmtplib.SMTP:
        to = self._address
        client = aiosmtplib.SMTP(
            hostname=to.host,
            port=to.port,
            use_tls=to.implicit_tls,
            start_tls=to.starttls,
            tls_context=self._tls,
            timeout=_TIMEOUT_SECONDS,
        )
        try:
            await client.connect()
            if to.username is not None:
                await client.login(to.username, to.password or "")
        except ssl.SSLError:
            self._drop(client)
            raise TryLater("smtp-tls") from None
        except aiosmtplib.SMTPAuthenticationError:
            self._drop(client)
            raise TryLater("smtp-sign-in") from None
        except (aiosmtplib.SMTPException, OSError):
            self._drop(client)
            raise TryLater("smtp-connection") from None
        return client

    def _drop(self, client: aiosmtplib.SMTP) -> None:
        client.close()


async def _answers(client: aiosmtplib.SMTP) -> bool:
    """RSET clears what an earlier mail left, and shows whether the server is still there."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def _tell_apart(error: aiosmtplib.SMTPException) -> None:
    """Raise *later* for 4xx and lost connections, *never* for 5xx. Neither text quotes the server."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
    elif isinstance(error, aiosmtplib.SMTPResponseException):
        codes = [error.code]
    else:
        raise TryLater("smtp-connection") from None
    if codes and all(500 <= code < 600 for code in codes):
        raise Refused(f"smtp-{codes[0]}") from None
    raise TryLater(f"smtp-{codes[0]}" if codes else "smtp-unknown") from None
