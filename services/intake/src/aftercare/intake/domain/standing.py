"""Which version of a record something stands at, and which of two is newer."""

from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.intake.domain.facts import Version


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version of the record the book stands at. Stated numbers decide, then last-updated, then receipt."""

    number: int | None = None
    updated: datetime | None = None
    received: datetime | None = None

    @classmethod
    def of(cls, version: Version, received: datetime) -> "Standing":
        return cls(version.number, version.updated, received)

    def supersedes(self, other: "Standing | None") -> bool:
        if other is None:
            return True
        if self.number is not None and other.number is not None:
            return self.number > other.number
        if self.updated is not None and other.updated is not None and self.updated != other.updated:
            return self.updated > other.updated
        return self.received is None or other.received is None or self.received >= other.received

    def is_no_older_than(self, other: "Standing | None") -> bool:
        """For messages that may bear the number of the version that they are about."""
        same = other is not None and self.number is not None and self.number == other.number
        return same or self.supersedes(other)

    def after(self, other: "Standing | None") -> "Standing":
        """This standing, which never forgets the highest number and the latest update seen."""
        if other is None:
            return self
        return replace(
            self,
            number=self.number if self.number is not None else other.number,
            updated=self.updated if self.updated is not None else other.updated,
        )
