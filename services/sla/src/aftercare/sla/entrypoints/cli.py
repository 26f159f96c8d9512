"""`aftercare-sla`: the processes of one side, named by `AFTERCARE_SIDE`."""

import os
from pathlib import Path
from typing import Any

from aftercare.kit.cli import service_cli
from aftercare.programme.clocks import Side
from aftercare.sla.bootstrap import bootstrap
from aftercare.sla.config import SlaSettings

_HERE = Path(__file__).resolve()
_FOLDER = next((each for each in _HERE.parents if (each / "migrations").is_dir()), _HERE.parent)


def create_app(service: Any, runtime: Any) -> Any:
    """The HTTP application; `stream` never loads it."""
    from aftercare.sla.entrypoints.api import create_app as create  # noqa: PLC0415

    return create(service, runtime)


def deployment() -> str:
    """`sla-event` or `sla-support`: in logs, traces and events each side has a name of its own."""
    side = os.environ.get("AFTERCARE_SIDE", "")
    return f"sla-{side}" if side in set(Side) else "sla"


app = service_cli(
    deployment(),
    settings=SlaSettings,
    bootstrap=bootstrap,
    create_app=create_app,
    migrations=_FOLDER / "migrations",
)
