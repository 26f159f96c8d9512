"""Joins support's parts. The only place that knows all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aftercare.kit.privacy.logins import login_key
from aftercare.kit.service import Background, Runtime, Service, TimerHandler
from aftercare.kit.settings import SettingsError, require
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme import PackError, load_organisation, load_programme
from aftercare.support.config import SupportSettings
from aftercare.support.entrypoints.stream import consumers
from aftercare.support.service_layer import contacts, matching, settling, tasks
from aftercare.support.service_layer.backlog import Backlog
from aftercare.support.service_layer.choices import LATER_REMINDER
from aftercare.support.service_layer.desk import Policy
from aftercare.support.service_layer.handlers import Handlers
from aftercare.support.service_layer.timers import Timers


@dataclass(frozen=True, slots=True)
class Support:
    """The wired service, as `entrypoints/` use it."""

    settings: SupportSettings
    unit_of_work: UnitOfWork
    policy: Policy
    login_key: bytes = field(repr=False)


def bootstrap(runtime: Runtime, settings: SupportSettings) -> Service:
    """Build support. Raises `SettingsError` for a pack that can't be used."""
    policy = load_policy(settings)
    return Service(
        name="support",
        application=Support(settings, runtime.unit_of_work, policy, login_key(settings.login_key.get_secret_value())),
        consumers=consumers(Handlers(policy)),
        timers=timers_of(policy),
        background=(Background("backlog", Backlog(runtime.unit_of_work).step),),
    )


def timers_of(policy: Policy) -> Mapping[str, TimerHandler]:
    """What happens when time passes."""
    timers = Timers(policy)
    return {
        matching.SUPPORTER_TIMEOUT: timers.supporter_timeout,
        matching.SUPPORTER_SILENT: timers.supporter_silent,
        LATER_REMINDER: timers.later_reminder,
        contacts.OFFER_SILENCE: timers.offer_silence,
        tasks.COORDINATOR_NEXT: timers.coordinator_next,
        settling.UNRESOLVED_OVERDUE: timers.unresolved_overdue,
    }


def load_policy(settings: SupportSettings) -> Policy:
    """The programme and the organisation, checked. Somebody must be on call, so the organisation is needed."""
    require(settings, "organisation")
    try:
        organisation = load_organisation(settings.organisation or "", calendars=False)
        return Policy(load_programme(settings.programme), organisation)
    except PackError as error:
        raise SettingsError(f"A pack can't be used:\n{error}") from None
