"""Who calls, and what every route shares. Authorisation comes before anything is looked up or even read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from aftercare.kit.auth import Principal
from aftercare.kit.outcome import Retryable
from aftercare.kit.privacy.logins import login_token
from aftercare.kit.store.failures import database_at_fault
from aftercare.support.bootstrap import Support
from aftercare.support.domain.records import StaffMember
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.signed_in import person_behind


def caller_with(*roles: str) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency: the caller, who has one of `roles`. Raises `Unauthenticated` or `Forbidden`."""

    async def caller(request: Request) -> Principal:
        principal: Principal = await request.app.state.authenticator.authenticated(request.headers.get("authorization"))
        principal.require(*roles)
        return principal

    return caller


class Bureau:
    """The wired service, as one caller may use it."""

    def __init__(self, support: Support, principal: Principal) -> None:
        self._support = support
        self.principal = principal
        self.login = login_token(support.login_key, principal.issuer, principal.subject)
        self.sites = principal.sites_in_sight
        """Those whose rows the caller sees; all if it is none."""

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """One transaction in the caller's name: everything is written at the end, or nothing."""
        try:
            async with self._support.unit_of_work() as tx:
                desk = Desk(tx, self._support.policy, self.login)
                yield desk
                await desk.close_book()
        except Exception as error:
            if database_at_fault(error):
                raise Retryable from error
            raise

    @asynccontextmanager
    async def own_desk(self) -> AsyncIterator[tuple[Desk, StaffMember]]:
        """The same, with the person who signed in."""
        async with self.desk() as desk:
            yield desk, await person_behind(desk, self.login)

    def login_of(self, issuer: str, subject: str) -> str:
        """Somebody else's sign-in as a token."""
        return login_token(self._support.login_key, issuer, subject)


def _bureau_for(*roles: str) -> Callable[[Request, Principal], Bureau]:
    def bureau(request: Request, principal: Annotated[Principal, Depends(caller_with(*roles))]) -> Bureau:
        return Bureau(request.app.state.support, principal)

    return bureau


Coordinating = Annotated[Bureau, Depends(_bureau_for("coordinator"))]
Supporting = Annotated[Bureau, Depends(_bureau_for("supporter"))]
Own = Annotated[Bureau, Depends(_bureau_for("staff"))]
