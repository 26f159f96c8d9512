"""`aftercare-outreach`: `api`, `stream`, `migrate`, `settings`."""

from pathlib import Path
from typing import Any

from aftercare.kit.cli import service_cli
from aftercare.outreach.config import OutreachSettings


def _bootstrap(runtime: Any, settings: OutreachSettings) -> Any:
    from aftercare.outreach.bootstrap import bootstrap  # noqa: PLC0415 - `settings` and `migrate` need none of it

    return bootstrap(runtime, settings)


def _create_app(service: Any, runtime: Any) -> Any:
    from aftercare.outreach.entrypoints.api import create_app  # noqa: PLC0415 - `stream` needs no FastAPI

    return create_app(service, runtime)


MIGRATIONS = Path(__file__).parents[4] / "migrations"

app = service_cli(
    "outreach", settings=OutreachSettings, bootstrap=_bootstrap, create_app=_create_app, migrations=MIGRATIONS
)
