"""What requests carry. References, enums and instants; a field that is not known is refused, and so is any text."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from aftercare.schemas.base import IncidentRef, PersonToken
from aftercare.support.domain.vocabulary import Choice, Mode, TaskOutcome, Wish

CasePath = Annotated[str, Path(pattern=r"^cas_[0-9a-f]{32}$")]
TaskPath = Annotated[str, Path(pattern=r"^tsk_[0-9a-f]{32}$")]
AssignmentPath = Annotated[str, Path(pattern=r"^asg_[0-9a-f]{32}$")]
PersonPath = Annotated[str, Path(pattern=r"^per_[0-9a-f]{32}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]

SignIn = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""Turned into a login token at once, and kept nowhere."""


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wishes(Body):
    wishes: tuple[Wish, ...] = Field((), max_length=10)


class SelfRequest(Wishes):
    """`incident` is for those who know its reference; support never needs one."""

    urgent: bool = False
    incident: IncidentRef | None = None


class Completion(Body):
    """`choice` with `reached`, `supporter` with `found-supporter`."""

    outcome: TaskOutcome
    choice: Choice | None = Field(None, description="talk, later, no or urgent")
    supporter: PersonToken | None = None


class HandAssignment(Body):
    """`override_load` passes over availability and load alone; no other rule can be passed over."""

    supporter: PersonToken
    override_load: bool = False


class NewSupporter(Body):
    """Who it is, by their sign-in; their person must be on the roster."""

    issuer: SignIn
    subject: SignIn
    trained_until: AwareDatetime
    modes: tuple[Mode, ...] = Field((Mode.INDIVIDUAL,), min_length=1, max_length=2)
    load_cap: int | None = Field(None, ge=1, le=20)


class Availability(Body):
    available: bool
