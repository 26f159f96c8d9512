"""Delivery reports and provider receipts: they move the ladder, never reopen it, and never break anything."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outreach_world import RECEIPT_TOKEN, World, choose_and_confirm, link_in

from aftercare.outreach.adapters.delivery_reports import read_report
from aftercare.outreach.domain.delivery import Action

TOKEN = "0123456789abcdef0123456789abcdef"
AUTH = {"Authorization": f"Bearer {RECEIPT_TOKEN}"}


def report(token: str = TOKEN, action: str = "failed", status: str = "5.1.1", *, to: str = "") -> bytes:
    """A delivery report as Postfix writes one."""
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to or f'b-{token}@returnpath.example'}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; somebody@staff.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <b-{token}@returnpath.example>\r\n"
        "Message-ID: <msg@x>\r\n\r\nbody\r\n--B--\r\n"
    ).encode()


def test_a_report_is_read_without_the_address_it_is_about() -> None:
    read = read_report(report())
    assert read is not None
    assert (read.return_token, read.action, read.status_class) == (TOKEN, Action.FAILED, 5)
    assert "somebody" not in repr(read)


@pytest.mark.parametrize("action", list(Action))
def test_every_action_of_the_standard_is_known(action: Action) -> None:
    read = read_report(report(action=str(action), status="4.4.1"))
    assert read is not None
    assert read.action is action


def test_the_token_is_found_in_the_returned_message_or_named_by_the_server() -> None:
    assert read_report(report(to="postmaster@staff.example")) is not None
    bare = report().replace(f"b-{TOKEN}".encode(), b"someone")
    assert read_report(bare) is None
    assert read_report(bare, f"b-{TOKEN}@returnpath.example") is not None


def test_an_automatic_reply_is_no_report() -> None:
    mail = EmailMessage()
    mail["To"] = f"b-{TOKEN}@returnpath.example"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("I am away. Action: failed")
    assert read_report(mail.as_bytes()) is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 700), st.integers(0, 60))
def test_no_bytes_break_the_reader(junk: bytes, at: int, cut: int) -> None:
    raw = report()
    read_report(junk)
    read_report(raw[:at] + junk + raw[at + cut :])


def test_a_bomb_of_nested_parts_is_bounded() -> None:
    raw = report()
    for level in range(200):
        raw = f'Content-Type: multipart/mixed; boundary="N{level}"\r\n\r\n--N{level}\r\n'.encode() + raw
    read_report(raw)


@pytest.mark.real
async def test_a_bounce_moves_on_to_the_next_channel_at_once(world: World) -> None:
    await world.offer()
    answer = await _post(world, report(world.mail.sent[0].return_token))
    assert answer == 202
    await world.settle()
    assert len(world.sms.sent) == 1
    mail = [one["status"] for one in await world.events("status-changed") if one["channel"] == "email"]
    assert mail == ["queued", "sent", "failed"]


@pytest.mark.real
async def test_delivered_is_not_reached_and_silence_still_climbs(world: World) -> None:
    await world.offer()
    await _post(world, report(world.mail.sent[0].return_token, "delivered", "2.0.0"))
    assert await world.events("person-reached") == []
    await world.pass_time(timedelta(hours=3))
    assert [one["reason"] for one in await world.events("human-needed")] == ["silence"]


@pytest.mark.real
async def test_late_doubled_and_unknown_reports_reopen_nothing(world: World) -> None:
    await world.offer()
    letter = world.mail.sent[0]
    await choose_and_confirm(world.web, link_in(letter), "talk")
    for _ in range(3):
        assert await _post(world, report(letter.return_token)) == 202
    await _post(world, report("f" * 32))
    await _post(world, b"not a report at all")
    await _post(world, b"x" * 600_000)
    await _post(world, report(letter.return_token, "delivered", "2.0.0"))
    await world.pass_time(timedelta(days=1))
    assert world.sms.sent == []
    assert await world.events("human-needed") == []
    assert [one["status"] for one in await world.events("status-changed")] == ["queued", "sent", "failed"]


@pytest.mark.real
async def test_a_provider_says_what_became_of_a_short_message(world: World) -> None:
    await world.offer()
    await world.pass_time(timedelta(hours=1))
    reference = world.sms.sent[0].reference
    body = {"reference": reference, "status": "undelivered"}
    assert (await world.web.post("/receipts/sms", json=body, headers=AUTH)).status_code == 202
    assert (await world.web.post("/receipts/sms", json={"reference": "x"}, headers=AUTH)).status_code == 202
    sms = [one["status"] for one in await world.events("status-changed") if one["channel"] == "sms"]
    assert sms == ["queued", "sent", "failed"]


@pytest.mark.real
@pytest.mark.parametrize("path", ["/receipts/delivery-report", "/receipts/sms"])
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic x", "Bearer "])
async def test_receipts_without_the_secret_are_refused_and_change_nothing(
    world: World, path: str, header: str | None
) -> None:
    await world.offer()
    before = await world.snapshot()
    headers = {"Authorization": header} if header else {}
    answer = await world.web.post(path, content=report(world.mail.sent[0].return_token), headers=headers)
    assert answer.status_code == 401
    assert await world.snapshot() == before


@pytest.mark.real
async def test_no_receipt_holds_an_address(world: World) -> None:
    await world.offer()
    await _post(world, report(world.mail.sent[0].return_token))
    dump = repr(await world.snapshot())
    assert not re.search(r"somebody|staff\.example|no such user", dump)


async def _post(world: World, raw: bytes) -> int:
    headers = AUTH | {"Content-Type": "message/rfc822"}
    return (await world.web.post("/receipts/delivery-report", content=raw, headers=headers)).status_code
