"""Joins the parts of `intake`. The only place that knows all of them."""

from dataclasses import dataclass, replace

from aftercare.intake import telemetry
from aftercare.intake.adapters.fetches import FETCH
from aftercare.intake.adapters.ledger_writes import LedgerWrites
from aftercare.intake.adapters.naming import KeyedNaming
from aftercare.intake.adapters.source_watch import SourceWatch
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.config import IntakeSettings, SourceFiles, SourcesError, load_source_files, places_of
from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.source import NOMINATION, SYNTHETIC, Source
from aftercare.intake.entrypoints.stream import consumers
from aftercare.intake.service_layer import suspecting
from aftercare.intake.service_layer.fetch_ports import FhirClient
from aftercare.intake.service_layer.fetching import STEP, Fetcher, look_when_due
from aftercare.intake.service_layer.parking_watch import WATCH, ParkingWatch
from aftercare.intake.service_layer.probe import Probe
from aftercare.intake.service_layer.purge import purge
from aftercare.intake.service_layer.receive import PURGE, Intake
from aftercare.intake.service_layer.replay import RELEASE, Replaying
from aftercare.kit.privacy.identifiers import IdentifierKeyring, decode_key
from aftercare.kit.service import Background, Runtime, Service
from aftercare.kit.settings import SettingsError
from aftercare.programme.loader import PackError, load_organisation


@dataclass(frozen=True, slots=True)
class Application:
    """The wired service, as `entrypoints/` use it."""

    settings: IntakeSettings
    intake: Intake
    vault: AesVault


def bootstrap(runtime: Runtime, settings: IntakeSettings) -> Service:
    """Build `intake`. Raises `SettingsError` for a file of sources or an organisation that can't be used."""
    application = wire(settings)
    fetcher = fetcher_of(runtime, application)
    releasing = Replaying(application.intake, application.vault, runtime.unit_of_work)
    watch = ParkingWatch(runtime.unit_of_work, telemetry.ParkingGauges().show)
    suspected = suspecting.SuspicionWatch(runtime.unit_of_work, telemetry.show_suspicions)
    return Service(
        name="intake",
        application=application,
        consumers=consumers(application.intake, settings.topics),
        timers={PURGE: purge, RELEASE: releasing.fire, FETCH: look_when_due(runtime.wake)},
        background=(
            *background(application),
            *probing(runtime, application),
            Background(STEP, fetcher.step),
            Background(WATCH, watch.step),
            Background(suspecting.WATCH, suspected.step),
        ),
        closing=(fetcher.close,),
    )


def fetcher_of(runtime: Runtime, application: Application) -> Fetcher:
    """What fetches from sources' own FHIR servers."""

    def connect() -> FhirClient:
        from aftercare.intake.adapters.fhir_client import HttpFhirClient  # noqa: PLC0415 - only who fetches needs it

        return HttpFhirClient(runtime.clock, application.settings.body_limit)

    return Fetcher(application.intake, runtime.unit_of_work, connect, telemetry.record_fetch)


def probing(runtime: Runtime, application: Application) -> tuple[Background, ...]:
    """Sends synthetic incidents, where somebody asked for them."""
    every = application.settings.synthetic_every
    return (Background(SYNTHETIC, Probe(application.intake, runtime.unit_of_work, every).step),) if every else ()


def background(application: Application) -> tuple[Background, ...]:
    """Looks whether the file of sources, or a mapping file, has changed: in each process, since each reads records."""
    path = application.settings.sources
    if path is None:
        return ()

    def take(files: SourceFiles) -> None:
        application.intake.door = _with_files(application.intake.door, files, application.settings)

    watch = SourceWatch(lambda: load_source_files(path), take, telemetry.record_source_files)
    return (Background("source-files", watch.step, in_stream=True),)


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
        files = load_source_files(settings.sources)
    except PackError as error:
        raise SettingsError(f"AFTERCARE_ORGANISATION can't be used: {error}") from None
    except SourcesError as error:
        raise SettingsError(f"AFTERCARE_SOURCES can't be used: {error}") from None
    return _with_files(Door(places=places_of(organisation), limit=settings.body_limit), files, settings)


def _with_files(door: Door, files: SourceFiles, settings: IntakeSettings) -> Door:
    nominations = Source(NOMINATION, identifier_system=settings.staff_system)
    return replace(door, sources=replace(files.sources, nominations=nominations), mappings=files.mappings)
