"""When an LFPSE event was: a date, or an estimate of a date with a shift or a time (`AdverseEventEstimatedDate`)."""

import re
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.json_values import identifier, text
from aftercare.intake.domain.national.extensions import Values, first, truth
from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.time_windows import approximately, part_of_day
from aftercare.intake.domain.vocabulary import Precision

ZONE, ORDER = "Europe/London", "dmy"
_FIELD = "AdverseEventEstimatedDate"
_SHIFTS = {"1": "day shift", "2": "night shift", "3": "morning handover", "4": "evening handover"}


_WORDS = re.compile(
    r"(?:(?:about|around|approx(?:\.|imately)?|circa|early|mid|late|(?:sometime )?in|on)[ -]+)?"
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? )?(?P<month>[a-z]{3,9})\.?,? (?P<year>\d{4})",
    re.ASCII,
)
_MONTH = re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_CLOCK = re.compile(r"(?:(?P<date>\d{4}-\d\d-\d\d)[T ])?(?P<hour>\d{1,2})(?P<rest>:?\d\d.*)", re.ASCII)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def zone(context: Context) -> str:
    """The source's zone; England has one."""
    return context.source.zone or ZONE


def occurred(stated: Any, estimated: Values, context: Context) -> StatedTime | None:
    """The best that is said: an exact date, today, or about some date; with a precise time or a shift of that date."""
    exact = context.doubts.moment(stated, "date", zone(context), ORDER)
    if exact is not None and exact.precision is not Precision.DAY and not _is_blank(exact, estimated, context):
        return exact
    day = _date_of(stated) or _today(estimated)
    if day is not None:
        return _on(day, estimated, context)
    written = _in_figures(text(first(estimated, "approximatedate")))
    about = context.doubts.moment(written, f"{_FIELD}.ApproximateDate", zone(context), ORDER)
    if about is None:
        return None
    context.doubts.note("approximate:occurred")
    return approximately(about)


def _in_figures(written: str | None) -> str | None:
    """`early March 2026`, `03/2026` and `about 3rd Mar 2026` as ISO 8601; anything else as it is. All are widened."""
    plain = " ".join((written or "").casefold().split())
    month = _MONTH.fullmatch(plain)
    if month is not None:
        return f"{month['year']}-{int(month['month']):02}"
    found = _WORDS.fullmatch(plain)
    months = [number for number, name in enumerate(_MONTHS, 1) if found and name.startswith(found["month"])]
    if found is None or len(months) != 1:
        return written
    day = f"-{int(found['day']):02}" if found["day"] else ""
    return f"{found['year']}-{months[0]:02}{day}"


def recorded(stated: Any, estimated: Values, context: Context) -> StatedTime | None:
    """When it was written down: as stated, else the day on which the form was filled in."""
    value = stated if stated is not None else first(estimated, "todaysdate")
    return context.doubts.moment(value, "recorded", zone(context), ORDER)


def _is_blank(exact: StatedTime, estimated: Values, context: Context) -> bool:
    """Midnight to the second beside a time or a shift: a date that a system wrote out, not a moment."""
    if first(estimated, "precisetime") is None and first(estimated, "estimatedtime") is None:
        return False
    here = exact.earliest.astimezone(ZoneInfo(zone(context)))
    return exact.precision is Precision.INSTANT and time() in (here.time(), exact.earliest.time())


def _date_of(value: Any) -> date | None:
    """The date, if a whole one is stated; what else stands there was read, or noted, by somebody else."""
    try:
        stated = parse_stated_time(text(value) or "", _FIELD, "UTC", ORDER)
    except UnreadableTimeError:
        return None
    return stated.earliest.date() if stated.latest - stated.earliest < timedelta(days=1) else None


def _today(estimated: Values) -> date | None:
    is_today = truth(first(estimated, "incidentoccurredtoday"))
    return _date_of(first(estimated, "todaysdate")) if is_today else None


def _at(day: date, written: str, context: Context) -> StatedTime | None:
    """That time of that day. Some systems write a whole moment where a time is due, its date a filler or the day."""
    found = _CLOCK.fullmatch(written)
    if found is None:
        context.doubts.note(f"unreadable-time:{_FIELD}.PreciseTime")
        return None
    if found["date"] not in (None, day.isoformat()):
        context.doubts.note("contradiction:PreciseTime")
    moment = f"{day.isoformat()}T{found['hour']:0>2}{found['rest']}"
    return context.doubts.moment(moment, f"{_FIELD}.PreciseTime", zone(context))


def _on(day: date, estimated: Values, context: Context) -> StatedTime | None:
    """That day, narrowed by a time or a shift."""
    precise = text(first(estimated, "precisetime"))
    exact = _at(day, precise, context) if precise is not None else None
    if exact is not None:
        return exact
    shift = identifier(first(estimated, "estimatedtime"))
    if shift is not None:
        try:
            return part_of_day(day, _SHIFTS.get(shift, shift), f"{_FIELD}.EstimatedTime", zone(context))
        except UnreadableTimeError:
            context.doubts.note("unknown-code:EstimatedTime")
    return parse_stated_time(day.isoformat(), "date", zone(context))
