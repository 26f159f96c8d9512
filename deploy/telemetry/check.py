"""What must hold between rules, runbooks, dashboards and the metrics that exist."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from telemetry.known import Known, measured, with_recordings
from telemetry.places import DASHBOARDS, ROOT, RULES, RUNBOOKS, read_yaml
from telemetry.promql import ExpressionError

SEVERITIES: Final = frozenset({"page", "ticket", "none"})
_OF_GRAFANA: Final = (("$__rate_interval", "5m"), ("$__range", "1d"), ("$__interval", "1m"))
_CLOCKS: Final = re.compile(
    r"aftercare_sla_(?:clocks|start_to_stop|share_used|detection_lag|warnings)\w*(?:\{[^}]*\})?"
)
_ALERT_LINE: Final = re.compile(r"^\*\*Alerts?:\*\* (.+)$", re.MULTILINE)


def groups(folder: Path = RULES) -> list[Mapping[str, Any]]:
    """All groups of all files of rules."""
    return [group for path in sorted(folder.glob("*.yaml")) for group in read_yaml(path)["groups"]]


def alerts(all_groups: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [rule for group in all_groups for rule in group["rules"] if "alert" in rule]


def all_known(all_groups: Iterable[Mapping[str, Any]]) -> Known:
    """What the code measures and what the rules record."""
    return with_recordings(measured(), all_groups)


def rule_faults(all_groups: list[Mapping[str, Any]]) -> Iterator[str]:
    """Expressions that name what nobody measures; alerts without words, a severity, a runbook."""
    known = all_known(all_groups)
    for group in all_groups:
        for rule in group["rules"]:
            name = rule.get("alert") or rule["record"]
            yield from (f"{name}: {fault}" for fault in _expression_faults(known, str(rule["expr"])))
    for alert in alerts(all_groups):
        yield from (f"{alert['alert']}: {fault}" for fault in _alert_faults(alert))


def _expression_faults(known: Known, expression: str) -> Iterable[str]:
    try:
        return list(known.faults(expression))
    except ExpressionError as error:
        return [f"is not PromQL: {error}"]


def _alert_faults(alert: Mapping[str, Any]) -> Iterator[str]:
    if alert.get("labels", {}).get("severity") not in SEVERITIES:
        yield "has no severity of ours"
    notes = alert.get("annotations", {})
    yield from (f"has no {note}" for note in ("summary", "description", "runbook_url") if not notes.get(note))
    page = ROOT / notes.get("runbook_url", "none")
    if not page.is_file():
        yield f"its runbook {notes.get('runbook_url')} is not there"
    elif alert["alert"] not in alerts_of(page):
        yield f"its runbook {page.name} does not say that it is about it"


def alerts_of(page: Path) -> list[str]:
    """The alerts that a runbook says it is about: the line `**Alert:** NAME, NAME`."""
    found = _ALERT_LINE.search(page.read_text(encoding="utf-8"))
    return re.findall(r"`(\w+)`", found[1]) if found else []


def runbook_faults(all_groups: Iterable[Mapping[str, Any]], folder: Path = RUNBOOKS) -> Iterator[str]:
    """Runbooks about alerts that do not exist, and pages that the list of runbooks leaves out."""
    names = {alert["alert"] for alert in alerts(all_groups)}
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("*.md")):
        yield from (f"{page.name} is about {name}, which no rule has" for name in alerts_of(page) if name not in names)
        if page.name != "README.md" and f"({page.name})" not in listed:
            yield f"README.md of the runbooks does not list {page.name}"


def dashboard_faults(known: Known, folder: Path = DASHBOARDS) -> Iterator[str]:
    """Panels that ask for what nobody measures, and panels that mix classes of clocks."""
    for path in sorted(folder.glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                where = f"{path.name}, {panel['title']}"
                yield from (f"{where}: {fault}" for fault in _panel_faults(known, target["expr"]))


def _panel_faults(known: Known, expression: str) -> Iterator[str]:
    for selector in _CLOCKS.findall(expression):
        if 'standing="$standing"' not in selector:
            yield "mixes classes of clocks"
    for variable, window in _OF_GRAFANA:
        expression = expression.replace(variable, window)
    yield from _expression_faults(known, expression)
