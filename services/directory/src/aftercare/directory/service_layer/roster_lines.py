"""From lines to rows: tokens and keyed hashes are made here, off the event loop."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aftercare.directory.adapters.roster_rows import Row
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.domain.issues import Issue, Severity
from aftercare.directory.domain.line import ReadLine, RosterLine
from aftercare.directory.domain.survey import LineStanding, Survey

NOBODY: Mapping[bytes, str] = {}


def survey_lines(survey: Survey, tokens: Tokens, lines: Sequence[ReadLine]) -> list[Issue]:
    """Take note of each line; returns what is wrong with their identifiers."""
    issues: list[Issue] = []
    for read in lines:
        number = tokens.employee_number(read.employee_number).hex() if read.employee_number else None
        claims, wrong = claims_of(read.person, tokens)
        issues += wrong
        survey.add(read.line, number, claims, standing=_standing(None if wrong else read.person))
    return issues


def _standing(person: RosterLine | None) -> LineStanding:
    if person is None:
        return LineStanding.REFUSED
    return LineStanding.LEAVER if person.leaver else LineStanding.WORKS_HERE


def claims_of(person: RosterLine | None, tokens: Tokens) -> tuple[list[str], list[Issue]]:
    """The tokens by which two lines can contradict each other: one per identifier and sign-in."""
    if person is None or person.leaver:
        return [], []
    try:
        claims = [tokens.of_identifier(identifier)[0] for identifier in person.identifiers]
    except ValueError:
        return [], [replace(_EMPTY_IDENTIFIER, line=person.line)]
    return claims + ([tokens.of_login(person.login)] if person.login else []), []


def to_rows(lines: Sequence[RosterLine], tokens: Tokens, people: Mapping[bytes, str]) -> tuple[list[Row], list[Issue]]:
    """Rows for lines whose people have a token in `people`. A manager whom nobody knows is left out, with a warning."""
    rows, issues = [], []
    for line in lines:
        manager = None
        if line.manager_number:
            manager = people.get(tokens.employee_number(line.manager_number))
            if manager is None:
                issues.append(replace(_NO_SUCH_MANAGER, line=line.line))
        person = people[tokens.employee_number(line.employee_number)]
        rows.append(to_row(line, person, manager if manager != person else None, tokens))
    return rows, issues


def to_row(line: RosterLine, person: str, manager: str | None, tokens: Tokens) -> Row:
    """One line with all its tokens."""
    blind = [("family-name", tokens.family_name(line.family_name))]
    if line.employee_number:
        blind.append(("employee-number", tokens.employee_number(line.employee_number)))
    if line.email:
        blind.append(("email", tokens.email(line.email)))
    return Row(
        person=person,
        line=line,
        row_mac=tokens.row(line, manager),
        identifiers=tuple(dict.fromkeys(token for each in line.identifiers for token in tokens.of_identifier(each))),
        login=tokens.of_login(line.login) if line.login else None,
        manager=manager,
        blind=tuple(blind),
    )


_EMPTY_IDENTIFIER = Issue(
    "identifier-empty",
    "an identifier holds nothing that can be compared",
    "Correct it, or leave it out.",
    column="identifiers",
)
_NO_SUCH_MANAGER = Issue(
    "manager-unknown",
    "nobody has the manager's employee number",
    "Correct it, or add the manager; the person is imported without a manager.",
    column="manager",
    severity=Severity.WARNING,
)
