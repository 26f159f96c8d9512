"""`aftercare-support`: the service's processes."""

from pathlib import Path
from typing import Any

from aftercare.kit.cli import service_cli
from aftercare.support.bootstrap import bootstrap
from aftercare.support.config import SupportSettings

_HERE = Path(__file__).resolve()
_FOLDER = next((each for each in _HERE.parents if (each / "migrations").is_dir()), _HERE.parent)


def create_app(service: Any, runtime: Any) -> Any:
    """The HTTP application; `stream` never loads it."""
    from aftercare.support.entrypoints.api import create_app as create  # noqa: PLC0415

    return create(service, runtime)


app = service_cli(
    "support",
    settings=SupportSettings,
    bootstrap=bootstrap,
    create_app=create_app,
    migrations=_FOLDER / "migrations",
)
