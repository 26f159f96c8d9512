"""What people read: complete in every language, neutral where others may look, fit for every eye and device."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from aftercare.outreach.domain.links import Nonce
from aftercare.outreach.domain.vocabulary import Channel, Choice, Purpose, card_choices, choices_for
from aftercare.outreach.entrypoints.presenter import Presenter
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.service_layer.ports import Contact, Letter
from aftercare.outreach.words import page_texts
from aftercare.outreach.words.catalogue import Catalogue, shipped_languages
from aftercare.outreach.words.composer import Composer, Writing
from aftercare.outreach.words.extracting import extracted
from aftercare.outreach.words.rendering import Templates
from aftercare.programme.loader import load_organisation, load_programme

TEXTS = extracted()
PROGRAMME = load_programme("generic")
TEMPLATES = Templates(PROGRAMME, Catalogue(PROGRAMME.languages))
PRESENTER = Presenter(TEMPLATES, Policy(PROGRAMME, load_organisation("demo-organisation"), frozenset(Channel)), None)
LANGUAGES = [language.code for language in TEMPLATES.catalogue.languages]
ROBIN = Contact("Robin Example", "de", None, ((Channel.SMS, "+441632960111"), (Channel.EMAIL, "robin@staff.example")))

REVEALING = re.compile(
    r"incident|patient|unit\b|ward|victim|error|harm|death|died|trauma|therap|psych|crisis|suicid|interview|review|"
    r"zwischenfall|station|opfer|fehler|schaden|tod|gestorben|krise|suizid|untersuchung|urgent|dringend",
    re.IGNORECASE,
)


def write(purpose: Purpose, language: str, channel: Channel = Channel.EMAIL, *, receipt: bool = False) -> Letter:
    return Composer(TEMPLATES, "https://care.example.org/x").compose(
        Writing(
            channel=channel,
            purpose=purpose,
            is_receipt=receipt,
            urgent=True,
            to="robin@staff.example",
            name="Robin Example",
            language=language,
            token="T" * 43,
            reference="msg_" + "0" * 32,
            message_id="<msg@x>",
            return_token="0" * 32,
            written=datetime(2026, 3, 10, tzinfo=UTC),
        )
    )


def all_pages(code: str) -> dict[str, str]:
    language = TEMPLATES.catalogue.pick(code)
    pages = {}
    for purpose in Purpose:
        if choices := choices_for(purpose):
            pages[f"choose-{purpose}"] = PRESENTER.choose(language, purpose, choices)
            pages[f"wrong-{purpose}"] = PRESENTER.choose(language, purpose, choices, wrong=True)
    for choice in Choice:
        pages[f"confirm-{choice}"] = PRESENTER.confirm(language, choice, Nonce("n"))
        if choice is not Choice.OPEN:
            pages[f"done-{choice}"] = PRESENTER.done(language, choice, may_undo=True)
    for by_coordinator in (False, True):
        pages[f"card-{by_coordinator}"] = PRESENTER.card_open(
            language, ROBIN, tuple(page_texts.WISHES), urgent=True, by_coordinator=by_coordinator
        )
        for choice in card_choices(by_coordinator=by_coordinator):
            pages[f"told-{choice}"] = PRESENTER.done(language, choice, may_undo=False, by_coordinator=by_coordinator)
    pages["closed"] = PRESENTER.card_closed(language)
    for name in ("CARD_NONE", "CARD_LATER", "CARD_NO_CONTACT", "UNKNOWN", "SLOW_DOWN", "TROUBLE"):
        pages[name] = PRESENTER.notice(language, getattr(page_texts, name), team=True)
    return {name: bytes(page.body).decode() for name, page in pages.items()}


PAGES = [(code, name, page) for code in LANGUAGES for name, page in all_pages(code).items()]
MAILS = [(code, purpose, write(purpose, code)) for code in LANGUAGES for purpose in Purpose]


def test_a_text_without_a_translation_fails_the_build() -> None:
    for code in [code for code in shipped_languages() if code != "en"]:
        translations = Catalogue([code]).default.translations
        missing = [text for text in TEXTS if text not in translations._catalog]  # type: ignore[attr-defined]
        assert missing == [], code


def test_the_catalogues_hold_no_text_that_nobody_says() -> None:
    for code in shipped_languages():
        known = {text for text in Catalogue([code]).default.translations._catalog if text}  # type: ignore[attr-defined]
        assert known <= TEXTS, code


def test_the_gaps_of_each_translation_are_those_of_the_text() -> None:
    for code in LANGUAGES:
        language = TEMPLATES.catalogue.pick(code)
        for text in TEXTS:
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", language.say(text))), text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("receipt", [False, True])
def test_what_a_passer_by_may_see_tells_nothing(code: str, purpose: Purpose, receipt: bool) -> None:
    mail = write(purpose, code, receipt=receipt)
    short = write(purpose, code, Channel.SMS, receipt=receipt)
    preview = re.search(r"display:none[^>]*>([^<]*)<", mail.html or "")
    assert preview is not None
    for seen in (mail.subject, preview.group(1), short.text.partition("https://")[0], short.subject):
        assert not REVEALING.search(seen), seen
        assert "Robin" not in seen


@pytest.mark.parametrize(("code", "purpose", "mail"), MAILS)
def test_no_mail_fetches_or_reports_anything(code: str, purpose: Purpose, mail: Letter) -> None:
    html = mail.html or ""
    assert not re.search(r"<img|<script|<iframe|<link|url\(|@import|src=", html)
    assert set(re.findall(r'href="(\w+):', html)) <= {"https", "tel"}
    assert len(set(re.findall(r'href="(https:[^"]+)"', html))) == 1
    assert f'lang="{code}"' in html


@pytest.mark.parametrize(("code", "purpose", "mail"), MAILS)
def test_every_mail_shows_the_crisis_numbers_and_one_link(code: str, purpose: Purpose, mail: Letter) -> None:
    for body in (mail.text, mail.html or ""):
        assert all(line.number in body for line in PROGRAMME.crisis_lines)
    assert len(re.findall(r"https://\S+", mail.text)) == 1
    assert "{" not in mail.text, "all gaps are filled"


@pytest.mark.parametrize(("code", "name", "page"), PAGES)
def test_every_page_shows_the_crisis_numbers(code: str, name: str, page: str) -> None:
    assert all(f'href="tel:{line.number}"' in page for line in PROGRAMME.crisis_lines)


@pytest.mark.parametrize(("code", "name", "page"), PAGES)
def test_every_page_can_be_read_by_a_screen_reader(code: str, name: str, page: str) -> None:
    seen = Outline()
    seen.feed(page)
    assert seen.language == code
    assert seen.title
    assert seen.headings[0] == 1
    assert seen.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(seen.headings, seen.headings[1:], strict=False))
    assert seen.labelled == seen.fields, "each field has a label"
    assert seen.described <= seen.ids
    assert len(seen.ids) == seen.id_count, "no id stands twice"
    assert {"main", "header", "footer"} <= seen.landmarks


@pytest.mark.parametrize(("code", "name", "page"), PAGES)
def test_no_page_needs_a_script_or_anything_from_elsewhere(code: str, name: str, page: str) -> None:
    assert not re.search(r"<script|<img|<iframe|<link|\son\w+=|url\(|@import|src=", page)
    assert not re.search(r'href="https?:', page)
    assert len(page.encode()) < 20_000, "an old phone on a slow line"


def test_nothing_is_chosen_before_somebody_chooses() -> None:
    for _, name, page in PAGES:
        assert "checked" not in page, name


def test_colours_can_be_told_apart_by_tired_eyes() -> None:
    """WCAG 2.2: 7:1 for text, 3:1 for what only marks a shape, in light and in dark."""
    css = TEMPLATES._css
    for block in re.findall(r":root {([^}]*)}", css):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for ground in ("page", "sheet", "quiet"):
            assert contrast(colours["ink"], colours[ground]) >= 7
            assert contrast(colours["soft"], colours[ground]) >= 7
            assert contrast(colours["link"], colours[ground]) >= 4.5
            assert contrast(colours["rule"], colours[ground]) >= 3
        assert contrast(colours["on-button"], colours["button"]) >= 7
        assert contrast(colours["wrong"], colours["sheet"]) >= 4.5
        assert contrast(colours["on-focus"], colours["focus"]) >= 7


def test_colours_of_the_mail_can_be_told_apart_too() -> None:
    html = write(Purpose.OFFER, "en").html or ""
    for colour in set(re.findall(r"[^-]color:(#[0-9a-f]{6})", html)) - {"#ffffff"}:
        assert contrast(colour, "#ffffff") >= 7, colour
    assert contrast("#ffffff", "#0b5c4d") >= 7


@pytest.mark.parametrize(
    ("header", "expected"),
    [("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr,en;q=0.2", "en"), ("*", None), ("", None), ("x;q=y,;;,de;q=0.1", "de")],
)
def test_the_browsers_language_is_met_where_we_can(header: str, expected: str | None) -> None:
    assert TEMPLATES.catalogue.accepted(header) == expected


def test_a_language_that_we_do_not_have_falls_back() -> None:
    assert TEMPLATES.catalogue.pick("fi", None, "de-CH").code == "de"
    assert TEMPLATES.catalogue.pick("fi").code == "en"


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Outline(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.title = ""
        self.headings: list[int] = []
        self.fields: set[str] = set()
        self.labelled: set[str] = set()
        self.described: set[str] = set()
        self.ids: set[str] = set()
        self.id_count = 0
        self.landmarks: set[str] = set()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.landmarks.add(tag)
        self._in_title = tag == "title"
        if tag == "html":
            self.language = found.get("lang", "")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "input" and found.get("type") != "hidden":
            self.fields.add(found["id"])
        if tag == "label":
            self.labelled.add(found["for"])
        if "id" in found:
            self.ids.add(found["id"])
            self.id_count += 1
        self.described.update(found.get("aria-describedby", "").split())

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()
