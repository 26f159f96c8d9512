"""As much of Grafana's dashboard format as our two dashboards need: panels in a grid of 24 columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Json = dict[str, Any]
Kind = Literal["timeseries", "stat", "bargauge", "table", "heatmap"]
COLUMNS: Final = 24
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Query:
    """One expression, and how its series are called (`{{rule}}`)."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. `about` says what it means and where to go on; `limit` draws a line where trouble begins."""

    title: str
    about: str
    queries: Sequence[Query]
    kind: Kind = "timeseries"
    unit: str = "short"
    width: int = 8
    height: int = 8
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Choice:
    """A list at the top of the page from which exactly one is chosen."""

    name: str
    label: str
    options: Sequence[str]
    chosen: str


@dataclass(frozen=True, slots=True)
class Board:
    """One page."""

    uid: str
    title: str
    about: str
    rows: Sequence[Row]
    choices: Sequence[Choice] = ()
    since: str = "now-24h"


def counted(series: str, window: str) -> str:
    """How much of a counter came in a window, with what it began with: `increase` sees nothing of that.

    A hospital has few of most things; the first after a start is one of few.
    """
    grew = f"increase({series}[{window}])"
    return f"({grew} + (min_over_time({series}[{window}]) unless {series} offset {window}) or {grew})"


def rendered(board: Board) -> Json:
    """What Grafana imports."""
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.about,
        "tags": ["aftercare"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": board.since, "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_datasource(), *map(_variable, board.choices)]},
        "panels": _panels(board.rows),
    }


def _datasource() -> Json:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _variable(choice: Choice) -> Json:
    options = [{"text": one, "value": one, "selected": one == choice.chosen} for one in choice.options]
    return {
        "name": choice.name,
        "label": choice.label,
        "type": "custom",
        "multi": False,
        "includeAll": False,
        "query": ",".join(choice.options),
        "options": options,
        "current": {"text": choice.chosen, "value": choice.chosen},
    }


def _panels(rows: Sequence[Row]) -> list[Json]:
    found: list[Json] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
        found.append({"id": len(found) + 1, "type": "row", "title": row.title, "gridPos": place, "panels": []})
        top += 1
        left = tallest = 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                left, top, tallest = 0, top + tallest, 0
            place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
            found.append({"id": len(found) + 1, "gridPos": place} | _panel(panel))
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest
    return found


def _panel(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
    custom = {"thresholdsStyle": {"mode": "line" if panel.limit is not None else "off"}}
    defaults: Json = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}, "min": 0}
    if panel.kind == "timeseries":
        defaults["custom"] = custom
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "targets": [_target(panel, query, number) for number, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _options(panel.kind),
    }


def _target(panel: Panel, query: Query, number: int) -> Json:
    at_once = panel.kind in ("stat", "bargauge", "table")
    shape = "table" if panel.kind == "table" else "heatmap" if panel.kind == "heatmap" else "time_series"
    return {
        "refId": chr(ord("A") + number),
        "datasource": _SOURCE,
        "expr": query.expression,
        "legendFormat": query.legend or "__auto",
        "instant": at_once,
        "range": not at_once,
        "format": shape,
    }


def _options(kind: Kind) -> Json:
    last = {"calcs": ["lastNotNull"], "values": False}
    options: dict[Kind, Json] = {
        "timeseries": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "stat": {"reduceOptions": last, "colorMode": "value", "textMode": "value_and_name"},
        "bargauge": {"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"},
        "table": {"showHeader": True},
        "heatmap": {"calculate": False, "yAxis": {"unit": "short"}},
    }
    return options[kind]
