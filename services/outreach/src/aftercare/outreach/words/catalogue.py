"""Languages by gettext: `locale/<language>/LC_MESSAGES/outreach.po`, compiled in memory at the start."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from babel.core import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

DOMAIN = "outreach"
SOURCE_LANGUAGE = "en"
"""The language of the texts in the code: its catalogue may be empty."""


def marked(text: str) -> str:
    """Marks a text for extraction where it is defined; it is translated where it is used."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """One language that we can write in."""

    code: str
    own_name: str
    direction: str
    translations: NullTranslations

    def say(self, text: str, **values: object) -> str:
        """The text in this language, with its gaps filled."""
        said = self.translations.gettext(text)
        return said.format(**values) if values else said

    def name_of(self, code: str | None) -> str:
        """What this language calls another; empty for none or an unknown one."""
        try:
            return Locale.parse(code or "", sep="-").get_display_name(self.code) or ""
        except (ValueError, UnknownLocaleError):
            return ""


class Catalogue:
    """The languages of this installation: those of the programme that we have texts for, in its order."""

    def __init__(self, wanted: Iterable[str]) -> None:
        shipped = shipped_languages()
        codes = [code for code in wanted if code in shipped] or [SOURCE_LANGUAGE]
        self.languages = tuple(_load(code) for code in codes)
        self._by_code = {language.code: language for language in self.languages}

    @property
    def default(self) -> Language:
        return self.languages[0]

    def pick(self, *wishes: str | None) -> Language:
        """The first wish that we can meet: `de-AT` is met by `de`. Without one, the programme's first language."""
        for wish in wishes:
            code = (wish or "").partition("-")[0].lower()
            if code in self._by_code:
                return self._by_code[code]
        return self.default

    def accepted(self, header: str | None) -> str | None:
        """The best language of an `Accept-Language` header that we have."""
        ranked = sorted(_ranked(header or ""), key=lambda one: -one[1])
        return next((code for code, _ in ranked if code in self._by_code), None)


def shipped_languages() -> list[str]:
    """The languages that have a catalogue, the source language first."""
    folder = resources.files("aftercare.outreach") / "locale"
    found = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    return [SOURCE_LANGUAGE, *(code for code in found if code != SOURCE_LANGUAGE)]


def _load(code: str) -> Language:
    locale = Locale.parse(code)
    return Language(code, locale.get_display_name(code) or code, locale.text_direction, _translations(code))


def _translations(code: str) -> NullTranslations:
    file = resources.files("aftercare.outreach") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale=code, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled, domain=DOMAIN)


def _ranked(header: str) -> list[tuple[str, float]]:
    """`(language, weight)` of an `Accept-Language` header; what makes no sense is left out."""
    ranked = []
    for part in header[:200].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") or "1"
        try:
            ranked.append((tag.partition("-")[0].lower(), float(weight)))
        except ValueError:
            continue
    return ranked
