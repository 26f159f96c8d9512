"""What every mapping may know beside the record: its source, and how places are written here."""

from dataclasses import dataclass, field

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.source import Places, Source


@dataclass(frozen=True, slots=True)
class Context:
    """One per record, so that doubts don't mix."""

    source: Source
    places: Places = field(default_factory=Places)
    doubts: Doubts = field(default_factory=Doubts)

    def place(self, written: list[str]) -> tuple[str | None, str | None]:
        """Site and unit codes for what the source wrote; words that nobody knows are noted, never passed on."""
        site, unit = self.places.find(written)
        if written and site is None:
            self.doubts.note("unknown-place")
        return site, unit
