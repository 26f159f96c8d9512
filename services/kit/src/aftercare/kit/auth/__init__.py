"""Who calls, and what they may do. Authorisation comes before any look-up.

In a service's `entrypoints/api.py` (the kit itself never imports FastAPI):

    authenticator = Authenticator(settings)                   # in bootstrap, once

    def caller(request: Request) -> Principal:                # a plain `def`: FastAPI runs it in a thread
        return authenticator.authenticate(request.headers.get("authorization"))

    Caller = Annotated[Principal, Depends(caller)]

    @app.post("/tasks/{reference}")
    async def settle(reference: str, caller: Caller) -> ...:
        caller.require("coordinator")                         # before the first query

`install_refusals(app)` of `aftercare.kit.auth.refusals` turns `Unauthenticated` into 401 and `Forbidden` into 403,
with bodies that say nothing about what was asked for.
"""

from typing import TYPE_CHECKING, Any

from aftercare.kit.auth.principal import Forbidden, Principal, Rights, Unauthenticated
from aftercare.kit.auth.service_token import ServiceToken

if TYPE_CHECKING:
    from aftercare.kit.auth.authenticator import Authenticator

__all__ = ["Authenticator", "Forbidden", "Principal", "Rights", "ServiceToken", "Unauthenticated"]


def __getattr__(name: str) -> Any:
    """`Authenticator` brings 10 MB of cryptography: it is loaded where somebody asks for it."""
    if name == "Authenticator":
        from aftercare.kit.auth.authenticator import Authenticator  # noqa: PLC0415

        return Authenticator
    raise AttributeError(name)
