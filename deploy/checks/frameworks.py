"""A framework has its place: Faust in the kit's worker and `entrypoints/stream.py`, FastAPI in the other files of
`entrypoints/`. So either can be replaced without reading the rest, and `stream` runs without a web framework.
FastAPI's own telemetry writes the path of a request into spans, and a link's path is its secret: it must be off.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from checks.source import Finding, Source

RULE: Final = "frameworks"
_PLACES: Final = {
    "faust": re.compile(r"kit/stream/(?:faust_worker|offset_guard)\.py$|entrypoints/stream\.py$"),
    "fastapi": re.compile(r"entrypoints/(?!stream\.py|cli\.py)[a-z_]+\.py$"),
}


def find(source: Source) -> Iterator[Finding]:
    """Imports of a framework outside its files, those inside functions too."""
    for node in ast.walk(source.tree):
        for module in _modules(node):
            place = _PLACES.get(module.partition(".")[0])
            if place is not None and not place.search(source.path.as_posix()):
                yield source.finding(
                    node, RULE, f"{module.partition('.')[0]} belongs elsewhere: see deploy/checks/frameworks.py"
                )
        if _talks(node):
            yield source.finding(node, RULE, "FastAPI(...) needs telemetry=NO_TELEMETRY: its spans carry addresses")


def _talks(node: ast.AST) -> bool:
    """Whether this makes an application that tells about requests by itself."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "FastAPI":
        return False
    return not any(
        keyword.arg == "telemetry" and isinstance(keyword.value, ast.Name) and keyword.value.id == "NO_TELEMETRY"
        for keyword in node.keywords
    )


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
