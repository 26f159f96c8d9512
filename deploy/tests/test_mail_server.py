"""The mail server takes mail as a real one does, and fails as a real one does."""

import asyncio
import email
import json
import smtplib
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import apprise
import httpx
import pytest
from aftercare_local import ports
from aftercare_local.mail_server import MailServer
from aftercare_local.watchdog import Watchdog

pytestmark = pytest.mark.real


class Receipts:
    """Stands for the service that takes delivery reports; refuses the first with 503 to see it come again."""

    def __init__(self) -> None:
        self.reports: list[bytes] = []
        self.asked: list[tuple[str, str, str | None]] = []
        self.refusals = 1
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked.append((self.path, self.headers["Authorization"], self.headers["X-Envelope-To"]))
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.refusals:
                    outer.refusals -= 1
                    self.send_response(503)
                else:
                    outer.reports.append(body)
                    self.send_response(202)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        self._server = HTTPServer((ports.HOST, 0), Handler)
        self.url = f"http://{ports.HOST}:{self._server.server_port}/receipts"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def receipts() -> Iterator[Receipts]:
    taking = Receipts()
    yield taking
    taking.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, watchdog: Watchdog, receipts: Receipts) -> Iterator[MailServer]:
    mail = MailServer(tmp_path_factory.mktemp("mail"), watchdog, receipts=receipts.url, receipt_token="the-secret")
    mail.start()
    yield mail
    mail.close()


@pytest.fixture(autouse=True)
def well(server: MailServer) -> Iterator[None]:
    server.clear()
    yield
    server.behave()


def letter(to: str, subject: str = "A message for you") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "support@hospital.example"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<01J@aftercare.example>"
    message.set_content("Choose here: https://aftercare.example/a/abc.\nWe are here.")
    message.add_alternative(
        '<p>Choose <a href="https://aftercare.example/a/abc">here</a><script>1</script></p>', "html"
    )
    return message


def trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


def send(server: MailServer, message: EmailMessage, sender: str = "return-1@hospital.example") -> None:
    with smtplib.SMTP(ports.HOST, server.port, timeout=10) as client:
        client.starttls(context=trusting(server.authority))
        client.login(server.username, server.password)
        client.send_message(message, from_addr=sender)


def test_mail_over_starttls_with_a_password_is_kept_whole(server: MailServer) -> None:
    send(server, letter("nurse@hospital.example"))
    [summary] = server.messages(to="nurse@hospital.example")
    assert summary["envelope_from"] == "return-1@hospital.example"
    assert summary["user"] == "outreach"
    assert summary["tls"].startswith("TLSv1.")
    whole = server.message(summary["id"])
    assert whole["links"] == ["https://aftercare.example/a/abc"]
    assert "We are here." in whole["text"]
    assert "<p>Choose" in whole["html"]
    assert ["Message-ID", "<01J@aftercare.example>"] in whole["headers"]


def test_mail_over_tls_from_the_first_byte_is_taken(server: MailServer) -> None:
    with smtplib.SMTP_SSL(ports.HOST, server.tls_port, context=trusting(server.authority)) as client:
        client.login(server.username, server.password)
        client.send_message(letter("nurse@hospital.example"))
    assert len(server.messages()) == 1


def test_mail_without_tls_is_refused(server: MailServer) -> None:
    with smtplib.SMTP(ports.HOST, server.port) as client, pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
        client.send_message(letter("nurse@hospital.example"))


def test_wrong_password_is_refused(server: MailServer) -> None:
    with smtplib.SMTP(ports.HOST, server.port) as client:
        client.starttls(context=trusting(server.authority))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(server.username, "guess")


def test_certificate_of_another_authority_is_not_trusted(server: MailServer) -> None:
    with smtplib.SMTP(ports.HOST, server.port) as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())


def test_nobody_else_on_the_machine_can_read_the_mails(server: MailServer) -> None:
    assert server.home.stat().st_mode & 0o077 == 0


def test_killed_server_still_has_every_mail_that_it_took(server: MailServer) -> None:
    send(server, letter("nurse@hospital.example", "Before"))
    server.child.kill()
    server.start()
    send(server, letter("nurse@hospital.example", "After"))
    assert [mail["subject"] for mail in server.messages()] == ["Before", "After"]


@pytest.mark.parametrize("reply", ["451 4.3.0 try later", "550 5.1.1 no such mailbox"])
def test_refusal_for_one_address_reaches_the_sender(server: MailServer, reply: str) -> None:
    server.behave(rules=[{"address": "full@*", "reply": reply}])
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(server, letter("full@hospital.example"))
    assert refused.value.recipients["full@hospital.example"][0] == int(reply[:3])
    send(server, letter("nurse@hospital.example"))
    assert len(server.messages()) == 1


def test_server_that_is_down_refuses_connections_until_it_is_well(server: MailServer) -> None:
    server.behave(down=True)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((ports.HOST, server.port), timeout=5)
    server.behave()
    send(server, letter("nurse@hospital.example"))


def test_slow_server_outlasts_an_impatient_sender(server: MailServer) -> None:
    server.behave(delay_seconds=30)
    client = smtplib.SMTP(ports.HOST, server.port, timeout=0.5)
    client.starttls(context=trusting(server.authority))
    client.login(server.username, server.password)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        client.send_message(letter("nurse@hospital.example"))
    client.close()


def test_lost_reply_leaves_a_mail_that_the_sender_does_not_know_of(server: MailServer) -> None:
    server.behave(lose_replies=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(server, letter("nurse@hospital.example"))
    send(server, letter("nurse@hospital.example"))
    same = [mail["message_id"] for mail in server.messages()]
    assert same == ["<01J@aftercare.example>"] * 2


async def test_waiting_ends_with_the_mail_and_not_with_the_time(server: MailServer) -> None:
    waiting = asyncio.create_task(asyncio.to_thread(server.messages, to="late@hospital.example", at_least=1, within=20))
    await asyncio.to_thread(send, server, letter("late@hospital.example"))
    async with asyncio.timeout(10):
        assert len(await waiting) == 1


def test_bounce_address_is_taken_and_reported_as_failed_until_the_report_is_taken(
    server: MailServer, receipts: Receipts
) -> None:
    receipts.reports.clear()
    receipts.refusals = 1
    send(server, letter("bounce@hospital.example"))
    server.child.wait_until(lambda: bool(receipts.reports), within=15)
    shown = "Bearer the-secret"
    assert receipts.asked[-1] == ("/receipts/delivery-report", shown, "return-1@hospital.example")
    report = email.message_from_bytes(receipts.reports[0], policy=default)
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    assert report["To"] == "return-1@hospital.example"
    words, status, original = report.iter_parts()
    assert words.get_content_type() == "text/plain"
    assert status.get_content_type() == "message/delivery-status"
    about = status.get_payload()[1]
    assert (about["Action"], about["Status"]) == ("failed", "5.1.1")
    assert about["Final-Recipient"] == "rfc822; bounce@hospital.example"
    assert original.get_content_type() == "text/rfc822-headers"
    assert "<01J@aftercare.example>" in str(original.get_payload(decode=True))


def test_person_sees_list_plain_text_html_and_source_in_a_browser(server: MailServer) -> None:
    send(server, letter("nurse@hospital.example", "<b>Tea?</b>"))
    number = server.messages()[0]["id"]
    listed = httpx.get(server.inbox_url)
    assert "&lt;b&gt;Tea?&lt;/b&gt;" in listed.text
    shown = httpx.get(f"{server.inbox_url}messages/{number}").text
    assert '<a href="https://aftercare.example/a/abc"' in shown
    assert "return-1@hospital.example" in shown
    html = httpx.get(f"{server.inbox_url}messages/{number}/html")
    assert "sandbox" in html.headers["content-security-policy"]
    assert "script-src" not in html.headers["content-security-policy"]
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert b"Message-ID: <01J@aftercare.example>" in httpx.get(f"{server.inbox_url}messages/{number}/raw").content
    assert httpx.get(f"{server.inbox_url}messages/999999").status_code == 404


def test_short_message_by_apprise_is_in_the_inbox_and_confirmed(server: MailServer, receipts: Receipts) -> None:
    server.behave(confirms=["+4477009001*"])
    receipts.reports.clear()
    receipts.refusals = 0
    url = server.sms_url.replace("{to}", quote("+447700900103", safe="")).replace("{reference}", "msg_1")
    sender = apprise.Apprise()
    assert sender.add(url)
    assert sender.notify(body="Choose here: https://aftercare.example/a/abc")
    [kept] = server.messages(to="+447700900103")
    assert kept["message_id"] == "<msg_1@sms>"
    assert server.message(kept["id"])["links"] == ["https://aftercare.example/a/abc"]
    server.child.wait_until(lambda: bool(receipts.reports), within=15)
    assert json.loads(receipts.reports[0]) == {"reference": "msg_1", "status": "delivered"}
    assert receipts.asked[-1][0] == "/receipts/sms"
