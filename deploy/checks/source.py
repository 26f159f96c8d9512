"""Python files, read and parsed once, and what a rule says about them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CODE: Final = ("schemas/src", "services/*/src")
"""What the rules of the product hold for."""
TOOLS: Final = ("deploy",)
TESTS: Final = ("schemas/tests", "services/*/tests", "integration-tests", "deploy/tests")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place where a rule is broken, and what to do about it."""

    path: Path
    line: int
    rule: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `path` is relative to the repository."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, path: Path, text: str) -> "Source":
        """Raises `SyntaxError` with the path."""
        return cls(path, text, ast.parse(text, filename=str(path)))

    @property
    def package(self) -> str:
        """`support` of `services/support/src/...`; `schemas`, `deploy` or the folder elsewhere."""
        parts = self.path.parts
        return parts[1] if parts[0] == "services" else parts[0]

    def finding(self, node: ast.AST, rule: str, advice: str) -> Finding:
        return Finding(self.path, getattr(node, "lineno", 1), rule, advice)


def read_sources(root: Path, *patterns: str) -> list[Source]:
    """All Python files below the folders that match, in a stable order; folders that are not there are skipped."""
    files = sorted({file for pattern in patterns for folder in root.glob(pattern) for file in _python_files(folder)})
    return [Source.parse(file.relative_to(root), file.read_text(encoding="utf-8")) for file in files]


def _python_files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*.py"):
        if not {".venv", ".cache", "__pycache__", "run"} & set(file.parts):
            yield file


def imported_names(tree: ast.Module) -> dict[str, str]:
    """What each local name stands for: `{"dt": "datetime", "now": "time.time"}`, wherever it was imported."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                target = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or target] = target
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    """`datetime.datetime.now` for an expression that means it, whatever the import called it."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, names)
        return None if before is None else f"{before}.{node.attr}"
    return None
