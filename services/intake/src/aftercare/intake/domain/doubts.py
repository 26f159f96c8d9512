"""What a mapping could not read: told beside the record, never thrown away in silence."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from aftercare.intake.domain.json_values import text
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, read_stated_time

E = TypeVar("E", bound=StrEnum)


class Doubts:
    """Slugs, each once, in order of appearance. Made of our words only."""

    def __init__(self) -> None:
        self._slugs: dict[str, None] = {}

    def note(self, slug: str) -> None:
        self._slugs[slug] = None

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(self._slugs)

    def word(self, kind: type[E], value: object, field: str) -> E | None:
        """The word of an enum, compared without case; unknown words are noted."""
        if value is None:
            return None
        words = (text(value) or "").casefold().replace("_", "-").replace(" ", "-")
        found = next((member for member in kind if member.value == words), None)
        if found is None:
            self.note(f"unknown-code:{field}")
        return found

    def moment(self, value: object, field: str, zone: str | None, order: str | None = None) -> StatedTime | None:
        """A stated moment; what can't be read is noted and left out. A changed clock is noted too."""
        if value is None:
            return None
        try:
            stated, doubt = read_stated_time(value, field, zone, order)
        except UnreadableTimeError:
            self.note(f"unreadable-time:{field}")
            return None
        if doubt is not None:
            self.note(f"{doubt}:{field}")
        return stated


Note = Callable[[str], None]
