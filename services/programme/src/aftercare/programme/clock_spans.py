"""Which spans which calendar can count."""

from collections.abc import Iterator

from aftercare.programme.clocks import (
    Age,
    BeforeState,
    Calendar,
    ClockRule,
    Deadline,
    NotBefore,
    Recurring,
    Span,
    Window,
)
from aftercare.programme.validation import Problem

_LONGEST_MONTH = 31
_SHORTEST_MONTH = 28
_WHOLE_DAYS = frozenset({Calendar.LOCAL_DAY, Calendar.WORKING_DAYS, Calendar.BUSINESS_DAYS})


def form_problems(rule: ClockRule) -> Iterator[Problem]:
    """Spans that the form's calendar can't count, and windows that close before they open."""
    form = rule.form
    for name, span in _spans(form):
        if what := _uncountable(span, form.calendar):
            yield Problem(("form", name), what)
    if isinstance(form, Window) and not _surely_before(form.opens, form.closes):
        yield Problem(("form", "closes"), "a window opens before it closes")


def _spans(form: Deadline | Window | NotBefore | Recurring | BeforeState | Age) -> Iterator[tuple[str, Span]]:
    for name in ("within", "opens", "closes", "after", "every", "at_latest", "objective"):
        span = getattr(form, name, None)
        if isinstance(span, Span):
            yield name, span


def _uncountable(span: Span, calendar: Calendar) -> str | None:
    if calendar is Calendar.CONTINUOUS and span.months:
        return "elapsed time has no months: count days, or choose calendar-days"
    if calendar in _WHOLE_DAYS and (span.months or span.hours or span.minutes):
        return f"{calendar} counts days and nothing else"
    if calendar is Calendar.WORKING_HOURS and (span.months or span.days):
        return "working-hours counts hours and minutes, never days: 24 working hours are about three days"
    return None


def _surely_before(opens: Span, closes: Span) -> bool:
    """Whatever the length of the months between."""
    latest_opening = opens.elapsed.total_seconds() + opens.months * _LONGEST_MONTH * 86_400
    earliest_closing = closes.elapsed.total_seconds() + closes.months * _SHORTEST_MONTH * 86_400
    return (opens.months <= closes.months and opens.elapsed < closes.elapsed) or latest_opening < earliest_closing
