"""Time as sources state it: often a date, often without a zone, sometimes missing (`interop.md` 1.2, 1.3)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from aftercare.schemas.base import Shape, UtcInstant


class Precision(StrEnum):
    INSTANT = "instant"
    MINUTE = "minute"
    HOUR = "hour"
    PART_OF_DAY = "part-of-day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class StatedTime(Shape):
    """What a source said about a moment, never more precise than it said it.

    `earliest` and `latest` bound the moment in UTC. A date without a zone spans the whole day in
    the source's zone, or the day in every zone on Earth when that is unknown: midnight is never invented.
    """

    earliest: UtcInstant
    latest: UtcInstant
    precision: Precision
    zone_known: bool
    source_field: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\[\]-]{1,80}$")]

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.latest < self.earliest:
            raise ValueError("latest is before earliest")
        return self
