"""Reads clock packs, with the rules of the packs they include."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from aftercare.programme.clock_validation import clock_pack_problems
from aftercare.programme.clocks import ClockPack, ClockRule
from aftercare.programme.loader import CLOCKS, find, shipped
from aftercare.programme.model import Organisation
from aftercare.programme.reading import PackError, parse, read_page
from aftercare.programme.validation import Problem, unknown_pack

Rules = dict[str, tuple[ClockRule, ...]]
"""All versions of each rule, by its id."""


def load_clock_pack(name_or_path: str | Path) -> ClockPack:
    """A shipped clock pack by its name (`england`), or any by its path, with the rules of what it includes.

    An included pack is a shipped one, or a file of that name beside the including one. Scenarios are the pack's own.
    Raises `PackError`.
    """
    name = str(name_or_path)
    return _shipped(name) if name in shipped_clock_packs() else _resolve(find(name_or_path, CLOCKS), ())


def shipped_clock_packs() -> list[str]:
    """The names of the clock packs that come with the package."""
    return shipped(CLOCKS)


def packs_of(organisation: Organisation, beside: Path | None = None) -> dict[str, ClockPack]:
    """The pack that holds at each site, by the site's code. Own packs lie `beside` the organisation's file.

    Raises `PackError`, also for a jurisdiction that is no pack.
    """
    packs: dict[str, ClockPack] = {}
    for site in organisation.sites:
        file = _named(site.jurisdiction, beside)
        if file is None:
            raise PackError(f"site {site.code}: {unknown_pack(site.jurisdiction, shipped_clock_packs())}")
        packs[site.code] = _shipped(site.jurisdiction) if _is_shipped(site.jurisdiction) else _resolve(file, ())
    return packs


@lru_cache(maxsize=64)
def _shipped(name: str) -> ClockPack:
    return _resolve(find(name, CLOCKS), ())


def _is_shipped(name: str) -> bool:
    return name in shipped_clock_packs()


def _named(name: str, beside: Path | None) -> Traversable | None:
    """The pack of that name. A shipped one comes first: no file can take its place unnoticed."""
    if _is_shipped(name):
        return find(name, CLOCKS)
    own = None if beside is None else beside / f"{name}.yaml"
    return own if own is not None and own.is_file() else None


@dataclass
class _Included:
    """What the included packs bring, and what is wrong with them."""

    rules: Rules = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Problems inside included files, told with their own file and line."""

    def take(self, index: int, pack: ClockPack, replaced: set[str]) -> None:
        for rule, versions in _by_id(pack.rules).items():
            if rule in replaced or self.rules.setdefault(rule, versions) == versions:
                self.origin.setdefault(rule, pack.name)
                continue
            what = f"{pack.name} and {self.origin[rule]} both have a rule {rule}, not the same: write yours here"
            self.problems.append(Problem(("includes", index), what))


def _resolve(file: Traversable, trail: tuple[str, ...]) -> ClockPack:
    """`trail`: the names of the packs that are being resolved, outermost first."""
    page = read_page(file)
    own = parse(page, ClockPack, clock_pack_problems)
    included = _include(own, file.parent if isinstance(file, Path) else None, (*trail, own.name))
    problems = [*included.problems, *_without_nothing(own, included.rules)]
    if _is_shipped(own.name) and file != find(own.name, CLOCKS):
        problems.append(Problem(("name",), f"{own.name} is a shipped pack's name: choose another"))
    rules = included.rules | _by_id(own.rules)
    kept = tuple(rule for name, versions in rules.items() if name not in own.without for rule in versions)
    if not any(rule.enabled and not rule.waits_for for rule in kept):
        problems.append(Problem(("rules",), "nothing here can be measured: no rule is enabled, or none can start"))
    if problems or included.refused:
        raise PackError("\n".join([*page.tell(problems), *included.refused]))
    return own.model_copy(update={"rules": kept})


def _include(own: ClockPack, beside: Path | None, trail: tuple[str, ...]) -> _Included:
    found = _Included()
    replaced = {rule.id for rule in own.rules} | set(own.without)
    for index, name in enumerate(own.includes):
        where = ("includes", index)
        file = _named(name, beside)
        if name in trail:
            found.problems.append(Problem(where, f"these packs include each other: {' > '.join([*trail, name])}"))
        elif file is None:
            found.problems.append(Problem(where, unknown_pack(name, shipped_clock_packs())))
        else:
            try:
                pack = _resolve(file, trail)
            except PackError as error:
                found.refused.extend(line for line in str(error).splitlines() if line not in found.refused)
                continue
            if pack.name != name:
                found.problems.append(Problem(where, f"the file {name}.yaml calls itself {pack.name}"))
            found.take(index, pack, replaced)
    return found


def _without_nothing(own: ClockPack, included: Rules) -> Iterable[Problem]:
    for index, name in enumerate(own.without):
        if name not in included:
            yield Problem(("without", index), f"no included pack has a rule {name}")


def _by_id(rules: Iterable[ClockRule]) -> Rules:
    found: dict[str, list[ClockRule]] = {}
    for rule in rules:
        found.setdefault(rule.id, []).append(rule)
    return {name: tuple(versions) for name, versions in found.items()}
