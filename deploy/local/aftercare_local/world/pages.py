"""A person with an old phone: reads a page, fills in its form, presses its button. No JavaScript, no short cuts."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


@dataclass
class Form:
    """A form as the page has it: where it goes, what is filled in, which choices there are."""

    action: str
    method: str = "get"
    filled: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Values of radio buttons and submit buttons, by name."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and values.get("name"):
            self._field(self._open, tag, values)

    def _field(self, form: Form, tag: str, values: dict[str, str]) -> None:
        kind = values.get("type", "submit" if tag == "button" else "text")
        if kind in {"radio", "submit", "checkbox"}:
            form.choices.setdefault(values["name"], []).append(values.get("value", ""))
        elif tag == "input":
            form.filled[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append(data.strip())


@dataclass
class Page:
    """What the person sees."""

    url: str
    status: int
    html: str

    @property
    def forms(self) -> list[Form]:
        return self._parsed().forms

    @property
    def text(self) -> str:
        return " ".join(self._parsed().text)

    def _parsed(self) -> _Forms:
        parser = _Forms()
        parser.feed(self.html)
        return parser

    def form_with(self, name: str, value: str) -> Form:
        """The form in which `value` can be chosen for `name`."""
        for form in self.forms:
            if value in form.choices.get(name, []) or form.filled.get(name) == value:
                return form
        raise AssertionError(
            f"the page at {self.status} offers no {name}={value}; it offers {[f.choices for f in self.forms]}"
        )


class Visitor:
    """Opens links and submits forms."""

    def __init__(self) -> None:
        self._http = httpx.Client(follow_redirects=True, timeout=20)

    def open(self, link: str) -> Page:
        return self._page(self._http.get(link))

    def submit(self, page: Page, form: Form, **chosen: str) -> Page:
        answer = self._http.request(form.method.upper(), urljoin(page.url, form.action), data=form.filled | chosen)
        return self._page(answer)

    def choose_and_confirm(self, page: Page, choice: str) -> Page:
        """Choose, then confirm: the only way to act."""
        confirm = self.submit(page, page.form_with("choice", choice), choice=choice)
        form = next(form for form in confirm.forms if form.method == "post" and form.filled)
        return self.submit(confirm, form)

    def undo(self, thanks: Page) -> Page:
        """Take the answer back, from the page that thanks for it: press, then confirm."""
        asked = self.submit(thanks, thanks.forms[0])
        form = next(form for form in asked.forms if form.method == "post" and form.filled)
        return self.submit(asked, form)

    @staticmethod
    def _page(answer: httpx.Response) -> Page:
        return Page(str(answer.url), answer.status_code, answer.text)

    def close(self) -> None:
        self._http.close()
