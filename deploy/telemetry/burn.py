"""Rules from objectives: the share of errors over seven windows, and alerts when the budget burns too fast.

Two windows for each alert, as in the SRE Workbook: the long one says that it matters, the short one that it goes on.
Where an objective states a minimum of events, the long window must have had as many: three mails at night are no share.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from telemetry.objectives import FASTEST_BURN, WINDOW, Objective
from telemetry.promql import pretty

_SECONDS: Final = {"5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21600, "1d": 86400, "3d": 259200}


@dataclass(frozen=True, slots=True)
class Burn:
    """So many times faster than the budget allows, over both windows."""

    factor: float
    long: str
    short: str


PAGES: Final = (Burn(FASTEST_BURN, "1h", "5m"), Burn(6, "6h", "30m"))
"""2 and 5 percent of a month's budget gone."""
TICKETS: Final = (Burn(3, "1d", "2h"), Burn(1, "3d", "6h"))
"""10 percent of it gone."""


def rule_groups(objectives: Iterable[Objective]) -> dict[str, Any]:
    """The content of a Prometheus file of rules."""
    return {"groups": [group for objective in objectives for group in _groups(objective)]}


def _groups(objective: Objective) -> Iterator[dict[str, Any]]:
    yield {"name": f"aftercare-slo-{objective.name}-recorded", "rules": list(_recordings(objective))}
    alerts = [_alert(objective, "page", PAGES), _alert(objective, "ticket", TICKETS)]
    yield {"name": f"aftercare-slo-{objective.name}", "rules": alerts}


def _recordings(objective: Objective) -> Iterator[dict[str, Any]]:
    labels = {"slo": objective.name}
    for window in _SECONDS:
        expression = objective.errors.replace(WINDOW, window)
        yield {"record": _errors(window), "expr": pretty(expression), "labels": labels}
    if objective.events is not None:
        for burn in (*PAGES, *TICKETS):
            count = f"({objective.events.replace(WINDOW, burn.long)}) * {_SECONDS[burn.long]}"
            yield {"record": _events(burn.long), "expr": pretty(count), "labels": labels}
    yield {"record": "aftercare:slo_objective:ratio", "expr": f"vector({objective.target:g})", "labels": labels}


def _alert(objective: Objective, severity: str, burns: Iterable[Burn]) -> dict[str, Any]:
    return {
        "alert": objective.alert,
        "expr": pretty(" or ".join(_burning(objective, burn) for burn in burns)),
        "for": "2m" if severity == "page" else "15m",
        "labels": {"severity": severity, "slo": objective.name},
        "annotations": {
            "summary": objective.summary,
            "description": f"{objective.meaning} The promise: {objective.promise}.",
            "runbook_url": objective.runbook,
        },
    }


def _burning(objective: Objective, burn: Burn) -> str:
    limit = f"{burn.factor * objective.budget:g}"
    this = f'{{slo="{objective.name}"}}'
    both = f"{_errors(burn.long)}{this} > {limit} and {_errors(burn.short)}{this} > {limit}"
    if objective.events is None:
        return f"({both})"
    return f"({both} and {_events(burn.long)}{this} >= {objective.minimum_events})"


def _errors(window: str) -> str:
    return f"aftercare:slo_errors:ratio_{window}"


def _events(window: str) -> str:
    return f"aftercare:slo_events:count_{window}"
