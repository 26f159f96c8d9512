"""A role does what its row says, sees its own sites, and nothing else; a refusal tells nothing."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aftercare.kit.auth import Forbidden, Principal, Rights, Unauthenticated
from aftercare.kit.auth.refusals import install_refusals
from aftercare.kit.outcome import Retryable

RIGHTS = Rights({"task.settle": frozenset({"coordinator"}), "task.list": frozenset({"coordinator", "manager"})})


def somebody(*roles: str, sites: tuple[str, ...] = ()) -> Principal:
    return Principal("s", "i", frozenset(roles), frozenset(sites))


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        ("coordinator", "task.settle", True),
        ("coordinator", "task.list", True),
        ("manager", "task.list", True),
        ("manager", "task.settle", False),
        ("staff", "task.list", False),
        ("", "task.list", False),
        ("coordinator", "task.unheard-of", False),
    ],
)
def test_the_table_decides(role: str, action: str, allowed: bool) -> None:
    if allowed:
        RIGHTS.require(somebody(role), action)
    else:
        with pytest.raises(Forbidden):
            RIGHTS.require(somebody(role), action)


def test_one_of_several_roles_is_enough_and_none_is_not() -> None:
    somebody("a", "b").require("b", "c")
    with pytest.raises(Forbidden, match="needs one of: c, d"):
        somebody("a", "b").require("d", "c")


@pytest.mark.parametrize(
    ("sites", "site", "seen"),
    [
        (("north",), "north", True),
        (("north",), "south", False),
        (("*",), "south", True),
        (("*",), None, True),
        ((), "north", False),
        (("north",), None, False),
    ],
)
def test_sites_limit_what_is_seen(sites: tuple[str, ...], site: str | None, seen: bool) -> None:
    caller = somebody("x", sites=sites)
    assert caller.sees(site) is seen
    in_sight = caller.sites_in_sight
    assert (in_sight is None or site in in_sight) is seen, "a query shows what a look would"
    if not seen:
        with pytest.raises(Forbidden):
            somebody("x", sites=sites).require_site(site)


@pytest.mark.parametrize(
    ("error", "status"),
    [(Unauthenticated("expired-token"), 401), (Forbidden("not a site"), 403), (Retryable("x"), 503)],
)
async def test_a_refusal_over_http_says_nothing_about_why(error: Exception, status: int) -> None:
    async def refuse(_request: Request) -> PlainTextResponse:
        raise error

    app = Starlette(routes=[Route("/", refuse)])
    install_refusals(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kit") as client:
        answer = await client.get("/")
    assert answer.status_code == status
    assert str(error) not in answer.text
    assert ("www-authenticate" in answer.headers) == (status == 401)
