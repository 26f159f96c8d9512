"""Who calls, and what every route shares. Authorisation comes before the request is even read."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from aftercare.directory.bootstrap import Directory
from aftercare.kit.auth import Principal
from aftercare.kit.privacy.logins import login_token

PersonPath = r"^per_[0-9a-f]{32}$"


def directory_of(request: Request) -> Directory:
    """The wired service."""
    directory: Directory = request.app.state.directory
    return directory


Wired = Annotated[Directory, Depends(directory_of)]


def caller_with(*roles: str) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency: the caller, who has one of `roles`. Raises `Unauthenticated` or `Forbidden`."""

    async def caller(request: Request) -> Principal:
        principal: Principal = await request.app.state.authenticator.authenticated(request.headers.get("authorization"))
        principal.require(*roles)
        return principal

    return caller


RosterWriter = Annotated[Principal, Depends(caller_with("roster-writer"))]
ContactReader = Annotated[Principal, Depends(caller_with("contact-reader"))]
Coordinator = Annotated[Principal, Depends(caller_with("coordinator"))]


def actor_of(principal: Principal, directory: Directory) -> str:
    """How the audit log names the caller: a service by its client id, a person by the login token."""
    if principal.client_id and principal.subject in (principal.client_id, f"service-account-{principal.client_id}"):
        return f"client:{principal.client_id}"
    return login_token(directory.tokens.login_key, principal.issuer, principal.subject)
