"""Joins the parts of `intake`. The only place that knows all of them."""

from dataclasses import dataclass, replace

from aftercare.intake import telemetry
from aftercare.intake.adapters.ledger_writes import LedgerWrites
from aftercare.intake.adapters.naming import KeyedNaming
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.config import IntakeSettings, SourcesError, load_sources, places_of
from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.source import NOMINATION, Source
from aftercare.intake.entrypoints.stream import consumers
from aftercare.intake.service_layer.purge import purge
from aftercare.intake.service_layer.receive import PURGE, Intake
from aftercare.kit.privacy.identifiers import IdentifierKeyring, decode_key
from aftercare.kit.service import Runtime, Service
from aftercare.kit.settings import SettingsError
from aftercare.programme.loader import PackError, load_organisation


@dataclass(frozen=True, slots=True)
class Application:
    """The wired service, as `entrypoints/` use it."""

    settings: IntakeSettings
    intake: Intake
    vault: AesVault


def bootstrap(runtime: Runtime, settings: IntakeSettings) -> Service:  # noqa: ARG001 - the shape of every bootstrap
    """Build `intake`. Raises `SettingsError` for a file of sources or an organisation that can't be used."""
    application = wire(settings)
    return Service(
        name="intake",
        application=application,
        consumers=consumers(application.intake, settings.topics),
        timers={PURGE: purge},
    )


def wire(settings: IntakeSettings) -> Application:
    """The same for a command that runs once and ends."""
    vault = AesVault.from_setting(settings.raw_key.get_secret_value())
    naming = KeyedNaming(
        IdentifierKeyring.from_setting(settings.identifier_keys.get_secret_value()),
        decode_key(settings.patient_key.get_secret_value(), "the patient key"),
        settings.directory_public_key.get_secret_value(),
    )
    writes = LedgerWrites(naming, vault, settings.raw_days)
    return Application(settings, Intake(door_of(settings), writes, telemetry.count), vault)


def door_of(settings: IntakeSettings) -> Door:
    """How records are read here: by which sources, which places, which limit."""
    try:
        organisation = load_organisation(settings.organisation, calendars=False) if settings.organisation else None
        sources = load_sources(settings.sources)
    except PackError as error:
        raise SettingsError(f"AFTERCARE_ORGANISATION can't be used: {error}") from None
    except SourcesError as error:
        raise SettingsError(f"AFTERCARE_SOURCES can't be used: {error}") from None
    sources = replace(sources, nominations=Source(NOMINATION, identifier_system=settings.staff_system))
    return Door(sources, places_of(organisation), settings.body_limit)
