"""Who calls, and what every route shares. Authorisation comes before anything is looked up or even read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.auth import Principal
from aftercare.kit.outcome import Retryable
from aftercare.kit.store.failures import database_at_fault
from aftercare.programme.clocks import Side
from aftercare.sla.bootstrap import Sla

ROLES = {Side.EVENT: ("risk-manager", "disclosure-lead"), Side.SUPPORT: ("coordinator",)}
"""Who may look at the clocks of each side."""


class Bureau:
    """The wired service, as one caller may use it."""

    def __init__(self, sla: Sla, principal: Principal) -> None:
        self.sla = sla
        self.sites = principal.sites_in_sight
        """Those whose clocks the caller sees; all if it is none."""

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from."""
        try:
            async with self.sla.unit_of_work() as tx:
                yield tx.connection
        except Exception as error:
            if database_at_fault(error):
                raise Retryable from error
            raise


async def _bureau(request: Request) -> Bureau:
    """Raises `Unauthenticated` or `Forbidden`."""
    principal: Principal = await request.app.state.authenticator.authenticated(request.headers.get("authorization"))
    principal.require(*request.app.state.roles)
    return Bureau(request.app.state.sla, principal)


Looking = Annotated[Bureau, Depends(_bureau)]
