"""Reads clock packs, with the rules of the packs they include."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from aftercare.programme.clock_validation import clock_pack_problems
from aftercare.programme.clocks import ClockPack, ClockRule
from aftercare.programme.loader import CLOCKS, find, shipped
from aftercare.programme.model import Organisation
from aftercare.programme.reading import PackError, parse, read_page
from aftercare.programme.validation import Path as Where
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

    def include(self, own: ClockPack, beside: Path | None, trail: tuple[str, ...]) -> None:
        """Bring in what `own` includes, but for the rules that it replaces or does not want."""
        replaced = {rule.id for rule in own.rules} | set(own.without)
        for index, name in enumerate(own.includes):
            where = ("includes", index)
            file = _named(name, beside)
            if name in trail:
                what = f"these packs include each other: {' > '.join([*trail, name])}"
                self.problems.append(Problem(where, what))
            elif file is None:
                self.problems.append(Problem(where, unknown_pack(name, shipped_clock_packs())))
            else:
                self._read(where, name, file, trail, replaced)

    def _read(self, where: Where, name: str, file: Traversable, trail: tuple[str, ...], replaced: set[str]) -> None:
        try:
            pack = _shipped(name) if _is_shipped(name) else _resolve(file, trail)
        except PackError as error:
            self.refused.extend(line for line in str(error).split("\n") if line not in self.refused)
            return
        if pack.name != name:
            self.problems.append(Problem(where, f"the file {name}.yaml calls itself {pack.name}"))
        for rule, versions in _by_id(pack.rules).items():
            is_same = self.rules.setdefault(rule, versions) == versions
            if is_same or rule in replaced:
                self.origin.setdefault(rule, pack.name)
                continue
            what = f"{pack.name} and {self.origin[rule]} both have a rule {rule}, not the same: write yours here"
            self.problems.append(Problem(where, what))


def _resolve(file: Traversable, trail: tuple[str, ...]) -> ClockPack:
    """`trail`: the files that are being resolved, outermost first."""
    page = read_page(file)
    found = _Included()
    beside = file.parent if isinstance(file, Path) else None

    def check(own: ClockPack) -> list[Problem]:
        found.include(own, beside, (*trail, _stem(file)))
        problems = [*clock_pack_problems(own), *found.problems, *_name(own, file)]
        problems += [*_replaced(own, found), *_without(own, found.rules)]
        return problems or ([] if found.refused else list(_nothing(_kept(own, found.rules))))

    try:
        own = parse(page, ClockPack, check)
    except PackError as error:
        raise PackError("\n".join([str(error), *found.refused])) from None
    if found.refused:
        raise PackError("\n".join(found.refused))
    return own.model_copy(update={"rules": _kept(own, found.rules)})


def _kept(own: ClockPack, included: Rules) -> tuple[ClockRule, ...]:
    rules = included | _by_id(own.rules)
    return tuple(rule for name, versions in rules.items() if name not in own.without for rule in versions)


def _name(own: ClockPack, file: Traversable) -> Iterator[Problem]:
    if _is_shipped(own.name) and file != find(own.name, CLOCKS):
        yield Problem(("name",), f"{own.name} is a shipped pack's name: choose another")


def _replaced(own: ClockPack, included: _Included) -> Iterator[Problem]:
    """What takes the place of another promise by accident, having happened upon its id."""
    for index, rule in enumerate(own.rules):
        for theirs in included.rules.get(rule.id, ())[:1]:
            if (rule.subject, rule.catalogue) != (theirs.subject, theirs.catalogue):
                what = f"{included.origin[rule.id]} has a rule {rule.id} of another row or subject: choose another id"
                yield Problem(("rules", index, "id"), what)


def _without(own: ClockPack, included: Rules) -> Iterator[Problem]:
    here = {rule.id for rule in own.rules}
    for index, name in enumerate(own.without):
        if name in here:
            yield Problem(("without", index), f"{name} is one of the rules here: leave out one of the two")
        elif name not in included:
            yield Problem(("without", index), f"no included pack has a rule {name}")


def _nothing(rules: Iterable[ClockRule]) -> Iterator[Problem]:
    if not any(rule.enabled and not rule.waits_for for rule in rules):
        yield Problem(("rules",), "nothing here can be measured: no rule is enabled, or none can start")


def _stem(file: Traversable) -> str:
    return file.name.removesuffix(".yaml")


def _by_id(rules: Iterable[ClockRule]) -> Rules:
    found: dict[str, list[ClockRule]] = {}
    for rule in rules:
        found.setdefault(rule.id, []).append(rule)
    return {name: tuple(versions) for name, versions in found.items()}
