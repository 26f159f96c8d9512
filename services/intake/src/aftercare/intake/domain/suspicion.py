"""Whether two incidents of different sources could be one: suspected, for a human to decide, never merged by it.

Both must be known to have happened at the same site at the same time; beside that they must have a sign in common.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare.intake.domain.book import Book
from aftercare.intake.domain.vocabulary import EventKind, HarmLevel

WIDEST = timedelta(days=2)
"""Bounds so wide, or wider, say too little about when it happened."""
NARROW = timedelta(hours=6)
"""Place and harm alone are a sign only where both moments are known better than this."""
NUMBER = "number:"


class SuspicionReason(StrEnum):
    """Why two are suspected; the first that holds is told."""

    SAME_PERSON = "same-person"
    SAME_NUMBER = "same-number"
    SAME_PLACE_AND_HARM = "same-place-and-harm"


class SuspicionState(StrEnum):
    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"
    NO_LONGER = "no-longer"
    """A later version made it untrue before anybody decided; another one can open it again."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """What of an incident is compared. Persons are tokens, numbers keyed hashes, places codes: no text."""

    incident: str
    source: str
    site: str
    earliest: datetime
    latest: datetime
    unit: str | None
    harm: HarmLevel
    kind: EventKind
    people: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def place_and_harm(self) -> str | None:
        """Unit, harm and kind as one word, where they and the moment are known well enough."""
        if self.unit is None or self.harm is HarmLevel.UNKNOWN or self.latest - self.earliest >= NARROW:
            return None
        return f"place:{self.unit}:{self.harm}:{self.kind}"

    @property
    def signs(self) -> frozenset[str]:
        """All by which another can be suspected: two without one in common never are."""
        people = (f"person:{one}" for one in self.people)
        numbers = (f"{NUMBER}{one}" for one in self.numbers)
        place = () if self.place_and_harm is None else (self.place_and_harm,)
        return frozenset((*people, *numbers, *place))


def suspect(book: Book, numbers: frozenset[str] = frozenset()) -> Suspect | None:
    """The part of a book that is compared, or `None` for one that is never suspected of anything."""
    details = book.details
    if not book.is_published or details is None or book.withdrawn is not None or book.merged_into is not None:
        return None
    if details.synthetic or details.backfill or details.site is None or details.occurred is None:
        return None
    occurred = details.occurred
    if occurred.latest - occurred.earliest >= WIDEST:
        return None
    people = frozenset(one.person for one in book.involved)
    place = (details.unit, details.harm, details.kind)
    return Suspect(
        book.incident, book.source, details.site, occurred.earliest, occurred.latest, *place, people, numbers
    )


def suspicion(one: Suspect | None, other: Suspect | None) -> SuspicionReason | None:
    """Why the two could be one, or `None`. It doesn't matter which is named first."""
    if one is None or other is None or one.source == other.source or one.site != other.site:
        return None
    if one.earliest > other.latest or other.earliest > one.latest:
        return None
    if one.people & other.people:
        return SuspicionReason.SAME_PERSON
    if one.numbers & other.numbers:
        return SuspicionReason.SAME_NUMBER
    if one.place_and_harm is not None and one.place_and_harm == other.place_and_harm:
        return SuspicionReason.SAME_PLACE_AND_HARM
    return None


def pair(one: str, other: str) -> tuple[str, str]:
    """Two incidents in the one order in which they are kept."""
    return (one, other) if one < other else (other, one)


def into_older(one: Book, other: Book) -> tuple[Book, Book]:
    """Which is merged (first) into which (second): the one that came first stands, since clocks run from there."""
    older, younger = sorted((one, other), key=_came)
    return younger, older


def _came(book: Book) -> tuple[float, str]:
    return (float("inf") if book.received is None else book.received.timestamp()), book.incident
