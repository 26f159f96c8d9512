"""Keeps the catalogues in step with the texts: `python -m aftercare.outreach.words.extracting`.

Texts that are new stand empty in each catalogue until somebody translates them; a test fails while one is.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from aftercare.outreach.words.catalogue import DOMAIN

PACKAGE = Path(__file__).resolve().parents[1]
LOCALE = PACKAGE / "locale"
_METHODS = [("words/templates/*.html", "jinja2"), ("words/templates/*.txt", "jinja2"), ("**.py", "python")]
_KEYWORDS: dict[str, None] = {"N_": None, "say": None}
_HEADER_KEPT = ("Language:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:")


def extracted() -> set[str]:
    """All texts that the code and the templates say."""
    found = extract_from_dir(PACKAGE, method_map=_METHODS, keywords=_KEYWORDS, strip_comment_tags=True)
    return {message for _, _, message, _, _ in found if isinstance(message, str) and message}


def update(language: str) -> list[str]:
    """Bring one catalogue up to date. Returns the texts that still lack a translation."""
    file = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with file.open("rb") as source:
        known = read_po(source, locale=language, domain=DOMAIN)
    fresh = Catalog(locale=language, domain=DOMAIN, fuzzy=False)
    for text in sorted(extracted()):
        old = known.get(text)
        fresh.add(text, old.string if old is not None else "")
    with file.open("wb") as target:
        write_po(target, fresh, width=110, no_location=True, sort_output=True)
    _shorten_header(file)
    return [str(message.id) for message in fresh if message.id and not message.string]


def _shorten_header(file: Path) -> None:
    """Nothing in the file changes from day to day or from machine to machine."""
    header, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    kept = [line for line in header.splitlines() if line.strip('"').startswith(_HEADER_KEPT)]
    text = "\n".join(['msgid ""', 'msgstr ""', *kept]) + "\n\n" + body.replace("#, python-brace-format\n", "")
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for folder in sorted(LOCALE.iterdir()):
        print(f"{folder.name}: {len(update(folder.name))} texts to translate")  # noqa: T201 - a command
