"""Turns choices and texts into pages. Knows words and templates; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.responses import HTMLResponse

from aftercare.outreach.domain.links import Nonce
from aftercare.outreach.domain.vocabulary import Choice, Purpose, card_choices
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.service_layer.ports import Contact
from aftercare.outreach.words import page_texts
from aftercare.outreach.words.catalogue import Language
from aftercare.outreach.words.page_texts import ChoiceText, PageText
from aftercare.outreach.words.rendering import Templates, dial


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice as the form shows it."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True, repr=False)
class Reach:
    """One way to reach a person, on an opened card."""

    label: str
    address: str
    href: str | None


class Presenter:
    """All pages. Each answer carries headers that keep it out of caches, frames, indexes and logs of others."""

    def __init__(self, templates: Templates, policy: Policy, worklist_url: str | None) -> None:
        self._templates = templates
        self._policy = policy
        self._worklist_url = worklist_url
        self._headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src '{templates.style_hash}'; form-action 'self'; base-uri 'none';"
                " frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow, noarchive",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    def language(self, wish: str | None, accept: str | None, known: str | None = None) -> Language:
        """The link's or switch's language, else the person's, else the browser's, else the programme's."""
        catalogue = self._templates.catalogue
        return catalogue.pick(wish, known, catalogue.accepted(accept))

    def choose(
        self, language: Language, purpose: Purpose, choices: Sequence[Choice], *, wrong: bool = False
    ) -> HTMLResponse:
        """The first page: nothing is chosen, nothing is known."""
        text = page_texts.PAGES[purpose]
        return self._page(
            "choose.html",
            language,
            heading=language.say(text.heading),
            intro=[language.say(paragraph) for paragraph in text.intro],
            choices=self._shown(language, choices, page_texts.CHOICES),
            wrong=wrong,
        )

    def confirm(
        self, language: Language, choice: Choice, nonce: Nonce, *, by_coordinator: bool = False
    ) -> HTMLResponse:
        """The second page: only its button acts."""
        text = self._text(choice, by_coordinator=by_coordinator)
        return self._page(
            "confirm.html",
            language,
            heading=language.say("Is that right?"),
            said=self._say(language, text.confirm),
            choice=str(choice),
            nonce=nonce.text,
            button=language.say("Yes, that is right"),
            may_switch=False,
        )

    def done(self, language: Language, choice: Choice, *, may_undo: bool, by_coordinator: bool = False) -> HTMLResponse:
        """What happens next."""
        text = self._text(choice, by_coordinator=by_coordinator)
        return self._page(
            "done.html",
            language,
            heading=self._say(language, text.thanks),
            next_steps=[self._say(language, step) for step in text.next_steps],
            may_undo=may_undo,
            may_switch=False,
        )

    def notice(self, language: Language, text: PageText, *, status: int = 200, team: bool = False) -> HTMLResponse:
        """A page that says something and asks nothing."""
        return self._page(
            "notice.html",
            language,
            status,
            heading=language.say(text.heading),
            intro=[language.say(paragraph) for paragraph in text.intro],
            team=self._team() if team else [],
        )

    def card_closed(self, language: Language) -> HTMLResponse:
        """The same for every link to a card, whether there is one or not."""
        text = page_texts.CARD
        return self._page(
            "card_closed.html",
            language,
            heading=language.say(text.heading),
            intro=[language.say(paragraph) for paragraph in text.intro],
            worklist=self._worklist_url,
        )

    def card_open(
        self, language: Language, contact: Contact, wishes: Sequence[str], *, urgent: bool, by_coordinator: bool
    ) -> HTMLResponse:
        """The card itself, for this one answer."""
        texts = page_texts.BY_COORDINATOR if by_coordinator else page_texts.CHOICES
        return self._page(
            "card_open.html",
            language,
            heading=language.say(page_texts.CARD.heading),
            urgent=urgent,
            card={
                "name": contact.name,
                "channels": _reaches(language, contact),
                "language": language.name_of(contact.language),
                "wishes": [language.say(page_texts.WISHES[wish]) for wish in wishes if wish in page_texts.WISHES],
            },
            choices=self._shown(language, card_choices(by_coordinator=by_coordinator), texts),
            may_switch=False,
        )

    def _page(self, template: str, language: Language, status: int = 200, **values: object) -> HTMLResponse:
        body = self._templates.page(template, language, **values)
        return HTMLResponse(body, status, headers=self._headers | {"Content-Language": language.code})

    def _shown(self, language: Language, choices: Sequence[Choice], texts: dict[Choice, ChoiceText]) -> list[Shown]:
        return [
            Shown(str(choice), self._say(language, texts[choice].label), self._say(language, texts[choice].hint))
            for choice in choices
        ]

    def _text(self, choice: Choice, *, by_coordinator: bool) -> ChoiceText:
        if by_coordinator and choice in page_texts.BY_COORDINATOR:
            return page_texts.BY_COORDINATOR[choice]
        return page_texts.CHOICES[choice]

    def _say(self, language: Language, text: str) -> str:
        """A text with the pack's number of days; an empty one stays empty (gettext would answer with its header)."""
        return language.say(text, days=self._policy.outreach.later_after.days) if text else ""

    def _team(self) -> list[dict[str, str]]:
        organisation = self._policy.organisation
        return [
            {"name": one.name, "email": one.email, "phone": one.phone or "", "dial": dial(one.phone or "")}
            for one in (organisation.coordinators if organisation else ())
        ]


def _reaches(language: Language, contact: Contact) -> list[Reach]:
    return [
        Reach(language.say(page_texts.CHANNELS[channel]), address, _href(str(channel), address))
        for channel, address in contact.addresses
    ]


def _href(channel: str, address: str) -> str | None:
    if channel == "email":
        return f"mailto:{address}"
    if channel in ("sms", "call"):
        return f"tel:{dial(address)}"
    return None
