"""Makes a letter of a message: mail with text and HTML, or a short text."""

from dataclasses import dataclass
from datetime import datetime

from aftercare.outreach.domain.vocabulary import WITH_A_CARD, Channel, Purpose
from aftercare.outreach.service_layer.ports import Letter
from aftercare.outreach.words import mail_texts
from aftercare.outreach.words.catalogue import Language
from aftercare.outreach.words.mail_texts import MailText
from aftercare.outreach.words.rendering import Templates


@dataclass(frozen=True, slots=True, repr=False)
class Writing:
    """What a letter is made of. Lives as long as the sending."""

    channel: Channel
    purpose: Purpose
    is_receipt: bool
    urgent: bool
    to: str
    name: str
    language: str | None
    token: str
    reference: str
    message_id: str
    return_token: str
    written: datetime


class Composer:
    """Writes in the person's language."""

    def __init__(self, templates: Templates, public_url: str) -> None:
        self._templates = templates
        self._public_url = public_url.rstrip("/")

    def compose(self, writing: Writing) -> Letter:
        """The letter, the same each time for the same message and token."""
        language = self._templates.catalogue.pick(writing.language)
        link = self._link(writing, language)
        title = self._templates.title(language)
        text = mail_texts.RECEIPT if writing.is_receipt else mail_texts.MAILS[writing.purpose]
        subject = language.say(text.subject, title=title)
        if writing.channel is not Channel.EMAIL:
            return self._letter(writing, language, subject, _short(writing, language, title, link))
        values = self._values(writing, text, language, subject, link)
        return self._letter(
            writing,
            language,
            subject,
            self._templates.mail("mail.txt", language, **values),
            self._templates.mail("mail.html", language, **values),
        )

    def _letter(self, writing: Writing, language: Language, subject: str, text: str, html: str | None = None) -> Letter:
        return Letter(
            to=writing.to,
            reference=writing.reference,
            message_id=writing.message_id,
            return_token=writing.return_token,
            written=writing.written,
            language=language.code,
            subject=subject,
            text=text,
            html=html,
            sender_name=self._templates.title(language),
        )

    def _link(self, writing: Writing, language: Language) -> str:
        place = "c" if writing.purpose in WITH_A_CARD and not writing.is_receipt else "a"
        return f"{self._public_url}/{place}/{writing.token}?lang={language.code}"

    def _values(
        self, writing: Writing, text: MailText, language: Language, subject: str, link: str
    ) -> dict[str, object]:
        title = self._templates.title(language)
        paragraphs = [language.say(paragraph, title=title) for paragraph in text.paragraphs]
        if writing.urgent and not writing.is_receipt and writing.purpose not in mail_texts.QUIET:
            paragraphs.insert(0, language.say(mail_texts.URGENT))
        return {
            "subject": subject,
            "preview": language.say(mail_texts.PREVIEW),
            "greeting": language.say(mail_texts.GREETING, name=writing.name) if writing.name else "",
            "heading": language.say(text.heading),
            "paragraphs": paragraphs,
            "button": language.say(text.button),
            "after": [language.say(paragraph) for paragraph in text.after],
            "not_read": language.say(mail_texts.NOT_READ),
            "link": link,
        }


def _short(writing: Writing, language: Language, title: str, link: str) -> str:
    if writing.is_receipt:
        return language.say(mail_texts.SHORT_RECEIPT, title=title, link=link)
    loud = writing.urgent and writing.purpose not in mail_texts.QUIET
    return language.say(mail_texts.SHORT_URGENT if loud else mail_texts.SHORT, title=title, link=link)
