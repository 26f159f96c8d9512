"""What became of a roster file, in sentences."""

from collections.abc import Iterator

from aftercare.directory.domain.issues import Issue
from aftercare.directory.service_layer.roster_import import Report

_HEADLINES = {
    "done": "The roster was imported.",
    "refused": "The roster was NOT imported.",
    "failed": "The import stopped half-way.",
}


def lines_of(report: Report, *, with_values: bool) -> Iterator[str]:
    """The report, line by line. Values of the file only for the one who has the file anyway."""
    counts = report.counts
    yield f"{_HEADLINES.get(report.state, report.state)} (job {report.reference})"
    if report.reason:
        yield f"Reason: {report.reason}."
    yield (
        f"{counts.lines} lines: {counts.added} new, {counts.changed} changed, {counts.unchanged} unchanged,"
        f" {counts.refused} not imported; {counts.left_count} people left; {counts.warnings} warnings."
    )
    for code, count in report.by_code.most_common():
        yield f"  {count} x {code}"
    for issue in report.issues:
        yield _sentence(issue, with_values=with_values)
    hidden = sum(report.by_code.values()) - len(report.issues)
    if hidden > 0:
        yield f"... and {hidden} more of the same kinds."


def _sentence(issue: Issue, *, with_values: bool) -> str:
    kind = "ERROR" if issue.is_error else "warning"
    value = f' The value is: "{issue.value}"' if with_values and issue.value else ""
    return f"{kind}: {issue.sentence()}{value}"
