"""Templates and what all of them share: the programme's name, crisis numbers, languages, our own style."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from aftercare.outreach.words import mail_texts
from aftercare.outreach.words.catalogue import SOURCE_LANGUAGE, Catalogue, Language
from aftercare.programme.model import CrisisLine, Programme


@dataclass(frozen=True, slots=True)
class Line:
    """A crisis number as shown."""

    label: str
    number: str
    dial: str
    hours: str


class Templates:
    """Renders pages and mails in one language at a time. Safe to share."""

    def __init__(self, programme: Programme, catalogue: Catalogue) -> None:
        self.programme = programme
        self.catalogue = catalogue
        self._environment = Environment(
            loader=PackageLoader("aftercare.outreach.words", "templates"),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            trim_blocks=False,
            keep_trailing_newline=False,
        )
        source, _, _ = self._environment.loader.get_source(self._environment, "page.css")  # type: ignore[union-attr]
        self._css = Markup(source)  # noqa: S704 - our own file, inlined as it is
        digest = hashlib.sha256(source.encode()).digest()
        self.style_hash = f"sha256-{base64.b64encode(digest).decode()}"
        """What a Content-Security-Policy names to allow our own inline style and no other."""

    def title(self, language: Language) -> str:
        """What staff know the programme by."""
        return in_language(self.programme.title, language, self.catalogue)

    def crisis(self, language: Language) -> list[Line]:
        """The numbers that stand on every page and in every mail."""
        return [_line(line, language, self.catalogue) for line in self.programme.crisis_lines]

    def page(self, template: str, language: Language, **values: Any) -> str:
        """An HTML page. It holds nothing about the reader but what `values` say."""
        shared = {"wrong": False, "may_switch": True, "css": self._css, "languages": self.catalogue.languages}
        return self._render(template, language, shared | values)

    def mail(self, template: str, language: Language, **values: Any) -> str:
        """A mail's body."""
        return self._render(template, language, values)

    def _render(self, template: str, language: Language, values: dict[str, Any]) -> str:
        return self._environment.get_template(template).render(
            language=language,
            say=language.say,
            title=self.title(language),
            crisis=self.crisis(language),
            crisis_heading=language.say(mail_texts.CRISIS),
            **values,
        )


def in_language(texts: dict[str, str], language: Language, catalogue: Catalogue) -> str:
    """A pack's text in a language, else in the installation's default, else in English, else whatever there is."""
    preferred: Sequence[str] = (language.code, catalogue.default.code, SOURCE_LANGUAGE)
    return next((texts[code] for code in preferred if code in texts), next(iter(texts.values())))


def dial(number: str) -> str:
    """A number for a `tel:` link: digits and a leading plus."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _line(line: CrisisLine, language: Language, catalogue: Catalogue) -> Line:
    return Line(in_language(line.label, language, catalogue), line.number, dial(line.number), line.hours)
