"""What machines do with links in mails, as behaviours. None of them may change anything (`docs/scanners.md`).

After each behaviour every table that an answer could touch is compared, row by row, with what it was before.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
import pytest
from outreach_world import World, card_granted, choose_and_confirm, link_in, nonce_in

from aftercare.schemas.outreach_request import Purpose

pytestmark = pytest.mark.real


@dataclass
class Form:
    """A form as a machine sees it."""

    method: str
    defaults: dict[str, str]
    options: list[tuple[str, str]]


class Page(HTMLParser):
    """Forms and links of a page, read without any knowledge of ours."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "form":
            self.forms.append(Form(found.get("method", "get").lower(), {}, []))
        elif tag == "input" and self.forms and found.get("name"):
            if found.get("type") in ("radio", "checkbox"):
                self.forms[-1].options.append((found["name"], found["value"]))
                if "checked" in found:
                    self.forms[-1].defaults[found["name"]] = found["value"]
            else:
                self.forms[-1].defaults[found["name"]] = found.get("value", "")


Web = httpx.AsyncClient
Behaviour = Callable[[Web, str], Awaitable[None]]


async def _submit(web: Web, url: str, form: Form, **more: str) -> httpx.Response:
    data = form.defaults | more
    return await (web.post(url, data=data) if form.method == "post" else web.get(url, params=data))


async def fetches_the_link(web: Web, link: str) -> None:
    await web.get(link)


async def asks_for_the_head_only(web: Web, link: str) -> None:
    await web.head(link)


async def prefetches_with_a_prefetch_header(web: Web, link: str) -> None:
    await web.get(link, headers={"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"})


async def tries_every_method(web: Web, link: str) -> None:
    for method in ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        await web.request(method, link, content=b"choice=no")


async def follows_every_link_on_every_page(web: Web, link: str) -> None:
    seen, queue = set(), [link]
    while queue and len(seen) < 20:
        url = queue.pop()
        if url in seen or url.startswith(("tel:", "mailto:")):
            continue
        seen.add(url)
        page = Page((await web.get(url)).text)
        queue += [urljoin(str(web.base_url.join(url)), found) for found in page.links]


async def submits_every_form_once_with_its_defaults(web: Web, link: str) -> None:
    for form in Page((await web.get(link)).text).forms:
        await _submit(web, link, form)


async def submits_every_form_once_with_every_option(web: Web, link: str) -> None:
    for form in Page((await web.get(link)).text).forms:
        for name, value in form.options:
            await _submit(web, link, form, **{name: value})


async def submits_the_first_form_of_each_page_five_times_over(web: Web, link: str) -> None:
    """With defaults: a form whose answer is not chosen leads back to itself."""
    page = await web.get(link)
    for _ in range(5):
        forms = Page(page.text).forms
        if not forms or any(name == "nonce" for name in forms[0].defaults):
            return
        page = await _submit(web, link, forms[0])


async def a_browser_that_clicks_one_button(web: Web, link: str) -> None:
    form = Page((await web.get(link)).text).forms[0]
    await _submit(web, link, form)


async def a_browser_that_clicks_one_radio_and_one_button(web: Web, link: str) -> None:
    form = Page((await web.get(link)).text).forms[0]
    name, value = form.options[0] if form.options else ("choice", "open")
    await _submit(web, link, form, **{name: value})


async def replays_a_captured_choice(web: Web, link: str) -> None:
    for choice in ("talk", "later", "no", "urgent", "accept", "open", "undo"):
        await web.post(link, data={"choice": choice})
        await web.post(link, data={"choice": choice})


async def fetches_in_parallel(web: Web, link: str) -> None:
    await asyncio.gather(*(web.get(link) for _ in range(10)), *(web.head(link) for _ in range(10)))


async def posts_json(web: Web, link: str) -> None:
    await web.post(link, json={"choice": "no", "nonce": "1.2.3"})
    await web.post(link, json=[{"choice": "no"}])


async def posts_multipart(web: Web, link: str) -> None:
    await web.post(link, files={"choice": (None, b"no"), "nonce": (None, b"x")})


async def posts_everything_at_once(web: Web, link: str) -> None:
    await web.post(link, content="choice=no&choice=talk&nonce=a&nonce=b", headers=_FORM)
    await web.post(link, content="choice=no&nonce=" + "9" * 5000, headers=_FORM)
    await web.post(link, content=b"\xff\xfe\x00choice=no", headers=_FORM)


async def guesses_a_nonce(web: Web, link: str) -> None:
    await web.post(link, data={"choice": "no", "nonce": f"1773144000.{'0' * 32}.{'0' * 64}"})


async def submits_and_reloads(web: Web, link: str) -> None:
    for _ in range(3):
        await web.post(link, data={"choice": "no"})
        await web.get(link)


async def takes_the_nonce_of_another_choice(web: Web, link: str) -> None:
    asked, confirmed = ("accept", "refuse") if "accept" in (await web.get(link)).text else ("talk", "no")
    if "/a/" in link:
        nonce = nonce_in((await web.post(link, data={"choice": asked})).text)
        await web.post(link, data={"choice": confirmed, "nonce": nonce})


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BEHAVIOURS: list[Behaviour] = [
    fetches_the_link,
    asks_for_the_head_only,
    prefetches_with_a_prefetch_header,
    tries_every_method,
    follows_every_link_on_every_page,
    submits_every_form_once_with_its_defaults,
    submits_every_form_once_with_every_option,
    submits_the_first_form_of_each_page_five_times_over,
    a_browser_that_clicks_one_button,
    a_browser_that_clicks_one_radio_and_one_button,
    replays_a_captured_choice,
    fetches_in_parallel,
    posts_json,
    posts_multipart,
    posts_everything_at_once,
    guesses_a_nonce,
    submits_and_reloads,
    takes_the_nonce_of_another_choice,
]


async def test_no_machine_answers_for_a_person(world: World) -> None:
    links = await _three_kinds_of_links(world)
    answered: list[int] = []
    world.web.event_hooks["response"].append(_noting(answered))
    for behaviour in BEHAVIOURS:
        for link in links:
            before = await world.snapshot()
            await behaviour(world.web, link)
            assert await world.snapshot() == before, f"{behaviour.__name__} changed something"
    assert 429 not in answered, "nothing was held off by being slowed down"
    await choose_and_confirm(world.web, links[0], "talk")
    assert len(await world.events("answer.given")) == 1, "after all that the person can still answer"


async def test_a_confirmation_counts_once_however_often_it_is_sent(world: World) -> None:
    await world.offer()
    link = link_in(world.mail.sent[0])
    nonce = nonce_in((await world.web.post(link, data={"choice": "no"})).text)
    bodies = [world.web.post(link, data={"choice": "no", "nonce": nonce}) for _ in range(4)]
    answers = await asyncio.gather(*bodies)
    assert {answer.status_code for answer in answers} == {200}
    assert len(await world.events("answer.given")) == 1
    await choose_and_confirm(world.web, link, "talk")
    await world.web.post(link, data={"choice": "no", "nonce": nonce})
    assert [one["choice"] for one in await world.events("answer.given")] == ["no", "talk"]


async def test_the_one_machine_that_gets_through_is_told_about_and_can_be_undone(world: World) -> None:
    """One that picks a choice and confirms it. It is named in `docs/scanners.md`; this is what limits it."""
    await world.offer()
    link = link_in(world.mail.sent[0])
    await choose_and_confirm(world.web, link, "no")
    await world.settle()
    assert len(world.sms.sent) == 1, "the person hears of it by another way"
    await choose_and_confirm(world.web, link_in(world.sms.sent[0]), "undo")
    assert len(await world.events("answer.undone")) == 1


async def test_a_page_says_nothing_of_earlier_answers(world: World) -> None:
    await world.offer()
    link = link_in(world.mail.sent[0])
    before = (await world.web.get(link)).text
    await choose_and_confirm(world.web, link, "no")
    assert (await world.web.get(link)).text == before
    assert "Robin" not in before


async def test_wrong_old_and_unknown_links_look_the_same(world: World) -> None:
    await world.offer()
    link = link_in(world.mail.sent[0])
    wrong = await world.web.get(f"/a/{'A' * 43}?lang=en")
    broken = await world.web.get("/a/x?lang=en")
    await world.rows("update link set valid_until = :now returning 1", now=world.clock.now())
    old = await world.web.get(link)
    pages = (wrong, broken, old)
    assert len({(page.status_code, page.text, str(page.headers)) for page in pages}) == 1
    assert wrong.status_code == 200
    assert not re.search(r"case|offer was|expired", wrong.text)
    posted = [await world.web.post(page.url, data={"choice": "no", "nonce": "x"}) for page in pages]
    assert {page.text for page in posted} == {wrong.text}


async def test_guessing_is_slowed_down_but_a_real_link_next_door_is_not(world: World) -> None:
    await world.offer()
    statuses = [(await world.web.get(f"/a/{number:043d}")).status_code for number in range(40)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    link = link_in(world.mail.sent[0])
    assert (await world.web.get(link)).status_code == 200, "from behind the same proxy"
    await choose_and_confirm(world.web, link, "talk")
    assert len(await world.events("answer.given")) == 1


async def test_a_link_to_no_card_writes_nothing_however_often_it_is_confirmed(world: World) -> None:
    for number in range(3):
        link = f"/c/{number:043d}"
        asked = await world.web.post(link, data={"choice": "open"})
        await world.web.post(link, data={"choice": "open", "nonce": nonce_in(asked.text)})
    assert await world.rows("select 1 from confirmation") == []


async def test_no_answer_names_another_place_or_repeats_what_was_asked(world: World) -> None:
    await world.offer()
    path = link_in(world.mail.sent[0]).partition("?")[0]
    evil = "<script>alert(1)</script>" + "x" * 200
    for host in ({}, {"Host": "evil.example"}):
        slash = await world.web.get(f"{path}/", headers=host)
        assert (slash.status_code, "location" in slash.headers) == (404, False)
        page = await world.web.get(path, params={"lang": evil}, headers=host)
        assert (page.status_code, page.headers["content-language"]) == (200, "en")
        assert "script" not in page.text
        assert "evil" not in page.text + str(page.headers)


async def test_pages_forbid_caches_frames_scripts_and_referrers(world: World) -> None:
    await world.offer()
    page = await world.web.get(link_in(world.mail.sent[0]))
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert "set-cookie" not in page.headers


def _noting(statuses: list[int]) -> Callable[[httpx.Response], Awaitable[None]]:
    async def note(response: httpx.Response) -> None:
        statuses.append(response.status_code)

    return note


async def _three_kinds_of_links(world: World) -> list[str]:
    await world.offer()
    affected = world.person()
    supporter = world.person(sms=False)
    await world.request(supporter, Purpose.SUPPORTER_ASK)
    card = await world.request(supporter, Purpose.SUPPORTER_CARD)
    await world.hear(card_granted(card, affected, world.clock.now()))
    await world.settle()
    return [link_in(letter) for letter in world.mail.sent]
