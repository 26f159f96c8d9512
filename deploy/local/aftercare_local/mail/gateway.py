"""Stands for a provider of short messages: takes what apprise posts, keeps it beside the mails, and confirms or not."""

from email.message import EmailMessage

from pydantic import BaseModel, ConfigDict, Field

from aftercare_local.mail.store import Letter


class ShortMessage(BaseModel):
    """The body that apprise's `json://` posts, with `to` and `reference` as the URL of the settings adds them."""

    model_config = ConfigDict(extra="ignore")

    to: str = Field(min_length=1, max_length=40)
    reference: str = Field(default="", max_length=80)
    message: str
    title: str = ""

    def letter(self, channel: str) -> Letter:
        """As the inbox keeps it: the reference is what names it."""
        kept = EmailMessage()
        kept["To"] = self.to
        kept["Subject"] = self.title or f"({channel})"
        kept["Message-ID"] = self.reference
        kept.set_content(self.message)
        return Letter("", [self.to], kept.as_bytes(), user=channel, tls="gateway")
