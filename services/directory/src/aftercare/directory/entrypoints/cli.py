"""`aftercare-directory`: the service's processes, and what an administrator does by hand."""

from pathlib import Path
from typing import Any

from aftercare.directory.bootstrap import bootstrap
from aftercare.directory.config import DirectorySettings
from aftercare.directory.entrypoints.commands import commands
from aftercare.kit.cli import service_cli

_HERE = Path(__file__).resolve()
_FOLDER = next((each for each in _HERE.parents if (each / "migrations").is_dir()), _HERE.parent)


def create_app(service: Any, runtime: Any) -> Any:
    """The HTTP application; `stream` never loads it."""
    from aftercare.directory.entrypoints.api import create_app as create  # noqa: PLC0415

    return create(service, runtime)


app = service_cli(
    "directory",
    settings=DirectorySettings,
    bootstrap=bootstrap,
    create_app=create_app,
    migrations={
        "database_url": _FOLDER / "migrations",
        "contact_keys_database_url": _FOLDER / "migrations_keys",
    },
    commands=commands,
)
