"""How tests read a list page by page, and what somebody might send as a cursor."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

Get = Callable[[str], Awaitable[Any]]
"""Calls an address and returns the answer."""


async def walk(get: Get, path: str, name: str, meanwhile: Callable[[int], Awaitable[None]], **query: object) -> Any:
    """The rows `name` of all pages, in order. `meanwhile` is called with the number of each page that was read."""
    rows: list[Any] = []
    cursor: dict[str, str] = {}
    for number in range(1, 100):
        page = (await get(f"{path}?{urlencode(query | cursor)}")).json()
        rows += page[name]
        await meanwhile(number)
        if page["next"] is None:
            return rows
        cursor = {"after": page["next"]}
    raise AssertionError("the pages never end")


async def nothing(_: int) -> None:
    """Nothing happens meanwhile."""


async def refused_or_a_page(get: Get, path: str, name: str, cursor: str) -> bool:
    """Whether a cursor is answered with a page, or refused in words of ours that do not repeat it."""
    return answers_a_cursor(await get(f"{path}?after={quote(cursor, errors='surrogatepass')}"), name)


def answers_a_cursor(answer: Any, name: str) -> bool:
    """The same of an answer that is there already."""
    told = answer.json()
    if answer.status_code == 200:
        return isinstance(told[name], list)
    return bool(answer.status_code == 422 and told["detail"].endswith("Leave it out, and begin at the first page."))


_OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_INSTANTS = st.datetimes(timezones=_OFFSETS | st.none()).map(datetime.isoformat)
_REFERENCES = st.from_regex(r"[a-z]{3}_[0-9a-f]{32}", fullmatch=True)
_PARTS = st.one_of(_INSTANTS, _REFERENCES, st.booleans(), st.none(), st.integers(), st.text(max_size=5), st.floats())
_KEYS = (
    st.lists(_PARTS, max_size=4) | st.tuples(_INSTANTS, _REFERENCES) | st.tuples(st.booleans(), _INSTANTS, _REFERENCES)
)
CURSORS = st.text(max_size=40) | _KEYS.map(lambda key: urlsafe_b64encode(json.dumps(key).encode()).decode())
"""Any text, and anything that looks like a cursor: instants at the ends of the calendar, numbers out of range."""
