"""A metric that is named and that nobody records is a promise to SREs that is not kept."""

import ast
import importlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from aftercare.kit.telemetry.page import all_catalogues

ROOT = Path(__file__).parents[3]
PACKAGES = sorted({catalogue.scope.removeprefix("aftercare.") for catalogue in all_catalogues()})
RECORDED_IN = {"kit": "telemetry/meters.py"}
NAMED_IN = {"kit": "aftercare.kit.telemetry.names"}


def folder(package: str) -> Path:
    return ROOT / "services" / package / "src" / "aftercare" / package


def recorders(package: str) -> dict[str, set[str]]:
    """Each function that records, with the members of `Metric` that it or what it calls beside it mentions."""
    tree = ast.parse((folder(package) / RECORDED_IN.get(package, "telemetry.py")).read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    mentioned = {function.name: set(_mentioned(function)) for function in functions}
    for function in functions:
        for called in {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & mentioned.keys():
            mentioned[function.name] |= mentioned[called]
    return mentioned


def _mentioned(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Metric":
            yield node.attr


def elsewhere(package: str) -> str:
    """All code that could call it, but for the definitions."""
    searched = [ROOT / "services" / one / "src" for one in ([package] if package != "kit" else PACKAGES)]
    own = {folder(package) / RECORDED_IN.get(package, "telemetry.py"), folder("kit") / "telemetry" / "names.py"}
    files = (file for place in searched for file in place.rglob("*.py") if file not in own)
    return "\n".join(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_metric_is_recorded_by_somebody(package: str) -> None:
    names: type[StrEnum] = importlib.import_module(NAMED_IN.get(package, f"aftercare.{package}.telemetry")).Metric
    code = elsewhere(package)
    by_function = recorders(package)
    for member in names:
        ways = {name for name, mentioned in by_function.items() if member.name in mentioned}
        called = any(f"{name}(" in code for name in ways) or any(f"telemetry.{name}" in code for name in ways)
        assert called or member.name.lower() in code, f"nobody records {member.value}"


def test_no_gauge_is_measured_in_ones() -> None:
    """What comes by a collector would have the end `_ratio`, and another name than on the page that is scraped."""
    gauges = {
        name: one.unit
        for catalogue in all_catalogues()
        for name, one in catalogue.entries.items()
        if one.kind == "gauge"
    }
    assert len(gauges) > 10
    assert [name for name, unit in gauges.items() if unit == "1"] == []
