"""How each value of a roster is read: a pair of the value and what is wrong with it."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias, TypeVar

from aftercare.directory.domain.issues import Issue, error, warning
from aftercare.directory.domain.places import Place, Places
from aftercare.directory.domain.reach import ChannelKind, email_address, phone_number
from aftercare.directory.domain.roles import RoleGroup, RoleTable
from aftercare.directory.domain.text import comparable

T = TypeVar("T")
Reading: TypeAlias = tuple[T | None, Issue | None]

_LEAVER = frozenset({"leaver", "left", "inactive", "terminated", "ausgeschieden", "inaktiv", "no", "nein", "0"})
_ACTIVE = frozenset({"active", "a", "employed", "aktiv", "yes", "ja", "1"})
_CHANNELS = frozenset(ChannelKind)
_REFERENCE = re.compile(r"[A-Z][A-Za-z]{2,40}/[A-Za-z0-9.\-]{1,64}")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

NO_CONTACT = warning(
    "no-contact",
    "there is neither an e-mail address nor a mobile number",
    "Aftercare can only ask a human to find this person; fill in one of the two.",
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """How another system names this person."""

    system: str
    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """How this person signs in (OIDC)."""

    issuer: str
    subject: str = field(repr=False)


def employee_number(value: str) -> Reading[str]:
    """Any short code; Excel's `00123` and `123` are two numbers, so it is kept as written."""
    if len(value) > 64:
        return None, error("too-long", "the employee number is longer than 64 characters", "Shorten it.", value)
    return value, None


def email(value: str) -> Reading[str]:
    address = email_address(value)
    if address:
        return address, None
    return None, warning("not-an-address", "this is not an e-mail address", "Correct it: name@domain.", value)


def mobile(value: str, country_prefix: str | None) -> Reading[str]:
    number = phone_number(value, country_prefix)
    if number:
        return number, None
    do = "Write it with the country in front, such as +44 20 7946 0958, or set AFTERCARE_ROSTER_COUNTRY_PREFIX."
    return None, warning("not-a-number", "this is not a phone number that can be called from anywhere", do, value)


def language(value: str) -> Reading[str]:
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?", value)
    if match:
        region = f"-{match[2].upper()}" if match[2] else ""
        return match[1].lower() + region, None
    return None, warning("not-a-language", "this is not a language code", "Write a code such as en or de.", value)


def zone(value: str, known: frozenset[str]) -> Reading[str]:
    if value in known:
        return value, None
    do = "Write a name such as Europe/Berlin, or leave it empty: the site's zone is then taken."
    return None, warning("not-a-zone", "this is not a time zone", do, value)


def role(value: str, table: RoleTable) -> Reading[RoleGroup]:
    group = table.group(value)
    if group:
        return group, None
    do = "Add the title to AFTERCARE_ROSTER_ROLES; the person is in the group 'other' until then."
    return RoleGroup.OTHER, warning("role-unknown", "this job title belongs to no group yet", do, value)


def place(value: str, places: Places) -> Reading[Place]:
    found = places.site(value)
    if found:
        return found, None
    do = "Use a code of the organisation pack, or add this spelling to the site's known_as."
    return None, warning("site-unknown", "the organisation pack has no such site", do, value)


def unit(site: str | None, value: str, places: Places) -> Reading[str]:
    if site is None:
        return None, warning("unit-without-site", "there is a unit but no site", "Fill in the site.", value)
    found = places.unit(site, value)
    if found:
        return found, None
    do = "Use a code of the organisation pack, or add this spelling to the unit's known_as."
    return None, warning("unit-unknown", "the site has no such unit", do, value)


def identifiers(value: str) -> Reading[tuple[Identifier, ...]]:
    """`system|value` pairs with `;` between. `system|Practitioner/7` is a FHIR reference, seen from `system`."""
    found = []
    for part in filter(None, (part.strip() for part in value.split(";"))):
        system, bar, stated = part.rpartition("|")
        if not bar or not system.strip() or not stated.strip():
            do = "Write system|value, and ';' between two of them, all in quotation marks."
            return None, error("identifier-form", "an identifier is not written as system|value", do, value)
        kind = "reference" if _REFERENCE.fullmatch(stated.strip()) else "identifier"
        found.append(Identifier(system.strip(), kind, stated.strip()))
    return tuple(found), None


def channels(value: str) -> Reading[tuple[ChannelKind, ...]]:
    """Channel names with `;`, `,` or spaces between."""
    names = re.split(r"[;,\s]+", value.casefold().replace("e-mail", "email"))
    known = [ChannelKind(name) for name in names if name in _CHANNELS]
    if len(known) == len([name for name in names if name]):
        return tuple(dict.fromkeys(known)), None
    do = "Use email, sms, push and call, with ';' between."
    return tuple(dict.fromkeys(known)), warning("channel-unknown", "a channel is not known", do, value)


def is_leaver(value: str) -> Reading[bool]:
    word = comparable(value)
    if word in _LEAVER or word in _ACTIVE:
        return word in _LEAVER, None
    return None, error("status-unknown", "this is not a status", "Write active or leaver.", value)


def day(value: str) -> Reading[date]:
    """ISO, or `31.12.2026`. `01/02/2026` is refused: nobody knows which is the month."""
    german = _GERMAN_DAY.fullmatch(value)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])), None
        return date.fromisoformat(value), None
    except ValueError:
        return None, error("not-a-day", "this is not a date", "Write it as 2026-12-31.", value)
