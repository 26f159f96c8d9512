"""The desk of the embedded world reads a list to its end, not to the end of its first page."""

from types import SimpleNamespace
from typing import Any

import httpx
from aftercare_local.world.desk import Desk


def test_a_list_is_read_page_after_page_with_the_same_question() -> None:
    pages = {None: (["a", "b"], "2"), "2": (["c"], "3"), "3": ([], None)}
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["state"])
        rows, following = pages[request.url.params.get("after")]
        return httpx.Response(200, json={"clocks": [{"clock": one} for one in rows], "next": following})

    issuer = SimpleNamespace(user_token=lambda *_: "token")
    stack: Any = SimpleNamespace(issuer=issuer, url=lambda service: f"http://{service}.test")
    desk = Desk(stack, httpx.Client(transport=httpx.MockTransport(answer)))
    assert [one["clock"] for one in desk.support_clocks("open")] == ["a", "b", "c"]
    assert [one["clock"] for one in desk.event_clocks("met")] == ["a", "b", "c"]
    assert asked == ["open"] * 3 + ["met"] * 3
    desk.close()
