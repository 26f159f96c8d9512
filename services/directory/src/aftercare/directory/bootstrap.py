"""Joins the directory's parts. The only place that knows all of them."""

from dataclasses import dataclass
from zoneinfo import available_timezones

from aftercare.directory.adapters.contact_keys import ContactKeys, MasterKeys
from aftercare.directory.adapters.roster_folder import RosterFolder
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.config import DirectorySettings
from aftercare.directory.domain.line import RosterRules
from aftercare.directory.domain.places import Places
from aftercare.directory.domain.roles import RoleTable
from aftercare.directory.entrypoints.stream import consumers
from aftercare.directory.service_layer import daily
from aftercare.directory.service_layer.background import Backlog, FolderWatch, TimersThere
from aftercare.directory.service_layer.identity import Seals
from aftercare.directory.service_layer.roster_import import RosterImport
from aftercare.kit.privacy.identifiers import IdentifierKeyring, decode_key
from aftercare.kit.privacy.logins import login_key
from aftercare.kit.service import Background, Runtime, Service
from aftercare.kit.settings import SettingsError
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.loader import PackError, load_organisation


@dataclass(frozen=True, slots=True)
class Directory:
    """The wired service, as `entrypoints/` use it."""

    settings: DirectorySettings
    unit_of_work: UnitOfWork
    keys: ContactKeys
    tokens: Tokens
    seals: Seals
    rules: RosterRules
    roster: RosterImport


def bootstrap(runtime: Runtime, settings: DirectorySettings) -> Service:
    """Build the directory. Raises `SettingsError` for an organisation pack that can't be used."""
    directory = wire(runtime.unit_of_work, settings)
    background = [
        Background("identity-backlog", Backlog(directory.unit_of_work).step),
        Background("directory-timers", TimersThere(directory.unit_of_work).step),
    ]
    if settings.roster_folder:
        watch = FolderWatch(
            RosterFolder(settings.roster_folder),
            directory.roster,
            settings.roster_folder_every,
            settings.roster_encoding,
        )
        background.append(Background("roster-folder", watch.step))
    return Service(
        name="directory",
        application=directory,
        consumers=consumers(directory.seals),
        timers={
            daily.SNAPSHOT: daily.snapshot_timer(settings.snapshot_every),
            daily.CALENDAR: daily.calendar_timer(directory.keys, forget_leavers_after=settings.forget_leavers_after),
        },
        background=tuple(background),
        closing=(directory.keys.engine.dispose,),
    )


def wire(unit_of_work: UnitOfWork, settings: DirectorySettings) -> Directory:
    """The same for a command that runs once and ends."""
    tokens = Tokens(
        IdentifierKeyring.from_setting(settings.identifier_keys.get_secret_value()),
        login_key(settings.login_key.get_secret_value()),
        decode_key(settings.blind_index_key.get_secret_value(), "the blind-index key"),
    )
    keys = ContactKeys(
        create_engine(settings.contact_keys_database_url.get_secret_value(), name="aftercare directory keys"),
        MasterKeys.from_setting(settings.contact_master_key.get_secret_value()),
    )
    rules = roster_rules(settings)
    return Directory(
        settings,
        unit_of_work,
        keys,
        tokens,
        Seals(settings.directory_private_key.get_secret_value(), tokens),
        rules,
        RosterImport(unit_of_work, keys, tokens, rules),
    )


def roster_rules(settings: DirectorySettings) -> RosterRules:
    """What the organisation says about its roster."""
    try:
        organisation = load_organisation(settings.organisation, calendars=False) if settings.organisation else None
    except PackError as error:
        raise SettingsError(f"AFTERCARE_ORGANISATION can't be used: {error}") from None
    return RosterRules(
        places=Places(organisation),
        roles=RoleTable(settings.roster_roles),
        zones=frozenset(available_timezones()),
        country_prefix=settings.roster_country_prefix,
        employee_number_system=settings.roster_employee_system,
        email_system=settings.roster_email_system,
    )
