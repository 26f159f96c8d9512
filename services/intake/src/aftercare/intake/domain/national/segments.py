"""Looking into HL7 v2 segments as the reader gives them: every look gives a text, or an empty one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aftercare.intake.domain.json_values import JsonObject, items, objects

_DELETED = '""'


@dataclass(frozen=True, slots=True)
class Segment:
    """`fields[n]` is field n of the standard: repetitions of components."""

    name: str
    fields: Sequence[Sequence[Sequence[str]]] = field(default=(), repr=False)

    def repetitions(self, number: int) -> Sequence[Sequence[str]]:
        """What a field says. Two quotation marks are no value: they say that there is none any more."""
        said = self.fields[number] if number < len(self.fields) else ()
        return [["" if part.strip() == _DELETED else part for part in one] for one in said]

    def text(self, number: int, component: int = 1) -> str:
        """A component of the first repetition; components count from 1."""
        first = next(iter(self.repetitions(number)), ())
        return first[component - 1].strip() if component <= len(first) else ""

    def words(self, number: int) -> list[str]:
        """All components of all repetitions that say something."""
        return [part.strip() for one in self.repetitions(number) for part in one if part.strip()]


def segments_of(value: JsonObject) -> list[Segment]:
    return [Segment(str(one.get("name")).upper(), _fields(one)) for one in objects(value.get("segments"))]


def _fields(segment: JsonObject) -> list[list[list[str]]]:
    return [
        [[str(part) for part in items(repetition)] for repetition in items(content)]
        for content in items(segment.get("fields"))
    ]
