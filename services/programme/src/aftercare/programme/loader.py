"""Finds and reads packs. Everything wrong is told at once, each with its line and field."""

from functools import partial
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from aftercare.programme.model import Organisation, Programme
from aftercare.programme.reading import PackError, parse, read_page
from aftercare.programme.validation import organisation_problems, programme_problems

CLOCKS = "clocks"
"""The folder of the clock packs, which `clock_loader` reads."""

__all__ = ["CLOCKS", "PackError", "find", "load_organisation", "load_programme", "shipped", "shipped_packs"]


def load_programme(name_or_path: str | Path) -> Programme:
    """A shipped pack by its name (`generic`), or any pack by its path. Raises `PackError`."""
    return parse(read_page(find(name_or_path)), Programme, programme_problems)


def load_organisation(path: str | Path, *, calendars: bool = True) -> Organisation:
    """An organisation by its path; `demo-organisation` is shipped. Raises `PackError`.

    A service that counts no working days leaves out `calendars` of public holidays: they take 12 MB of its memory.
    The jurisdiction of a site is a shipped clock pack, or a file of that name beside the organisation's.
    """
    file = find(path)
    own = [one.stem for one in file.parent.glob("*.yaml")] if isinstance(file, Path) else []
    check = partial(organisation_problems, calendars=calendars, own_packs=own, shipped_packs=shipped(CLOCKS))
    return parse(read_page(file), Organisation, check)


def shipped_packs() -> list[str]:
    """The names of the programme and organisation packs that come with the package."""
    return shipped()


def shipped(*folders: str) -> list[str]:
    """The names of the packs in a folder of the package."""
    names = [entry.name for entry in _packs(folders).iterdir() if entry.name.endswith(".yaml")]
    return sorted(name.removesuffix(".yaml") for name in names)


def find(name_or_path: str | Path, *folders: str) -> Traversable:
    """A shipped pack's file by its name, else the file at that path. Raises `PackError`."""
    name = str(name_or_path)
    names = shipped(*folders)
    if name in names:
        return _packs(folders) / f"{name}.yaml"
    path = Path(name_or_path)
    if not path.is_file():
        raise PackError(f"{name}: no such file, and no shipped pack of that name (there are: {names})")
    return path


def _packs(folders: tuple[str, ...]) -> Traversable:
    return resources.files("aftercare.programme").joinpath("packs", *folders)
