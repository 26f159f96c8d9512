"""Joins the parts of the clocks. The only place that knows all of them."""

from dataclasses import dataclass

from aftercare.kit.service import Runtime, Service
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.sla.config import SlaSettings
from aftercare.sla.entrypoints.stream import consumers
from aftercare.sla.service_layer.handlers import Handlers


@dataclass(frozen=True, slots=True)
class Sla:
    """The wired service, as `entrypoints/` use it."""

    settings: SlaSettings
    unit_of_work: UnitOfWork


def bootstrap(runtime: Runtime, settings: SlaSettings) -> Service:
    """Build the clocks of one side."""
    return Service(
        name=f"sla-{settings.side}",
        application=Sla(settings, runtime.unit_of_work),
        consumers=consumers(settings.side, Handlers()),
    )
