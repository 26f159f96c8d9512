"""Objectives in OpenSLO's form (`slo/*.yaml`), read and checked.

What OpenSLO has no field for stands in annotations: the alert's name and words, the runbook, and how many events there
must have been before a share of them means anything. `{{.window}}` in a query stands for a window, as Sloth has it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from telemetry.places import OBJECTIVES, read_yaml

WINDOW: Final = "{{.window}}"
FASTEST_BURN: Final = 14.4
"""Against the budget, as the SRE Workbook has it for an hour and five minutes."""


class ObjectiveError(ValueError):
    """A file of objectives can't be used. The text says which and why."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective. `errors` is a PromQL template for the share of bad events; `events` for their rate per second."""

    name: str
    title: str
    promise: str
    target: float
    errors: str
    events: str | None
    minimum_events: int
    alert: str
    runbook: str
    summary: str
    meaning: str

    @property
    def budget(self) -> float:
        """The share that may go wrong."""
        return round(1 - self.target, 6)


def read_objectives(folder: Path = OBJECTIVES) -> Iterator[Objective]:
    """All objectives, by name. Raises `ObjectiveError`."""
    for path in sorted(folder.glob("*.yaml")):
        try:
            yield _objective(read_yaml(path))
        except (KeyError, TypeError, ValueError) as error:
            raise ObjectiveError(f"{path.name}: {type(error).__name__}: {error}") from error


def _objective(document: dict[str, Any]) -> Objective:
    if (document["apiVersion"], document["kind"]) != ("openslo/v1", "SLO"):
        raise ValueError("is not an SLO of openslo/v1")
    metadata, spec = document["metadata"], document["spec"]
    notes = metadata["annotations"]
    (stated,) = spec["objectives"]
    target = float(stated["target"])
    if FASTEST_BURN * (1 - target) >= 1:
        raise ValueError(f"a target of {target} can never burn fast enough to ring; count instead")
    errors, events = _queries(spec["indicator"]["spec"]["ratioMetric"])
    return Objective(
        name=metadata["name"],
        title=metadata["displayName"],
        promise=stated["displayName"],
        target=target,
        errors=errors,
        events=events,
        minimum_events=int(notes["aftercare/minimum-events"]),
        alert=notes["aftercare/alert"],
        runbook=notes["aftercare/runbook"],
        summary=notes["aftercare/summary"],
        meaning=notes["aftercare/meaning"],
    )


def _queries(ratio: dict[str, Any]) -> tuple[str, str | None]:
    """The share of bad events and the rate of all, from `bad` or `good` over `total`, or from a raw share."""
    if "raw" in ratio:
        if ratio["rawType"] != "failure":
            raise ValueError("a raw indicator states the share of failure")
        return _query(ratio["raw"]), None
    total = _query(ratio["total"])
    if "bad" in ratio:
        bad = f"(({_query(ratio['bad'])}) or ({total}) * 0)"
    else:
        bad = f"(({total}) - ({_query(ratio['good'])}))"
    return f"{bad} / (({total}) > 0)", total


def _query(source: dict[str, Any]) -> str:
    query = str(source["metricSource"]["spec"]["query"])
    if WINDOW not in query:
        raise ValueError(f"a query without {WINDOW}")
    return query
