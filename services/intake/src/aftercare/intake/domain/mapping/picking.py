"""What the expressions of a mapping give for one record, before a field makes something of it."""

from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.mapping.alike import code_key
from aftercare.intake.domain.mapping.budget import Budget
from aftercare.intake.domain.mapping.expressions import Expression, NotApplicableError
from aftercare.intake.domain.mapping.noted import Noted
from aftercare.intake.domain.mapping.plan import Take
from aftercare.intake.domain.mapping.trace import TraceLine
from aftercare.intake.domain.source import Source

_GRAVE = frozenset({"harm", "staff.value", "patients.value"})
"""Fields that fall back to less without a sign: to unknown harm, to a name, to nobody."""


@dataclass(slots=True)
class Picking:
    """One record, and what is noted of it on the way."""

    doubts: Doubts
    source: Source
    budget: Budget
    nobody: frozenset[str] = frozenset()
    """The mapping's own words for a person who isn't named."""
    noted: Noted | None = None
    """Is told what only a human can judge, where one looks."""
    trace: list[TraceLine] | None = None
    nowhere: dict[str, bool] = field(default_factory=dict)
    """Of each of the grave fields, whether its path is nowhere in the record."""
    several: dict[str, int] = field(default_factory=dict)
    """Fields of one value for which there were more, with their number."""
    columns: dict[str, str] = field(default_factory=dict)
    """Columns that expressions name and the row lacks, each with the first field that wanted it."""

    def single(self, picked: Any, path: str) -> Any:
        """The one value of a field that has one: that of a list of one, nothing and a doubt for several."""
        if isinstance(picked, dict):
            self.doubts.note(f"gave-an-object:{plain_path(path)}")
            return None
        if not isinstance(picked, list):
            return picked
        there = [one for one in picked if one is not None]
        if len(there) > 1:
            self.doubts.note(f"gave-a-list:{plain_path(path)}")
            self.several[plain_path(path)] = len(there)
            return None
        return self.single(there[0], path) if there else None

    def pick(self, take: Take, value: Any, path: str) -> Any:
        if take.always is not None:
            return take.always
        absent = self.budget.absent
        picked = self.look(take.expression, value, path)
        plain = plain_path(path)
        if plain in _GRAVE:
            nowhere = picked in (None, []) and self.budget.absent > absent and not self.budget.has_columns
            self.nowhere[plain] = nowhere and self.nowhere.get(plain, True)
        return take.default if picked is None else picked

    def tell_nowhere(self) -> None:
        """Note those of the grave fields of which not even the name was in the record: it may have a new one."""
        for path, nowhere in self.nowhere.items():
            if nowhere and f"person-without-identity:{path.partition('.')[0]}" not in self.doubts.slugs:
                self.doubts.note(f"no-path:{path}")

    def look(self, expression: Expression | None, value: Any, path: str) -> Any:
        """What an expression gives; `None`, and a doubt, where it can't be applied."""
        if expression is None:
            return None
        try:
            return expression.of(value, self.budget)
        except NotApplicableError:
            self.doubts.note(f"not-applicable:{plain_path(path)}")
            return None
        finally:
            self._miss(plain_path(path))

    def _miss(self, path: str) -> None:
        for column in self.budget.missed():
            self.doubts.note(f"no-column:{path}")
            self.columns.setdefault(column, path)

    def coded(self, take: Take, picked: Any, path: str) -> Any:
        """The value behind its code; the default, or nothing and a doubt, for a code that nobody listed."""
        if take.codes is None or take.always is not None or (picked == take.default and take.default is not None):
            return picked
        found = take.codes.get(code_key(picked) or "")
        if found is None:
            self.doubts.note(f"unknown-code:{plain_path(path)}")
            return take.default
        return found

    def tell(self, take: Take, path: str, gave: Any, became: Any) -> None:
        if self.trace is not None:
            words = take.expression.words if take.expression else f"always {take.always}"
            self.trace.append(TraceLine(path, words, gave, became))


def plain_path(path: str) -> str:
    """A field as doubts name it: without the number of an item, so that the list of doubts stays short."""
    before, _, after = path.partition("[")
    return before + after.partition("]")[2]
