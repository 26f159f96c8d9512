"""Joins the parts of the clocks. The only place that knows all of them."""

from dataclasses import dataclass
from pathlib import Path

from aftercare.kit.service import Background, Runtime, Service
from aftercare.kit.settings import SettingsError, require
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme import PackError, load_organisation
from aftercare.programme.clocks import Side
from aftercare.sla.adapters.editions import EditionShelf
from aftercare.sla.adapters.packs import load_editions
from aftercare.sla.config import SlaSettings
from aftercare.sla.domain.compliance import Policy
from aftercare.sla.entrypoints.stream import consumers
from aftercare.sla.service_layer.compliance import CompliancePublisher, NamingHandlers
from aftercare.sla.service_layer.handlers import Handlers
from aftercare.sla.service_layer.measuring import Meter
from aftercare.sla.service_layer.purging import Purge
from aftercare.sla.service_layer.reckoning import Desk
from aftercare.sla.service_layer.ticking import Ticker
from aftercare.sla.service_layer.waiting import Overview
from aftercare.sla.telemetry import declare_rules
from aftercare.sla.translation import Speaker


@dataclass(frozen=True, slots=True)
class Sla:
    """The wired service, as `entrypoints/` use it."""

    settings: SlaSettings
    unit_of_work: UnitOfWork
    desk: Desk


def bootstrap(runtime: Runtime, settings: SlaSettings) -> Service:
    """Build the clocks of one side. Raises `SettingsError` for a pack that can't be used."""
    desk = desk_of(settings)
    rules = tuple(desk.meter.rules(desk.shelf.all_current))
    declare_rules(rules)
    unit_of_work = runtime.unit_of_work
    return Service(
        name=f"sla-{settings.side}",
        application=Sla(settings, unit_of_work, desk),
        consumers=consumers(settings.side, NamingHandlers(desk) if settings.side is Side.SUPPORT else Handlers(desk)),
        background=(
            Background("tick", Ticker(unit_of_work, desk, settings.side).step),
            Background("overview", Overview(unit_of_work, settings.side, rules).step),
            *_compliance(unit_of_work, settings),
            Background("purge", Purge(unit_of_work, settings.clocks_kept).step, in_api=False, in_stream=True),
        ),
    )


def _compliance(unit_of_work: UnitOfWork, settings: SlaSettings) -> tuple[Background, ...]:
    """What the support side alone tells the event side."""
    if settings.side is not Side.SUPPORT:
        return ()
    policy = Policy(settings.compliance_k, settings.compliance_within)
    publisher = CompliancePublisher(unit_of_work, policy, settings.compliance_times)
    return (Background("compliance", publisher.step),)


def desk_of(settings: SlaSettings) -> Desk:
    """Packs and organisation, read and checked."""
    require(settings, "organisation")
    path = settings.organisation or ""
    try:
        organisation = load_organisation(path)
        editions = load_editions(settings.side, organisation, settings.pack_names, _beside(path))
    except PackError as error:
        raise SettingsError(f"A pack can't be used:\n{error}") from None
    return Desk(EditionShelf(editions), organisation, Speaker(settings.side), Meter(settings.side))


def _beside(organisation: str) -> Path | None:
    """The folder of an organisation's own file, where its own packs lie."""
    file = Path(organisation)
    return file.parent if file.is_file() else None
