"""The roster's columns, and the other names under which exports write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aftercare.directory.domain.issues import Issue, Severity
from aftercare.directory.domain.text import comparable

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "employee_number": ("employee id", "employee no", "personnel number", "staff number", "personalnummer", "pnr"),
    "given_name": ("first name", "forename", "vorname"),
    "family_name": ("last name", "surname", "nachname", "familienname"),
    "email": ("e mail", "work e mail", "work email", "mail", "email address", "e mail address", "e mail adresse"),
    "mobile": ("mobile phone", "mobile number", "phone", "telephone", "handy", "mobil", "telefon"),
    "language": ("preferred language", "sprache"),
    "zone": ("time zone", "timezone", "zeitzone"),
    "role": ("job title", "title", "occupation", "funktion", "berufsgruppe"),
    "site": ("location", "facility", "hospital", "standort", "haus"),
    "unit": ("department", "ward", "station", "abteilung"),
    "manager": ("manager employee number", "line manager", "supervisor", "vorgesetzte", "vorgesetzter"),
    "identifiers": ("identifier", "system identifiers", "kennungen"),
    "login_issuer": ("issuer", "sign in issuer", "oidc issuer"),
    "login_subject": ("subject", "sign in subject", "oidc subject"),
    "channels": ("preferred channels", "channel order", "kanale"),
    "opt_out": ("opt outs", "optout", "opted out"),
    "status": ("employment status", "anstellung"),
    "valid_from": ("start date", "entry date", "eintritt"),
    "valid_until": ("end date", "leaving date", "austritt"),
}
REQUIRED = ("employee_number", "family_name")
_SPELLINGS = {
    comparable(spelling): column for column, others in COLUMNS.items() for spelling in (column, *others)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """Which position of a line holds which column."""

    positions: Mapping[str, int]
    width: int
    issues: tuple[Issue, ...] = ()


def column_of(heading: str) -> str | None:
    """The column that a heading means, or `None`."""
    return _SPELLINGS.get(comparable(heading))


def read_header(headings: Sequence[str]) -> Header:
    """Find the columns in the first line, in any order. Unknown ones are left alone, with a warning."""
    positions: dict[str, int] = {}
    issues: list[Issue] = []
    for position, heading in enumerate(headings):
        column = column_of(heading)
        if column is None and heading.strip():
            issues.append(_unknown(position, heading))
        elif column in positions:
            issues.append(_twice(column or ""))
        elif column is not None:
            positions[column] = position
    issues += [_missing(column) for column in REQUIRED if column not in positions]
    return Header(positions, len(headings), tuple(issues))


def _unknown(position: int, heading: str) -> Issue:
    return Issue(
        "unknown-column",
        f"the {_ordinal(position + 1)} column has a heading that is not known, so it is not read",
        "Nothing to do if it is not meant for Aftercare; else see the list of columns in docs/roster.md.",
        line=1,
        severity=Severity.WARNING,
        value=heading,
    )


def _twice(column: str) -> Issue:
    return Issue("column-twice", "two columns mean the same thing", "Keep one of them.", line=1, column=column)


def _missing(column: str) -> Issue:
    return Issue(
        "column-missing",
        "this column is needed and not there",
        "Add it, or rename the column that holds it; the first line must hold the headings.",
        line=1,
        column=column,
    )


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
