"""The HTTP side of support, with people who are signed in by name."""

from typing import Any, cast

import httpx

from aftercare.kit.auth import Principal, Unauthenticated
from aftercare.kit.privacy.logins import login_token
from aftercare.kit.service import Service
from aftercare.support.bootstrap import Support
from aftercare.support.entrypoints.api import create_app

from .support_world import World

KEY = b"k" * 32


class Tokens:
    """Signs people in by name: `Authorization: Bearer name:role[:site]`."""

    async def authenticated(self, header: str | None) -> Principal:
        if not header:
            raise Unauthenticated("no-token")
        name, role, *sites = header.removeprefix("Bearer ").split(":")
        return Principal(name, "https://issuer.example", frozenset({role}), frozenset(sites or ["*"]))


class Http:
    """Calls the API as somebody: `await http("casey:coordinator", "GET", "/tasks")`."""

    def __init__(self, world: World) -> None:
        support = Support(cast("Any", None), world.unit_of_work, world.policy, KEY)
        service = Service("support", support)
        app = create_app(service, cast("Any", None), cast("Any", Tokens()))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://support.test")
        self.app = app

    async def __call__(self, who: str | None, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        return await self.client.request(method, path, json=body, headers=headers)

    @staticmethod
    def login(name: str) -> str:
        return login_token(KEY, "https://issuer.example", name)
