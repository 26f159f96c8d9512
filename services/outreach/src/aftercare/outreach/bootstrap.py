"""Puts the service together. Ports may be handed in; what is not is built from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from aftercare.kit.auth import ServiceToken
from aftercare.kit.service import Background, Runtime, Service
from aftercare.outreach.adapters.directory_client import DirectoryContacts
from aftercare.outreach.adapters.smtp import SmtpAddress, SmtpCourier
from aftercare.outreach.application import Outreach
from aftercare.outreach.config import OutreachSettings
from aftercare.outreach.domain.vocabulary import Channel
from aftercare.outreach.entrypoints.stream import consumers
from aftercare.outreach.service_layer.answering import Answering
from aftercare.outreach.service_layer.climbing import LADDER_STEP, SEND_DUE, Climbing
from aftercare.outreach.service_layer.dispatch import Dispatch
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.service_layer.ports import Contacts, Courier
from aftercare.outreach.service_layer.purse import TokenPurse
from aftercare.outreach.service_layer.receiving import Receiving
from aftercare.outreach.service_layer.requesting import Requesting
from aftercare.outreach.service_layer.sending import SEND, Sender
from aftercare.outreach.service_layer.timers import ladder_steps, send_due
from aftercare.outreach.words.catalogue import Catalogue
from aftercare.outreach.words.composer import Composer
from aftercare.outreach.words.rendering import Templates
from aftercare.programme.loader import load_organisation, load_programme
from aftercare.programme.model import Organisation, Programme


@dataclass(frozen=True, slots=True)
class Ports:
    """What tests replace. `None` builds the real thing."""

    contacts: Contacts | None = None
    couriers: Mapping[Channel, Courier] | None = None
    programme: Programme | None = None
    organisation: Organisation | None = None


def bootstrap(runtime: Runtime, settings: OutreachSettings, ports: Ports | None = None) -> Service:
    """Wire the service. Raises `ValueError` or `PackError` for what can't be built from the settings."""
    if not available_timezones():
        raise ValueError("this machine has no time zone data (tzdata): nobody's night could be respected")
    ports = ports or Ports()
    couriers = ports.couriers if ports.couriers is not None else _couriers(settings)
    contacts = ports.contacts or _directory(settings)
    application = _application(runtime, settings, ports, contacts, couriers)
    _send_after_commit(runtime, application.sender)
    return Service(
        name="outreach",
        application=application,
        consumers=consumers(application.requesting),
        timers={LADDER_STEP: ladder_steps(application.climbing), SEND_DUE: send_due(application.sender.look)},
        background=(Background(SEND, application.sender.step, in_api=True, in_stream=True),),
        closing=(
            application.sender.close,
            *(courier.close for courier in couriers.values()),
            *((contacts.close,) if isinstance(contacts, DirectoryContacts) else ()),
        ),
    )


def _application(
    runtime: Runtime,
    settings: OutreachSettings,
    ports: Ports,
    contacts: Contacts,
    couriers: Mapping[Channel, Courier],
) -> Outreach:
    programme = ports.programme or load_programme(settings.programme)
    organisation = ports.organisation
    if organisation is None and settings.organisation:
        organisation = load_organisation(settings.organisation, calendars=False)
    policy = Policy(programme, organisation, frozenset(couriers))
    purse = TokenPurse()
    templates = Templates(programme, Catalogue(programme.languages))
    climbing = Climbing(policy, purse, settings.message_id_domain)
    composer = Composer(templates, settings.public_url)
    dispatch = Dispatch(policy, climbing, contacts, couriers, composer, runtime.clock)
    return Outreach(
        unit_of_work=runtime.unit_of_work,
        policy=policy,
        climbing=climbing,
        requesting=Requesting(policy, climbing),
        answering=Answering(policy, climbing),
        receiving=Receiving(climbing),
        contacts=contacts,
        sender=Sender(
            runtime.unit_of_work, dispatch, purse, policy.outreach.link_valid, lambda: runtime.wake(SEND),
            settings.senders,
        ),
        templates=templates,
        base_path=settings.base_path,
        worklist_url=settings.worklist_url,
        receipt_token=settings.receipt_token.get_secret_value(),
    )  # fmt: skip


def _send_after_commit(runtime: Runtime, sender: Sender) -> None:
    """Wake the sender right after each commit that queued something: all that queue also publish."""
    relay = runtime.unit_of_work.kick

    def kick() -> None:
        relay()
        sender.committed()

    runtime.unit_of_work.kick = kick


def _couriers(settings: OutreachSettings) -> dict[Channel, Courier]:
    smtp = SmtpAddress.parse(settings.smtp_url.get_secret_value())
    couriers: dict[Channel, Courier] = {
        Channel.EMAIL: SmtpCourier(smtp, settings.mail_from, settings.return_domain, settings.smtp_ca_file)
    }
    for channel, url in ((Channel.SMS, settings.sms_url), (Channel.PUSH, settings.push_url)):
        if url is not None:
            from aftercare.outreach.adapters.apprise_courier import AppriseCourier  # noqa: PLC0415 - slow to load

            couriers[channel] = AppriseCourier(url.get_secret_value(), settings.sms_per_second)
    return couriers


def _directory(settings: OutreachSettings) -> DirectoryContacts:
    token = ServiceToken(settings)
    return DirectoryContacts(settings.directory_url, token.header, token.forget)
