"""What every mapping may know beside the record: its source, and how places are written here."""

from dataclasses import dataclass, field

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.harm import OWN_SCALE, StatedHarm, stated_harm
from aftercare.intake.domain.source import Places, Source


@dataclass(frozen=True, slots=True)
class Context:
    """One per record, so that doubts don't mix."""

    source: Source
    places: Places = field(default_factory=Places)
    doubts: Doubts = field(default_factory=Doubts)

    harms: dict[StatedHarm, None] = field(default_factory=dict)
    """The codes of harm that the record states, as far as their scales know them."""

    def harm(self, scale: str | None, written: str | None, name: str) -> StatedHarm | None:
        """What a code of a scale says, remembered beside what is derived; one that is not of it is noted."""
        stated = stated_harm(scale, written)
        if stated is not None and stated.scale != OWN_SCALE:
            self.harms[stated] = None
        elif stated is None and written:
            self.doubts.note(f"unknown-code:{name}")
        return stated

    def place(self, written: list[str]) -> tuple[str | None, str | None]:
        """Site and unit codes for what the source wrote; words that nobody knows are noted, never passed on."""
        site, unit = self.places.find(written)
        if written and site is None:
            self.doubts.note("unknown-place")
        return site, unit
