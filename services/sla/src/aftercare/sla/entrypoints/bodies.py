"""What requests carry. References, words and instants; a parameter that is not known is refused."""

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from aftercare.schemas.base import Slug
from aftercare.sla.adapters.work_list import Place, Shown
from aftercare.sla.service_layer.refusals import NotReadable

ClockPath = Annotated[str, Path(pattern=r"^clk_[0-9a-f]{32}$")]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_=-]{1,200}$")]


class Asked(BaseModel):
    """The questions of the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Shown = Shown.OPEN
    rule: Slug | None = None
    site: Slug | None = None
    before: AwareDatetime | None = None
    """Only clocks that are due before this."""
    limit: int = Field(50, ge=1, le=200)
    cursor: Cursor | None = None
    """`next` of the page before."""

    @property
    def after(self) -> Place | None:
        """Where the page before ended. Raises `NotReadable`."""
        return _place(self.cursor) if self.cursor is not None else None


def cursor_of(place: Place) -> str:
    due = place.due.isoformat() if place.due is not None else None
    return base64.urlsafe_b64encode(json.dumps([due, place.clock]).encode()).decode()


def _place(cursor: str) -> Place:
    try:
        due, clock = json.loads(base64.urlsafe_b64decode(cursor))
        return Place(_instant(due), str(clock))
    except (binascii.Error, ValueError, TypeError):
        raise NotReadable from None


def _instant(told: str | None) -> datetime | None:
    instant = datetime.fromisoformat(told) if told is not None else None
    if instant is not None and instant.tzinfo is None:
        raise ValueError("no offset")
    return instant
