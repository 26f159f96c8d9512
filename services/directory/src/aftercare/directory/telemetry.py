"""What the directory measures. Never about whom."""

from enum import StrEnum

from aftercare.kit.telemetry.catalogue import Catalogue, Described


class Metric(StrEnum):
    """The names."""

    TASKS_OPEN = "aftercare.directory.identity_tasks.open"
    TASKS_OLDEST = "aftercare.directory.identity_tasks.oldest_age"
    CONTACTS_READ = "aftercare.directory.contacts.read"
    ROSTER_LINES = "aftercare.directory.roster.lines"
    ROSTER_IMPORTS = "aftercare.directory.roster.imports"


RESULT, STATE = "result", "state"

DIRECTORY = Catalogue(
    "aftercare.directory",
    {
        Metric.TASKS_OPEN: Described("gauge", "{task}", "Identifiers of which nobody has said yet who is behind them."),
        Metric.TASKS_OLDEST: Described("gauge", "s", "Age of the oldest such identifier."),
        Metric.CONTACTS_READ: Described("counter", "{contact}", "Contacts asked for, by what came of it.", (RESULT,)),
        Metric.ROSTER_LINES: Described("counter", "{line}", "Roster lines, by what came of them.", (RESULT,)),
        Metric.ROSTER_IMPORTS: Described("counter", "{file}", "Roster files, by how their import ended.", (STATE,)),
    },
)


def record_backlog(open_tasks: int, oldest_age_seconds: float) -> None:
    """How many identity tasks are open, and how long the oldest has been."""
    DIRECTORY.set(Metric.TASKS_OPEN, open_tasks)
    DIRECTORY.set(Metric.TASKS_OLDEST, oldest_age_seconds)


def record_contact_read(result: str) -> None:
    """A contact was asked for: given, unknown, gone, limited."""
    DIRECTORY.add(Metric.CONTACTS_READ, 1, {RESULT: result})


def record_import(state: str, lines_by_result: dict[str, int]) -> None:
    """A roster file was dealt with."""
    DIRECTORY.add(Metric.ROSTER_IMPORTS, 1, {STATE: state})
    for result, count in lines_by_result.items():
        if count:
            DIRECTORY.add(Metric.ROSTER_LINES, count, {RESULT: result})
