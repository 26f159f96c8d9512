# ruff: noqa: ARG002 - the arguments are those that aiosmtpd gives
"""One contract for every courier, fake or real: real SMTP with real TLS, and real HTTP behind apprise."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from outreach_world import FakeCourier

from aftercare.outreach.adapters.apprise_courier import AppriseCourier
from aftercare.outreach.adapters.mail import write_mail
from aftercare.outreach.adapters.smtp import SmtpAddress, SmtpCourier
from aftercare.outreach.service_layer.ports import Courier, Letter, Refused, TryLater

pytestmark = pytest.mark.real

WRITTEN = datetime(2026, 3, 10, 12, tzinfo=UTC)


def letter(to: str = "robin@staff.example", number: int = 0) -> Letter:
    return Letter(
        to=to,
        reference=f"msg_{number:032x}",
        message_id=f"<msg_{number:032x}@aftercare.example>",
        return_token=f"{number:032x}",
        written=WRITTEN,
        language="de",
        subject="Eine Nachricht für Sie",
        text="Grüße\nhttps://care.example.org/a/x\n",
        html="<html lang='de'><p>Grüße</p></html>",
        sender_name="Kollegiale Unterstützung",
    )


@dataclass
class Sink:
    """An SMTP server that takes, refuses, delays and hangs up as told."""

    mails: list[tuple[Envelope, bytes]] = field(default_factory=list)
    rcpt_reply: str = "250 OK"
    data_reply: str = "250 OK"
    drop_after_data: bool = False
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_reply.startswith("250"):
            self.mails.append((envelope, bytes(envelope.content or b"")))
        if self.drop_after_data:
            server.transport.abort()
        return self.data_reply


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.password == b"pw"
    return AuthResult(success=good, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    import ipaddress  # noqa: PLC0415

    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


@dataclass
class Server:
    sink: Sink
    port: int
    chain: Path

    def courier(self, **changes: Any) -> SmtpCourier:
        url = changes.get("url", f"smtp://outreach:pw@127.0.0.1:{self.port}")
        ca = changes.get("ca", str(self.chain))
        return SmtpCourier(SmtpAddress.parse(url), "support@aftercare.example", "returnpath.example", ca)


@pytest_asyncio.fixture
async def server(certificate: tuple[Path, Path]) -> AsyncIterator[Server]:
    """A real SMTP server with STARTTLS and sign-in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    sink = Sink()

    def session() -> SMTP:
        return SMTP(sink, tls_context=context, require_starttls=True, auth_required=True, authenticator=_login)

    listening = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    yield Server(sink, listening.sockets[0].getsockname()[1], certificate[0])
    listening.close()


class Gateway(BaseHTTPRequestHandler):
    """An SMS provider's HTTP gateway."""

    taken: list[dict[str, Any]]
    status: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if type(self).status < 300:
            type(self).taken.append(json.loads(body))
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def gateway() -> Iterator[tuple[type[Gateway], str]]:
    handler = type("OneGateway", (Gateway,), {"taken": [], "status": 200})
    http = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield handler, f"json://127.0.0.1:{http.server_port}/sms?:to={{to}}&:reference={{reference}}"
    http.shutdown()
    http.server_close()


@dataclass
class Subject:
    """A courier under the contract: the thing, how to make it fail, and what arrived."""

    courier: Courier
    arrived: Any
    fail_for_now: Any


@asynccontextmanager
async def subject_of(kind: str, mail_server: Server, gateway: tuple[type["Gateway"], str]) -> AsyncIterator[Subject]:
    if kind == "fake":
        fake = FakeCourier()
        subject = Subject(fake, lambda: len(fake.sent), lambda: fake.fail_with.append(TryLater("down")))
    elif kind == "smtp":
        subject = Subject(
            mail_server.courier(),
            lambda: len(mail_server.sink.mails),
            lambda: setattr(mail_server.sink, "rcpt_reply", "451 4.3.0 later"),
        )
    else:
        handler, url = gateway
        subject = Subject(
            AppriseCourier(url, 100.0), lambda: len(handler.taken), lambda: setattr(handler, "status", 503)
        )
    yield subject
    await subject.courier.close()


@pytest.mark.parametrize("kind", ["fake", "smtp", "apprise"])
async def test_a_courier_delivers_and_delivers_again(kind: str, server: Server, gateway: Any) -> None:
    async with subject_of(kind, server, gateway) as subject:
        await subject.courier.send(letter(number=1))
        await subject.courier.send(letter(number=2))
        assert subject.arrived() == 2


@pytest.mark.parametrize("kind", ["fake", "smtp", "apprise"])
async def test_a_courier_says_later_for_what_will_pass(kind: str, server: Server, gateway: Any) -> None:
    async with subject_of(kind, server, gateway) as subject:
        subject.fail_for_now()
        with pytest.raises(TryLater) as later:
            await subject.courier.send(letter())
        assert "robin" not in str(later.value)
        assert subject.arrived() == 0


async def test_a_mail_carries_its_opaque_return_path_and_fixed_id(server: Server) -> None:
    await server.courier().send(letter(number=7))
    envelope, content = server.sink.mails[0]
    assert envelope.mail_from == f"b-{7:032x}@returnpath.example"
    assert envelope.rcpt_tos == ["robin@staff.example"]
    mail = message_from_bytes(content, policy=policy.default)
    assert mail["Message-ID"] == f"<msg_{7:032x}@aftercare.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Tue, 10 Mar 2026 12:00:00 +0000"
    assert "Grüße" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Grüße" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("address", ["robin@staff.example\nBcc: eve@evil.example", "robin@staff.example\r\n\r\nx"])
async def test_an_address_that_would_write_its_own_headers_is_refused_for_good(server: Server, address: str) -> None:
    with pytest.raises(Refused) as refused:
        await server.courier().send(replace(letter(), to=address))
    assert refused.value.reason == "address-unusable"
    assert refused.value.__suppress_context__
    assert server.sink.mails == []


def test_the_same_letter_is_the_same_bytes() -> None:
    assert write_mail(letter(), "a@b.example") == write_mail(letter(), "a@b.example")


async def test_connections_are_used_again(server: Server) -> None:
    courier = server.courier()
    for number in range(4):
        await courier.send(letter(number=number))
    assert server.sink.connections == 2, "one greeting before and one after STARTTLS"


async def test_a_server_that_went_away_in_between_is_met_anew(server: Server) -> None:
    courier = server.courier()
    await courier.send(letter())
    courier._idle[0].client.transport.abort()  # type: ignore[union-attr]
    await asyncio.sleep(0)
    await courier.send(letter(number=1))
    assert len(server.sink.mails) == 2


@pytest.mark.parametrize("place", ["rcpt_reply", "data_reply"])
async def test_a_5xx_is_never_and_a_4xx_is_later(server: Server, place: str) -> None:
    setattr(server.sink, place, "550 5.1.1 no such robin@staff.example here")
    with pytest.raises(Refused) as refused:
        await server.courier().send(letter())
    assert str(refused.value) == "smtp-550", "the server's text holds an address"
    setattr(server.sink, place, "452 4.2.2 full")
    with pytest.raises(TryLater):
        await server.courier().send(letter())


async def test_an_answer_that_is_lost_is_tried_again(server: Server) -> None:
    server.sink.drop_after_data = True
    with pytest.raises(TryLater):
        await server.courier().send(letter())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("smtp://outreach:wrong@127.0.0.1:{port}", "smtp-sign-in"),
        ("smtp://outreach:pw@127.0.0.1:1", "smtp-connection"),
        ("smtps://outreach:pw@127.0.0.1:{port}", "smtp-"),
    ],
)
async def test_a_wrong_setting_loses_nothing(server: Server, url: str, reason: str) -> None:
    with pytest.raises(TryLater) as later:
        await server.courier(url=url.format(port=server.port)).send(letter())
    assert later.value.reason.startswith(reason)
    assert server.sink.mails == []


async def test_a_certificate_that_nobody_vouches_for_gets_no_mail(server: Server) -> None:
    with pytest.raises(TryLater):
        await server.courier(ca=None).send(letter())
    assert server.sink.mails == []


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://mail.example?starttls=none", "smtp://mail.example?starttls=maybe"]
)
def test_a_mail_url_that_would_be_unsafe_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="AFTERCARE_SMTP_URL"):
        SmtpAddress.parse(url)


async def test_a_short_message_carries_number_and_reference(gateway: tuple[type[Gateway], str]) -> None:
    handler, url = gateway
    await AppriseCourier(url, 100.0).send(letter(to="+441632960111", number=9))
    assert handler.taken[0]["to"] == "+441632960111"
    assert handler.taken[0]["reference"] == f"msg_{9:032x}"
    assert "care.example.org" in handler.taken[0]["message"]


async def test_short_messages_keep_to_the_providers_pace() -> None:
    courier = AppriseCourier("json://127.0.0.1:1/?:to={to}", 50.0)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(6):
        await courier._wait_for_slot()
    assert loop.time() - begun >= 0.09
