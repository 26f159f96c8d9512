"""The settings of every service: what is the same for all, and what one service alone may know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aftercare_local.databases import database_of
from aftercare_local.kafka_access import KafkaAccess
from aftercare_local.keys import Keys
from aftercare_local.mail_server import MailServer
from aftercare_local.paths import LOCAL
from aftercare_local.token_issuer import TokenIssuer
from aftercare_local.world.people import EMPLOYEE_SYSTEM

SERVICES = ("intake", "directory", "support", "outreach", "sla-event", "sla-support")
"""What is deployed, each with its own database, role, user and address. `sla` is deployed once for each side."""
AUDITORS = {"sla-event-auditor": "sla-event", "sla-support-auditor": "sla-support"}
"""Processes that check another's work, of which deployment each is. They too have a database, role and user each."""


@dataclass(frozen=True)
class Surroundings:
    """All parts that a service's settings speak of. `urls` are the services' own, by name."""

    databases: Mapping[str, str]
    brokers: Mapping[str, KafkaAccess]
    issuer: TokenIssuer
    mail: MailServer
    keys: Keys
    clock: str
    organisation: str
    urls: Mapping[str, str]
    folder: Path


def environment_of(service: str, around: Surroundings) -> dict[str, str]:
    """The `AFTERCARE_*` variables of one service."""
    common = {
        "AFTERCARE_PROFILE": "local",
        "AFTERCARE_CLOCK": around.clock,
        "AFTERCARE_DATABASE_URL": around.databases[database_of(service)],
        "AFTERCARE_HTTP_HOST": "127.0.0.1",
        "AFTERCARE_ORGANISATION": around.organisation,
    }
    kafka = around.brokers[service].environment()
    tokens = {} if service in AUDITORS else around.issuer.environment(service)
    return common | kafka | tokens | _OWN[AUDITORS.get(service, service)](around)


def _intake(around: Surroundings) -> dict[str, str]:
    return {
        "AFTERCARE_IDENTIFIER_KEYS": around.keys.identifiers,
        "AFTERCARE_DIRECTORY_PUBLIC_KEY": around.keys.directory_pair[0],
        "AFTERCARE_RAW_KEY": around.keys.raw_records,
        "AFTERCARE_PATIENT_KEY": around.keys.patients,
        "AFTERCARE_STAFF_SYSTEM": EMPLOYEE_SYSTEM,
        "AFTERCARE_SOURCES": str(LOCAL / "aftercare_local" / "sources.yaml"),
    }


def _directory(around: Surroundings) -> dict[str, str]:
    watched = around.folder / "roster"
    watched.mkdir(parents=True, exist_ok=True)
    return {
        "AFTERCARE_IDENTIFIER_KEYS": around.keys.identifiers,
        "AFTERCARE_DIRECTORY_PRIVATE_KEY": around.keys.directory_pair[1],
        "AFTERCARE_LOGIN_KEY": around.keys.logins,
        "AFTERCARE_CONTACT_KEYS_DATABASE_URL": around.databases["directory_keys"],
        "AFTERCARE_CONTACT_MASTER_KEY": around.keys.contacts,
        "AFTERCARE_BLIND_INDEX_KEY": around.keys.look_ups,
        "AFTERCARE_ROSTER_FOLDER": str(watched),
        "AFTERCARE_ROSTER_FOLDER_EVERY": "0.5",
        "AFTERCARE_ROSTER_EMPLOYEE_SYSTEM": EMPLOYEE_SYSTEM,
    }


def _support(around: Surroundings) -> dict[str, str]:
    return {"AFTERCARE_LOGIN_KEY": around.keys.logins}


def _outreach(around: Surroundings) -> dict[str, str]:
    return {
        "AFTERCARE_DIRECTORY_URL": around.urls["directory"],
        "AFTERCARE_SMTP_URL": around.mail.smtp_url(),
        "AFTERCARE_SMTP_CA_FILE": str(around.mail.authority),
        "AFTERCARE_PUBLIC_URL": around.urls["outreach"],
        "AFTERCARE_RECEIPT_TOKEN": around.keys.receipts,
        "AFTERCARE_SMS_URL": around.mail.sms_url,
        "AFTERCARE_SMS_PER_SECOND": "200",
    }


def _clocks_of(side: str) -> Callable[[Surroundings], dict[str, str]]:
    return lambda _around: {"AFTERCARE_SIDE": side}


_OWN: Mapping[str, Callable[[Surroundings], dict[str, str]]] = {
    "intake": _intake,
    "directory": _directory,
    "support": _support,
    "outreach": _outreach,
    "sla-event": _clocks_of("event"),
    "sla-support": _clocks_of("support"),
}
