"""The two pages: one for those who run the programme, one for those who run the machines."""

from collections.abc import Mapping

from aftercare.programme.clocks import Side, Standing
from telemetry.grafana import Board, Choice, Json, rendered
from telemetry.pipeline_board import PIPELINE_ROWS
from telemetry.programme_board import PROGRAMME_ROWS

PROGRAMME = Board(
    uid="aftercare-programme",
    title="Aftercare: the programme",
    about="Promises of time to people: how many run, were kept, were not. One class at a time.",
    rows=PROGRAMME_ROWS,
    choices=(
        Choice("side", "Side", [one.value for one in Side], Side.SUPPORT.value),
        Choice("standing", "Class of promise", [one.value for one in Standing], Standing.PRACTICE.value),
    ),
    since="now-7d",
)
PIPELINE = Board(
    uid="aftercare-pipeline",
    title="Aftercare: the pipeline",
    about="Whether messages flow, timers fire and processes live. What to do is in docs/runbooks.",
    rows=PIPELINE_ROWS,
)


def dashboards() -> Mapping[str, Json]:
    """By the name of the file."""
    return {"programme": rendered(PROGRAMME), "pipeline": rendered(PIPELINE)}
