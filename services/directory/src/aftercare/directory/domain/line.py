"""One line of a roster, read and checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from aftercare.directory.domain import values
from aftercare.directory.domain.columns import Header
from aftercare.directory.domain.issues import Issue, error, warning
from aftercare.directory.domain.places import Places
from aftercare.directory.domain.reach import ChannelKind
from aftercare.directory.domain.roles import RoleGroup, RoleTable
from aftercare.directory.domain.text import has_control_characters
from aftercare.directory.domain.values import Identifier, Login

LONGEST_VALUE = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RosterRules:
    """What the organisation says about its roster."""

    places: Places
    roles: RoleTable
    zones: frozenset[str]
    country_prefix: str | None = None
    employee_number_system: str | None = None
    """Incident systems that name people by employee number: such an identifier is made for everybody."""
    email_system: str | None = None


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A person as HR describes them. Holds names and addresses: never log it, never put it in an exception."""

    line: int
    employee_number: str = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(default="", repr=False)
    email: str | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)
    language: str | None = None
    zone: str | None = None
    role_group: RoleGroup = RoleGroup.OTHER
    site: str | None = None
    unit: str | None = None
    manager_number: str | None = field(default=None, repr=False)
    identifiers: tuple[Identifier, ...] = field(default=(), repr=False)
    login: Login | None = field(default=None, repr=False)
    preferred: tuple[ChannelKind, ...] = ()
    opted_out: tuple[ChannelKind, ...] = ()
    leaver: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def channels(self) -> tuple[ChannelKind, ...]:
        """Ways to reach this person, the preferred first, without those they opted out of."""
        possible = [ChannelKind.EMAIL] if self.email else []
        possible += [ChannelKind.SMS, ChannelKind.CALL] if self.mobile else []
        ordered = [kind for kind in self.preferred if kind in possible]
        ordered += [kind for kind in possible if kind not in ordered]
        return tuple(kind for kind in ordered if kind not in self.opted_out)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What became of one line: a person, or issues, or both. `employee_number` is known even of many bad lines."""

    line: int
    person: RosterLine | None
    issues: tuple[Issue, ...]
    employee_number: str | None = field(default=None, repr=False)


def read_line(number: int, cells: Sequence[str], header: Header, rules: RosterRules) -> ReadLine:
    """Read one line. Errors leave `person` empty; warnings leave out the one value."""
    issues: list[Issue] = []
    stated = _stated(cells, header, issues)
    employee_number = stated.get("employee_number")
    person = None if issues else _person(number, stated, rules, issues)
    located = tuple(issue if issue.line else replace(issue, line=number) for issue in issues)
    bad = any(issue.is_error for issue in located)
    return ReadLine(number, None if bad else person, located, employee_number)


def _stated(cells: Sequence[str], header: Header, issues: list[Issue]) -> Mapping[str, str]:
    """The values that are there, trimmed, by column; what can't be a value becomes an issue."""
    if any(cell.strip() for cell in cells[header.width :]):
        issues.append(
            error(
                "too-many-values",
                "the line has more values than there are columns",
                "A value that contains the separator must stand in quotation marks.",
            )
        )
    stated: dict[str, str] = {}
    for column, position in header.positions.items():
        value = cells[position].strip() if position < len(cells) else ""
        if value:
            stated[column] = value
            if len(value) > LONGEST_VALUE or has_control_characters(value) or "\ufffd" in value:
                issues.append(replace(_unusable(value), column=column))
    return stated


def _unusable(value: str) -> Issue:
    if "\n" in value or "\r" in value:
        do = "A quotation mark is probably not closed, here or in a line above."
        return error("line-break", "there is a line break inside the value", do)
    if len(value) > LONGEST_VALUE:
        return error("too-long", f"the value is longer than {LONGEST_VALUE} characters", "Shorten it.")
    do = "Type the value again, or save the file as CSV UTF-8."
    return error("unreadable-character", "there is a character that can't be read", do, value)


def _person(number: int, stated: Mapping[str, str], rules: RosterRules, issues: list[Issue]) -> RosterLine | None:
    take = _Taking(stated, issues)
    employee_number = take("employee_number", values.employee_number)
    family_name = stated.get("family_name")
    if not family_name:
        issues.append(replace(error("missing", "there is no value", "Fill it in."), column="family_name"))
    if not employee_number or not family_name:
        if "employee_number" not in stated:
            issues.append(replace(error("missing", "there is no value", "Fill it in."), column="employee_number"))
        return None
    email = take("email", values.email)
    site, unit, zone = _place(take, stated, rules)
    valid_from, valid_until = take("valid_from", values.day), take("valid_until", values.day)
    if valid_from and valid_until and valid_until < valid_from:
        issues.append(error("dates-crossed", "the person leaves before they start", "Correct one of the two dates."))
    mobile = take("mobile", lambda value: values.mobile(value, rules.country_prefix))
    if not email and not mobile:
        issues.append(values.NO_CONTACT)
    return RosterLine(
        line=number,
        employee_number=employee_number,
        family_name=family_name,
        given_name=stated.get("given_name", ""),
        email=email,
        mobile=mobile,
        language=take("language", values.language),
        zone=zone,
        role_group=take("role", lambda value: values.role(value, rules.roles)) or RoleGroup.OTHER,
        site=site,
        unit=unit,
        manager_number=take("manager", values.employee_number),
        identifiers=_identifiers(take, employee_number, email, rules),
        login=_login(stated, issues),
        preferred=take("channels", values.channels) or (),
        opted_out=take("opt_out", values.channels) or (),
        leaver=take("status", values.is_leaver) or False,
        valid_from=valid_from,
        valid_until=valid_until,
    )


class _Taking:
    """Takes one column after the other, and gathers what is wrong with them."""

    def __init__(self, stated: Mapping[str, str], issues: list[Issue]) -> None:
        self._stated, self._issues = stated, issues

    def __call__(self, column: str, read: Callable[[str], tuple[T | None, Issue | None]]) -> T | None:
        value = self._stated.get(column)
        if value is None:
            return None
        result, issue = read(value)
        if issue:
            self._issues.append(replace(issue, column=column))
        return result


def _place(take: _Taking, stated: Mapping[str, str], rules: RosterRules) -> tuple[str | None, str | None, str | None]:
    """Site, unit and zone. A spelling that the pack does not know must not cost a person their offer: a warning."""
    place = take("site", lambda value: values.place(value, rules.places))
    site = place.site if place else None
    unit = take("unit", lambda value: values.unit(site, value, rules.places)) if site or "site" not in stated else None
    zone = take("zone", lambda value: values.zone(value, rules.zones))
    return site, unit, zone or (place.zone if place else None)


def _identifiers(take: _Taking, employee_number: str, email: str | None, rules: RosterRules) -> tuple[Identifier, ...]:
    found = list(take("identifiers", values.identifiers) or ())
    if rules.employee_number_system:
        found.append(Identifier(rules.employee_number_system, "identifier", employee_number))
    if rules.email_system and email:
        found.append(Identifier(rules.email_system, "identifier", email))
    return tuple(dict.fromkeys(found))


def _login(stated: Mapping[str, str], issues: list[Issue]) -> Login | None:
    issuer, subject = stated.get("login_issuer"), stated.get("login_subject")
    if issuer and subject:
        return Login(issuer, subject)
    if issuer or subject:
        do = "Fill in both, or neither: one alone says nothing."
        issues.append(
            replace(warning("login-half", "only one half of the sign-in is there", do), column="login_subject")
        )
    return None
