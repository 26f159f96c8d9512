"""What a service hands in to be run: its name, its settings, and how it is put together."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aftercare.kit.service import Runtime, Service
from aftercare.kit.settings import ServiceSettings

Bootstrap = Callable[[Runtime, Any], Service | Awaitable[Service]]
"""`bootstrap(runtime, settings) -> Service`, plain or async."""
CreateApp = Callable[[Service, Runtime], Any]
"""`create_app(service, runtime) -> ASGI application`."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One service, not yet built."""

    name: str
    settings: type[ServiceSettings]
    bootstrap: Bootstrap
    create_app: CreateApp | None = None
    migrations: Mapping[str, Path] = field(default_factory=dict)
    """Folder of Alembic revisions by the setting that holds the database's URL (`database_url`)."""
