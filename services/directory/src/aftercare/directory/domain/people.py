"""A person as the directory knows them, without name and address, and what of that others may know."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True, slots=True)
class Description:
    """What matching and routing may know of a person: the body of a staff snapshot."""

    person: str
    identifiers: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    role_group: str = "other"
    site: str | None = None
    unit: str | None = None
    manager: str | None = None
    zone: str | None = None
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    merged_from: tuple[str, ...] = ()

    def fingerprint(self) -> bytes:
        """Equal for equal descriptions: what has not changed is not published."""
        content = [getattr(self, name) for name in _FIELDS]
        return hashlib.sha256(json.dumps(content).encode()).digest()


_FIELDS = tuple(field.name for field in fields(Description))


GONE = b"gone"
"""The fingerprint of somebody whose tombstone was published."""


@dataclass(frozen=True, slots=True)
class Employment:
    """One contract of a person; somebody with two employee numbers has two, merged into one person."""

    employed: bool
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, today: date) -> bool:
        """Whether the person works here on `today`; both ends count."""
        started = self.valid_from is None or self.valid_from <= today
        return self.employed and started and (self.valid_until is None or today <= self.valid_until)


def works_here(employments: Iterable[Employment], today: date) -> bool:
    """Whether any contract holds: one job ended is not the person gone."""
    return any(each.holds_on(today) for each in employments)


class MergeRefusedError(Exception):
    """The two can't be made one person. The text is for the coordinator who asked and names nobody."""


def check_merge(survivor: str, loser: str, standing: dict[str, str]) -> None:
    """Raise `MergeRefusedError` unless both are there and not already one. `standing` maps token to status."""
    if survivor == loser:
        raise MergeRefusedError("These are the same person already.")
    for person in (survivor, loser):
        if standing.get(person) is None:
            raise MergeRefusedError("One of the two is not in the directory.")
        if standing[person] == "merged":
            raise MergeRefusedError("One of the two was merged before. Merge the person it became.")
        if standing[person] == "erased":
            raise MergeRefusedError("One of the two was erased.")
