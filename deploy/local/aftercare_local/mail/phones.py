"""Everybody's phone, beside everybody's mailbox: what an SMS gateway would have delivered."""

from email.message import EmailMessage
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from aftercare_local.mail.store import Letter, Mail

GATEWAY = "sms-gateway"
"""Who brought it: so a short message can be told from a mail."""

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+-]{1,64}$")]


class ShortMessage(BaseModel):
    """What apprise posts as JSON, with the two values that the URL adds."""

    to: Word
    reference: Word
    message: str

    def as_letter(self) -> Letter:
        """As a mail to the number, so that one inbox shows all. The reference stands where a mail has its id."""
        mail = EmailMessage()
        mail["To"] = self.to
        mail["Subject"] = "SMS"
        mail["Message-ID"] = f"<{self.reference}@sms>"
        mail.set_content(self.message)
        return Letter(sender="", recipients=(self.to,), raw=mail.as_bytes(), user=GATEWAY)


def reference_of(mail: Mail) -> str:
    """What its sender calls a short message."""
    return str(mail.message["Message-ID"]).strip("<>").partition("@")[0]
