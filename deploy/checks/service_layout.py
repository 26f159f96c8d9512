"""The same names in each service, and nothing else at that level (H1): who knows one service knows all."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from checks.source import Finding

RULE: Final = "service-layout"
LIBRARIES: Final = frozenset({"kit", "programme"})
_BESIDE: Final = frozenset(
    {"README.md", "pyproject.toml", "Dockerfile", "babel.cfg", "migrations", "migrations_keys"}
    | {"migrations_auditor", "src", "tests"}
)
"""`migrations_keys`, `migrations_auditor`: what lives in a database of its own migrates that one too."""
_INSIDE: Final = frozenset(
    {
        "__init__.py",
        "py.typed",
        "domain",
        "service_layer",
        "adapters",
        "entrypoints",
        "translation.py",
        "translation_in.py",
        "translation_out.py",
        "bootstrap.py",
        "application.py",
        "config.py",
        "telemetry.py",
        "words",
        "auditor",
    }
)
"""`application.py`: what bootstrap wires, when that is long. `words`: texts and templates that people read.

`auditor`: a second reading of the same rules that shares nothing with the first, and runs as a process of its own.
"""
_NEEDED: Final = (
    "domain",
    "service_layer",
    "adapters",
    "entrypoints/api.py",
    "entrypoints/stream.py",
    "entrypoints/cli.py",
    "bootstrap.py",
    "config.py",
)
_SAYS_NOTHING: Final = re.compile(r"^(?:utils?|helpers?|common|misc|managers?|shared|stuff|tools)(?:\.py)?$")
_IGNORED: Final = re.compile(r"^(?:__pycache__|.*\.example\.[a-z]+|\..*|.*\.egg-info|dist|build)$")


def find(root: Path) -> Iterator[Finding]:
    """What stands where it does not belong, and what is missing, in every service."""
    for service in sorted(path for path in (root / "services").iterdir() if path.is_dir()):
        if service.name in LIBRARIES or _IGNORED.match(service.name):
            continue
        package = service / "src" / "aftercare" / service.name
        yield from _strangers(root, service, _BESIDE)
        yield from _strangers(root, package, _INSIDE)
        yield from _missing(root, service, ("README.md", "pyproject.toml", "tests"))
        yield from _missing(root, package, _NEEDED)
    for path in sorted((root / "services").glob("*/src/**/*")):
        if _SAYS_NOTHING.match(path.name):
            yield _finding(root, path, "is called by nothing that it holds; name it after the field")


def _strangers(root: Path, folder: Path, allowed: frozenset[str]) -> Iterator[Finding]:
    for child in _children(folder):
        if child.name not in allowed and not _is_data(child):
            yield _finding(root, child, f"only {', '.join(sorted(allowed))} stand at this level")


def _is_data(path: Path) -> bool:
    """A folder without code, such as catalogues of words or templates, may be called by what it holds."""
    return path.is_dir() and not any(path.rglob("*.py"))


def _missing(root: Path, folder: Path, needed: tuple[str, ...]) -> Iterator[Finding]:
    for name in needed:
        if not (folder / name).exists():
            yield _finding(root, folder / name, "is missing")


def _children(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(child for child in folder.iterdir() if not _IGNORED.match(child.name))


def _finding(root: Path, path: Path, advice: str) -> Finding:
    return Finding(path.relative_to(root), 1, RULE, advice)
