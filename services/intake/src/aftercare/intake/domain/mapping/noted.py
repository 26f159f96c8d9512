"""What may be wrong though it is well said: only a human who knows the records can tell, so it is shown.

A scale turned round, a zone that nobody named, a shared account that stands in every record.
"""

from collections import Counter
from dataclasses import dataclass, field

from aftercare.intake.domain.vocabulary import HarmLevel

NOTHING = "nothing"
OTHERS = "others"
_MANY = 5
"""Records in which somebody stands, before the same one in nearly all of them is worth a word."""
_MOST_NAMES = 20_000
_LEVELS = list(HarmLevel)


@dataclass(slots=True)
class Noted:
    """Of one mapping. Names stay in here, and are shown only where what records hold is shown anyway."""

    harms: dict[str, Counter[tuple[str, HarmLevel]]] = field(default_factory=dict)
    """By field: how often which code was which harm. Codes are those of the mapping, or of a scale."""
    moments: Counter[str] = field(default_factory=Counter)
    """By field: moments of which the mapping doesn't say the zone."""
    zoneless: Counter[str] = field(default_factory=Counter)
    """Of these: those that state none themselves."""
    taken: dict[str | None, None] = field(default_factory=dict)
    """The zones that count for those: of their sources."""
    _people: dict[str, Counter[str]] = field(default_factory=dict, repr=False)
    _records: Counter[str] = field(default_factory=Counter)
    _here: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def next_record(self) -> None:
        self._here = set()

    def harm(self, path: str, code: str, level: HarmLevel) -> None:
        self.harms.setdefault(path, Counter())[code, level] += 1

    def moment(self, path: str, zone_known: bool, taken: str | None) -> None:  # noqa: FBT001 - a fact, not a switch
        self.moments[path] += 1
        if not zone_known:
            self.zoneless[path] += 1
            self.taken[taken] = None

    def person(self, path: str, known_by: str) -> None:
        """Somebody is known by this in the record, however often."""
        names = self._people.setdefault(path, Counter())
        if (path, known_by) in self._here or (known_by not in names and len(names) >= _MOST_NAMES):
            return
        self._records[path] += (path, "") not in self._here
        self._here |= {(path, ""), (path, known_by)}
        names[known_by] += 1

    def by_harm(self, path: str) -> list[tuple[str, HarmLevel, int]]:
        """Codes from the mildest to the worst, then those that are unknown."""
        found = [(code, level, count) for (code, level), count in self.harms[path].items()]
        return sorted(found, key=lambda one: (one[1] is HarmLevel.UNKNOWN, _LEVELS.index(one[1]), one[0]))

    def everywhere(self) -> list[tuple[str, str, int, int]]:
        """Who stands in nearly all of many records: the field, by what they are known, in how many, and of how many."""
        found: dict[str, tuple[str, str, int, int]] = {}
        for path, names in self._people.items():
            [(name, count)] = names.most_common(1)
            of = self._records[path]
            if of >= _MANY and count * 5 >= of * 4:
                found.setdefault(path.partition(".")[0], (path, name, count, of))
        return list(found.values())
