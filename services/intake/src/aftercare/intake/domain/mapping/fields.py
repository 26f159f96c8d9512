"""What each field of a mapping gives for one record: a value that our contract can read, or nothing and a doubt.

Whatever an expression picks, only words of our lists, codes, identifiers, moments and yes or no come out of here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.harm import read_harm, stated_harm
from aftercare.intake.domain.json_values import items
from aftercare.intake.domain.mapping.alike import code_key
from aftercare.intake.domain.mapping.expressions import Expression
from aftercare.intake.domain.mapping.moments import as_iso
from aftercare.intake.domain.mapping.noted import NOTHING, OTHERS
from aftercare.intake.domain.mapping.picking import Picking, plain_path
from aftercare.intake.domain.mapping.placeholders import is_placeholder
from aftercare.intake.domain.mapping.plan import (
    Display,
    Each,
    Flags,
    Harm,
    Join,
    Key,
    Keys,
    Moment,
    Node,
    Parts,
    Take,
    Truth,
    Word,
)
from aftercare.intake.domain.mapping.trace import TraceLine
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.time_windows import part_named
from aftercare.intake.domain.vocabulary import HarmLevel, Relation

MAX_ITEMS = 1000
_SEVERITY = list(HarmLevel)
_MAX_KEY = 64
_MAX_NAME = 100
_YES = frozenset({"true", "yes", "y", "1", "ja", "j", "oui", "o", "si", "sí", "s", "x"})
_NO = frozenset({"false", "no", "n", "0", "nein", "non"})


@dataclass(slots=True)
class Looking(Picking):
    """One record being looked at."""

    unnamed_staff: int = 0
    """How many of the staff stand in the record of whom nothing says who they are."""
    placeholders: list[str] = field(default_factory=list)
    """Fields of the person looked at in which something stands for nobody."""

    def give(self, node: Node, value: Any, path: str) -> Any:
        """The field's content in our contract's shape; `None` for nothing. Raises `TooCostlyError`."""
        match node:
            case Parts():
                return self._parts(node, value, path)
            case Each():
                return self._each(node, value, path)
            case Join():
                return [one for each in node.lists for one in self.give(each, value, path) or ()]
            case Flags():
                return [name for name, truth in node.conditions if self._truth(truth, value, f"{path}.{name}")]
            case Truth():
                return self._truth(node, value, path)
            case _:
                return self._value(node, value, path)

    def _value(self, node: Word | Key | Keys | Display | Moment | Harm, value: Any, path: str) -> Any:
        if isinstance(node, Moment) and node.time is not None:
            return self._moment_in_two(node, node.time, value, path)
        picked = self.pick(node.take, value, path)
        made = self._made(node, picked, path)
        self.tell(node.take, path, picked, made)
        return made

    def _moment_in_two(self, node: Moment, time: Expression, value: Any, path: str) -> Any:
        """The day and the time of day; the day alone, and a doubt, where the time can't be read."""
        date = self.single(self.pick(node.take, value, path), path)
        hour = self.single(self.look(time, value, path), path)
        joined = f"{date} {hour}"
        part = _part_of_day(node, hour)
        if date is None or hour is None:
            made = None
        else:
            made = self._moment(node, joined, path) if part is None else self._part_of(node, date, part, path)
        if date is None and hour is not None:
            self.doubts.note(f"unreadable-time:{plain_path(path)}")
        elif made is None and date is not None:
            made = self._moment(node, date, path)
        if self.trace is not None:
            words = f"{node.take.expression.words if node.take.expression else ''} + {time.words}"
            gave = date if hour is None else hour if date is None else joined
            self.trace.append(TraceLine(path, words, gave, made))
        return made

    def _part_of(self, node: Moment, day: Any, part: str, path: str) -> Any:
        """A shift, or another part of a day."""
        whole = self._moment(node, day, path)
        if whole is None:
            return None
        return {**(whole if isinstance(whole, dict) else {"value": whole}), "part": part}

    def _made(self, node: Word | Key | Keys | Display | Moment | Harm, picked: Any, path: str) -> Any:
        if isinstance(node, Harm):
            return self._harm(node, picked, path)
        if picked is None:
            return None
        if isinstance(node, Keys):
            found = [self._key(one, path, needs_digit=True) for one in items(picked)[:MAX_ITEMS]]
            return [one for one in found if one is not None]
        single = self.single(picked, path)
        return None if single is None else self._one(node, single, path)

    def _one(self, node: Word | Key | Display | Moment, single: Any, path: str) -> Any:
        match node:
            case Word():
                return self._word(node.take, single, path)
            case Moment():
                return self._moment(node, single, path)
            case Key() | Display():
                return self._person_part(node, single, path)

    def _person_part(self, node: Key | Display, picked: Any, path: str) -> str | None:
        coded = self.coded(node.take, picked, path)
        if isinstance(node, Display):
            return self._somebodys(self._name(coded, path), path)
        made = self._key(coded, path, needs_digit=node.needs_digit)
        return self._somebodys(made, path) if node.names_somebody else made

    def _somebodys(self, made: str | None, path: str) -> str | None:
        """By what a person is known; nothing for what stands for nobody."""
        if made is not None and is_placeholder(made, self.nobody):
            self.placeholders.append(plain_path(path))
            return None
        if made is not None and self.noted is not None:
            self.noted.person(plain_path(path), made)
        return made

    def _word(self, take: Take, picked: Any, path: str) -> Any:
        coded = self.coded(take, picked, path)
        words = code_key(coded)
        return coded if isinstance(coded, str) or coded is None else words

    def _key(self, picked: Any, path: str, *, needs_digit: bool) -> str | None:
        """An identifier: short, of one or two words, and with a digit where a name could stand in its place."""
        if picked is None:
            return None
        words = (
            code_key(picked) if isinstance(picked, int | float) else picked.strip() if isinstance(picked, str) else ""
        )
        usable = bool(words) and words is not None and len(words) <= _MAX_KEY and words.isprintable()
        if words and usable and len(words.split()) <= 3 and (not needs_digit or any(map(str.isdigit, words))):
            return words
        self.doubts.note(f"no-identifier:{plain_path(path)}")
        return None

    def _name(self, picked: Any, path: str) -> str | None:
        words = picked.strip() if isinstance(picked, str) else ""
        if words and len(words) <= _MAX_NAME and words.isprintable() and len(words.split()) <= 6:
            return words
        self.doubts.note(f"no-name:{plain_path(path)}")
        return None

    def _moment(self, node: Moment, picked: Any, path: str) -> Any:
        written = as_iso(picked, node.formats)
        stated = written and _stated(written, node.zone)
        if not stated:
            self.doubts.note(f"unreadable-time:{plain_path(path)}")
            return None
        if self.noted is not None and node.zone is None:
            self.noted.moment(plain_path(path), stated.zone_known, self.source.zone)
        zone = node.zone or self.source.zone
        return {"value": written, "zone": zone} if zone else written

    def _harm(self, node: Harm, picked: Any, path: str) -> Any:
        """The stated code with its scale. Of several patients the worst counts, by our own levels."""
        stated = [self._stated_harm(node, one, path) for one in items(picked)[:MAX_ITEMS] if one is not None]
        if not stated and self.noted is not None:
            self.noted.harm(plain_path(path), NOTHING, HarmLevel.UNKNOWN)
        if len(stated) < 2:
            return next(iter(stated), None)
        levels = [read_harm(one.get("scale", ""), one["code"]) for one in stated]
        known = [level for level, _ in filter(None, levels)]
        if len(known) < len(stated):
            self.doubts.note(f"unknown-code:{plain_path(path)}")
        worst = max(known, key=_SEVERITY.index, default=HarmLevel.UNKNOWN)
        return {"scale": "aftercare", "code": worst.value}

    def _stated_harm(self, node: Harm, picked: Any, path: str) -> dict[str, str]:
        made = self._harm_of(node, picked, path)
        if self.noted is not None:
            written = self._harm_shown(node, picked, made)
            self.noted.harm(plain_path(path), *written)
        return made

    def _harm_shown(self, node: Harm, picked: Any, made: dict[str, str]) -> tuple[str, HarmLevel]:
        """The code, where it is one of the mapping or of the scale, and what it means."""
        known = stated_harm(made.get("scale") or self.source.harm_scale, made["code"])
        level = known.level if known is not None else HarmLevel.UNKNOWN
        key = code_key(picked) or ""
        if node.take.codes is not None:
            return (key if key in node.take.codes else OTHERS), level
        return (known.code if known is not None else OTHERS), level

    def _harm_of(self, node: Harm, picked: Any, path: str) -> dict[str, str]:
        if node.take.codes is not None:
            level = self.coded(node.take, picked, path)
            return {"scale": "aftercare", "code": level or "unknown"}
        code = code_key(picked)
        if code is None:
            self.doubts.note(f"unknown-code:{plain_path(path)}")
            return {"scale": "aftercare", "code": "unknown"}
        return {"scale": node.scale, "code": code} if node.scale else {"code": code}

    def _truth(self, node: Truth, value: Any, path: str) -> bool | None:
        picked = self.pick(node.take, value, path)
        coded = self.coded(node.take, picked, path) if picked is not None else None
        made = (node.otherwise or None) if coded is None and picked is not None else self._yes(node, coded, path)
        self.tell(node.take, path, picked, made)
        return made

    def _yes(self, node: Truth, said: Any, path: str) -> bool | None:
        """`None` for what says neither."""
        if isinstance(said, list | dict):
            return bool(said)
        words = code_key(said)
        if not words:
            return None if said is None else False
        if words in _YES or words in _NO:
            return words in _YES
        if not node.any_text:
            self.doubts.note(f"unknown-code:{plain_path(path)}")
        return node.any_text or node.otherwise or None

    def _parts(self, node: Parts, value: Any, path: str) -> dict[str, Any]:
        return _whole(node, self._found(node, value, path))

    def _found(self, node: Parts, value: Any, path: str) -> dict[str, Any]:
        dot = f"{path}." if path else ""
        found = {name: self.give(inner, value, f"{dot}{name}") for name, inner in node.fields.items()}
        made = {name: one for name, one in found.items() if one is not None}
        self._tell_placeholders(node, made)
        return made

    def _tell_placeholders(self, node: Parts, made: Mapping[str, Any]) -> None:
        """Unless the person is known by a number all the same, or may be nobody: who reports may be anonymous."""
        if node.needed and "value" not in made:
            for one in self.placeholders:
                self.doubts.note(f"placeholder:{one}")
        self.placeholders.clear()

    def _each(self, node: Each, value: Any, path: str) -> list[dict[str, Any]]:
        absent = self.budget.absent
        found = value if node.expression is None else self.look(node.expression, value, path)
        if node.parts.needed and not found and self.budget.absent > absent and not self.budget.has_columns:
            self.doubts.note(f"no-path:{plain_path(path)}")
        listed: Sequence[Any] = items(found) if node.expression else [found]
        self.budget.took(listed)
        if len(listed) > MAX_ITEMS:
            self.doubts.note(f"too-many:{plain_path(path)}")
        if self.trace is not None and node.expression is not None:
            told = "1 item" if len(listed) == 1 else f"{len(listed)} items"
            self.trace.append(TraceLine(path, node.expression.words, told, None))
        parts = [self._found(node.parts, one, f"{path}[{index}]") for index, one in enumerate(listed[:MAX_ITEMS])]
        made = [_whole(node.parts, one) for one in parts]
        if node.expression is not None and node.parts.needed:
            self._unnamed(
                listed, [bool(one) or _only_reports(found) for one, found in zip(made, parts, strict=True)], path
            )
        elif node.parts.needed and not any(made) and self._gave_lists(path):
            self._somebody(path, 1)
        return [one for one in made if one]

    def _unnamed(self, listed: Sequence[Any], settled: Sequence[bool], path: str) -> None:
        """Somebody stands there, and nothing says who: told, for else the record seems to name nobody more."""
        unnamed = sum(says_something(item) and not known for item, known in zip(listed, settled, strict=False))
        if unnamed:
            self._somebody(path, unnamed)

    def tell_reporter(self, data: Mapping[str, Any]) -> None:
        """Who reported may stay nobody, but not if they were involved as well."""
        reporter = data.get("reporter") or {}
        if reporter.get("also_involved") is True and not reporter.keys() & {"value", "reference", "display"}:
            self._somebody("reporter", 1)

    def _gave_lists(self, path: str) -> bool:
        """Whether several stand where one was looked for."""
        return any(slug.startswith(f"gave-a-list:{plain_path(path)}.") for slug in self.doubts.slugs)

    def _somebody(self, path: str, unnamed: int) -> None:
        self.doubts.note(f"person-without-identity:{plain_path(path)}")
        self.unnamed_staff += unnamed if path in ("staff", "reporter") else 0


def _whole(node: Parts, made: dict[str, Any]) -> dict[str, Any]:
    return {} if node.needed and not node.needed & made.keys() else made


def _only_reports(found: Mapping[str, Any]) -> bool:
    return code_key(found.get("relation")) == Relation.REPORTER


def _part_of_day(node: Moment, hour: Any) -> str | None:
    """The shift that stands in place of a time of day, by its code or in a word that we know."""
    if not isinstance(hour, str):
        return None
    return part_named((node.take.codes or {}).get(code_key(hour) or "", hour))


def _stated(written: str, zone: str | None) -> StatedTime | None:
    try:
        return parse_stated_time(written, "moment", zone)
    except UnreadableTimeError:
        return None


def says_something(item: Any) -> bool:
    """Whether there is any content in it, however deep."""
    if isinstance(item, dict):
        return any(map(says_something, item.values()))
    if isinstance(item, list):
        return any(map(says_something, item))
    return item is not None and item is not False
