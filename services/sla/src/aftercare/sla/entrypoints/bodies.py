"""What requests carry. References, words and instants; a parameter that is not known is refused."""

from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from aftercare.kit.store.paging import Cursor, Instant, Reference
from aftercare.schemas.base import Slug
from aftercare.sla.adapters.work_list import Place, Shown

ClockPath = Annotated[str, Path(pattern=r"^clk_[0-9a-f]{32}$")]
_CURSOR = Cursor(Instant | None, Reference)


class Asked(BaseModel):
    """The questions of the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Shown = Shown.OPEN
    rule: Slug | None = None
    site: Slug | None = None
    before: AwareDatetime | None = None
    """Only clocks that are due before this."""
    limit: int = Field(50, ge=1, le=200)
    after: str | None = None
    """`next` of the page before."""

    @property
    def place(self) -> Place | None:
        """Where the page before ended. Raises `UnreadableCursor`."""
        return Place(*_CURSOR.read(self.after)) if self.after is not None else None


def cursor_of(place: Place) -> str:
    return _CURSOR.write(place.due, place.clock)
