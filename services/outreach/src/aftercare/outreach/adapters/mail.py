"""Writes a letter as a mail: the same bytes however often it is tried."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from aftercare.outreach.service_layer.ports import Letter

_SENDER = re.compile(r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}$")


def write_mail(letter: Letter, sender: str) -> bytes:
    """Plain text and HTML. Nothing in it is fetched, nothing in it reports back, no header tells what it is about."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(letter.sender_name, addr_spec=sender)
    mail["To"] = letter.to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.written)
    mail["Message-ID"] = letter.message_id
    mail["Content-Language"] = letter.language
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "DR, OOF, AutoReply"
    mail["List-Id"] = f"<messages.{sender.partition('@')[2]}>"
    mail["X-Aftercare-Message"] = letter.reference
    mail.set_content(letter.text, cte="quoted-printable")
    if letter.html is not None:
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        mail.set_boundary(f"=_{letter.reference}")
    return mail.as_bytes()


def is_sender(address: str) -> bool:
    """Whether an address can stand in From."""
    return _SENDER.fullmatch(address) is not None
