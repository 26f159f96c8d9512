"""What was wrong with a roster: where, what, and what to do about it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    """The line is not imported."""
    WARNING = "warning"
    """The line is imported without the value."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing a person should look at.

    `what` and `do` are fixed words, safe to log and to store. `value` is the offending text: it goes into the
    uploader's report file and nowhere else, so it is left out of `repr`.
    """

    code: str
    what: str
    do: str
    line: int | None = None
    column: str | None = None
    severity: Severity = Severity.ERROR
    value: str | None = field(default=None, repr=False)
    lines: tuple[int, ...] = ()
    """Other lines that the same problem is about."""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def sentence(self) -> str:
        """The issue for a person's eyes, without the value."""
        where = [f"line {self.line}"] if self.line else ["the file"]
        if self.column:
            where.append(f"column {self.column}")
        also = f" (also line {', '.join(map(str, self.lines))})" if self.lines else ""
        return f"{', '.join(where)}: {self.what}{also}. {self.do}"


def error(code: str, what: str, do: str, value: str | None = None) -> Issue:
    return Issue(code, what, do, value=value)


def warning(code: str, what: str, do: str, value: str | None = None) -> Issue:
    return Issue(code, what, do, value=value, severity=Severity.WARNING)
