"""Delivery reports as real mail servers write them (RFC 3464 in a multipart/report of RFC 6522)."""

from datetime import datetime
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, make_msgid

from aftercare_local.mail.store import Mail

_HOST = "mail.local.invalid"
_SAYS = {
    "failed": ("5.1.1", "smtp; 550 5.1.1 mailbox does not exist", "Your message could not be delivered."),
    "delivered": ("2.0.0", "smtp; 250 2.0.0 delivered", "Your message was delivered."),
}


def delivery_report(mail: Mail, recipient: str, action: str, at: datetime) -> bytes:
    """The report on one recipient, addressed to the mail's envelope sender (its return path)."""
    status, diagnostic, words = _SAYS[action]
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{_HOST}>"
    report["To"] = mail.envelope_from
    report["Subject"] = "Delivery Status Notification"
    report["Date"] = format_datetime(at)
    report["Message-ID"] = make_msgid(domain=_HOST)
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"{words}\n", "plain", "utf-8"))
    report.attach(_status(recipient, action, status, diagnostic))
    report.attach(_original_headers(mail.message))
    return report.as_bytes()


def _status(recipient: str, action: str, status: str, diagnostic: str) -> MIMEMessage:
    about_message, about_recipient = Message(), Message()
    about_message["Reporting-MTA"] = f"dns; {_HOST}"
    about_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    about_recipient["Action"] = action
    about_recipient["Status"] = status
    about_recipient["Diagnostic-Code"] = diagnostic
    part = MIMEMessage(about_message, "delivery-status")
    part.set_payload([about_message, about_recipient])
    return part


def _original_headers(original: EmailMessage) -> MIMEText:
    headers = "".join(f"{name}: {value}\n" for name, value in original.items())
    part = MIMEText(headers, "rfc822-headers", "utf-8")
    part.set_type("text/rfc822-headers")
    return part
