"""The plain words of scenarios: `docs/clocks.md` 8. Here lines become values; `scenarios.py` plays them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from aftercare.programme.clocks import Flag, Kind, NamedBy
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel

_TIMES = ("occurred", "discovered", "reported", "received")
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


@dataclass(frozen=True, slots=True)
class Now:
    at: str


Given = Incident | Flagged | HarmBecomes | Withdrawn | Named | Act | Now


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
    return Expected(rule, tuple(_claim(line, part) for part in re.split(r", and |, | and ", rest)))


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
        _pattern(rf"(?P<kind>[a-z-]+) at (?P<at>\S+){_RECEIVED}"),
        lambda found: Act(Happening(found["kind"]), found["at"], found["received"]),
    ),
)
_CLAIMS = (
    _pattern(r"(?P<what>starts|is due|opens) (?P<value>\S+)"),
    _pattern(r"(?P<what>warns) (?P<percent>\d+)% at (?P<value>\S+)"),
    _pattern(r"(?P<what>is met|is missed|runs|is unmeetable|is cancelled|does not start)"),
)
