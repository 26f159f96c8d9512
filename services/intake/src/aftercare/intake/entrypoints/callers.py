"""Who calls, and what they may do. Asked before anything is looked up."""

from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request

from aftercare.intake.bootstrap import Application
from aftercare.kit.auth.principal import Principal, Rights

RIGHTS = Rights(
    {
        "send-records": frozenset({"intake-writer"}),
        "try-records": frozenset({"intake-writer", "operator"}),
        "read-record": frozenset({"intake-writer", "operator", "coordinator"}),
        "nominate": frozenset({"intake-writer", "manager", "coordinator"}),
        "see-tasks": frozenset({"manager", "coordinator"}),
        "see-conflicts": frozenset({"operator", "coordinator"}),
        "see-suspicions": frozenset({"operator", "coordinator"}),
        "decide-suspicion": frozenset({"operator", "coordinator"}),
        "see-parked": frozenset({"operator"}),
        "replay": frozenset({"operator"}),
    }
)


async def principal_of(request: Request) -> Principal:
    """The caller of a request. Raises `Unauthenticated`."""
    caller: Principal = await request.app.state.authenticator.authenticated(request.headers.get("authorization"))
    return caller


def application_of(request: Request) -> Application:
    application: Application = request.app.state.application
    return application


Caller: TypeAlias = Annotated[Principal, Depends(principal_of)]
App: TypeAlias = Annotated[Application, Depends(application_of)]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=1000)]
"""How many rows of a list at once; `next` of the answer leads on."""


def sees_guarded(caller: Principal) -> bool:
    """Whether the caller may see what somebody keeps from managers."""
    return caller.has("coordinator")
