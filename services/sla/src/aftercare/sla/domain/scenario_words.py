"""The plain words of scenarios: `docs/clocks.md` 8. Here lines become values; `scenarios.py` plays them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from aftercare.programme.clocks import Flag, Kind, Method, NamedBy
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel

_TIMES = ("occurred", "discovered", "reported", "received")
_NAMES = r"[A-Z](?: \([a-z-]+\))?(?:(?:, | and )[A-Z](?: \([a-z-]+\))?)*"
"""`A`, `A and B`, `A (severe), B and C (low)`: relevant persons, and the harm that is stated of them alone."""
_RECEIVED = r"(?: received (?P<received>\S+))?"


class NotUnderstoodError(ValueError):
    """A line is none of the forms. The text says which line, and what would be one."""


@dataclass(frozen=True, slots=True)
class Incident:
    harm: HarmLevel
    kind: Kind
    site: str | None
    times: dict[str, str]


@dataclass(frozen=True, slots=True)
class Flagged:
    flag: Flag


@dataclass(frozen=True, slots=True)
class BefellStaff:
    """The record is about a member of staff, not a patient."""


@dataclass(frozen=True, slots=True)
class NamesPersons:
    """Relevant persons by the letters of the scenario, with their own harm where it is said."""

    persons: tuple[tuple[str, HarmLevel | None], ...]
    received: str | None


@dataclass(frozen=True, slots=True)
class Analysed:
    method: Method


@dataclass(frozen=True, slots=True)
class HarmBecomes:
    harm: HarmLevel
    received: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    at: str


@dataclass(frozen=True, slots=True)
class Named:
    route: NamedBy
    received: str | None


@dataclass(frozen=True, slots=True)
class Act:
    kind: Happening
    at: str
    received: str | None
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Now:
    at: str


Given = Incident | Flagged | BefellStaff | NamesPersons | Analysed | HarmBecomes | Withdrawn | Named | Act | Now


@dataclass(frozen=True, slots=True)
class Claim:
    """What is expected of one rule's clock: `is due`, with what it is said of."""

    what: str
    value: str = ""
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    rule: str
    claims: tuple[Claim, ...]
    whose: str | None = None
    """Of one relevant person, or of `the incident`; of any, where it does not say."""


def read_given(line: str) -> Given:
    """One line of `given`. Raises `NotUnderstoodError`."""
    for pattern, make in _GIVEN:
        if found := pattern.fullmatch(line.strip()):
            try:
                return make(found)
            except ValueError as error:
                raise NotUnderstoodError(f"{line!r}: {error}") from None
    raise NotUnderstoodError(f"{line!r} is no form of a line of `given`: see docs/clocks.md 8")


def read_expected(line: str) -> Expected:
    """One line of `expect`. Raises `NotUnderstoodError`."""
    rule, _, rest = line.strip().partition(" ")
    found = _pattern(r"for (?P<whose>[A-Z]|the incident) (?P<rest>.*)").fullmatch(rest)
    whose, rest = (found["whose"], found["rest"]) if found else (None, rest)
    return Expected(rule, tuple(_claim(line, part) for part in re.split(r", and |, | and ", rest)), whose)


def _claim(line: str, part: str) -> Claim:
    for pattern in _CLAIMS:
        if found := pattern.fullmatch(part.strip()):
            said = found.groupdict()
            return Claim(said["what"], said.get("value") or "", int(said.get("percent") or 0))
    raise NotUnderstoodError(f"{line!r}: {part!r} is nothing that can be expected: see docs/clocks.md 8")


def _incident(found: re.Match[str]) -> Incident:
    what, words = found["what"], found["times"].split()
    is_kind = what in set(Kind)
    return Incident(
        harm=HarmLevel.UNKNOWN if is_kind else HarmLevel(what),
        kind=Kind(what) if is_kind else Kind.ADVERSE_EVENT,
        site=found["site"],
        times=dict(zip(words[::2], words[1::2], strict=True)),
    )


def _names(found: re.Match[str]) -> NamesPersons:
    each = (_pattern(r"([A-Z])(?: \(([a-z-]+)\))?").fullmatch(words) for words in re.split(", | and ", found["names"]))
    persons = tuple((one[1], HarmLevel(one[2]) if one[2] else None) for one in each if one is not None)
    return NamesPersons(persons, found["received"])


def _act(found: re.Match[str]) -> Act:
    persons = tuple(re.split(", | and ", found["persons"])) if found["persons"] else ()
    return Act(Happening(found["kind"]), found["at"], found["received"], persons)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


_GIVEN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Given]], ...] = (
    (
        _pattern(
            rf"an? (?P<what>[a-z-]+)(?: incident)?(?: at (?P<site>\S+))?(?P<times>(?: (?:{'|'.join(_TIMES)}) \S+)*)"
        ),
        _incident,
    ),
    (_pattern(r"the incident has flag (?P<flag>\S+)"), lambda found: Flagged(Flag(found["flag"]))),
    (_pattern(r"the incident befell staff"), lambda _found: BefellStaff()),
    (_pattern(rf"the incident names relevant persons? (?P<names>{_NAMES}){_RECEIVED}"), _names),
    (_pattern(r"the analysis is an? (?P<method>[a-z0-9]+)"), lambda found: Analysed(Method(found["method"]))),
    (
        _pattern(r"harm becomes (?P<harm>\S+) received (?P<received>\S+)"),
        lambda found: HarmBecomes(HarmLevel(found["harm"]), found["received"]),
    ),
    (_pattern(r"the incident is withdrawn at (?P<at>\S+)"), lambda found: Withdrawn(found["at"])),
    (
        _pattern(rf"a person is named by (?P<route>\S+){_RECEIVED}"),
        lambda found: Named(NamedBy(found["route"]), found["received"]),
    ),
    (_pattern(r"it is now (?P<at>\S+)"), lambda found: Now(found["at"])),
    (
        _pattern(rf"(?P<kind>[a-z-]+)(?: for (?P<persons>[A-Z](?:(?:, | and )[A-Z])*))? at (?P<at>\S+){_RECEIVED}"),
        _act,
    ),
)
_CLAIMS = (
    _pattern(r"(?P<what>starts|is due|opens) (?P<value>\S+)"),
    _pattern(r"(?P<what>warns) (?P<percent>\d+)% at (?P<value>\S+)"),
    _pattern(r"(?P<what>is met|is missed|runs|is unmeetable|is cancelled|does not start)"),
)
