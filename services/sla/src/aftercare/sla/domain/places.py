"""Where a clock runs: the zone, the working week and the public holidays of a site."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from whenever import Date, Instant, Time, ZonedDateTime

from aftercare.programme.clocks import Calendar
from aftercare.programme.model import Site, Weekday, WorkingHours

ONE_DAY = timedelta(days=1)
_ORDER = tuple(Weekday)
_NOWHERE = Site(code="nowhere", name="", zone="UTC")


class UnreckonableError(ValueError):
    """A due instant can't be found. The text says what is wrong with the pack; nothing in it is of a record."""


@dataclass(frozen=True, slots=True)
class Place:
    """Days and walls of one site. Instants are aware and in UTC, days are those of the site."""

    zone: str
    working: WorkingHours
    holidays: Container[date]

    def wall(self, instant: datetime) -> ZonedDateTime:
        """What the clock on the site's wall shows at an instant."""
        return Instant(instant).to_tz(self.zone)

    def day_of(self, instant: datetime) -> date:
        return self.wall(instant).date().to_stdlib()

    def at(self, day: date, moment: time) -> datetime:
        """That wall time. One that is skipped moves forward by the gap, one that comes twice means the first."""
        shown = Date(day).at(Time(moment)).assume_tz(self.zone, disambiguation="compatible")
        return shown.to_instant().to_stdlib()

    def begin_of(self, day: date) -> datetime:
        """The first instant of a day, which need not be midnight. Of a day that the zone skipped: of the next."""
        return Date(day).at(Time()).assume_tz(self.zone, disambiguation="compatible").to_instant().to_stdlib()

    def end_of(self, day: date) -> datetime:
        """The first instant of the next day."""
        return self.begin_of(day + ONE_DAY)

    def exists(self, day: date) -> bool:
        """Whether the zone had that day at all."""
        return self.begin_of(day) < self.end_of(day)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def is_working_day(self, day: date) -> bool:
        return _ORDER[day.weekday()] in self.working.days and day not in self.holidays

    def is_holiday_of(self, day: date, calendar: Calendar) -> bool:
        """Whether only a public holiday keeps a day from counting."""
        in_week = (
            day.weekday() < 5 if calendar is Calendar.BUSINESS_DAYS else _ORDER[day.weekday()] in self.working.days
        )
        return in_week and day in self.holidays

    def is_any_day(self, _day: date) -> bool:
        return True


def place_of(site: Site | None) -> Place:
    """The place of a site; UTC, Monday to Friday, no holidays, where none is known."""
    known = site or _NOWHERE
    return Place(known.zone, known.working, _holidays_of(known.holidays) if known.holidays else frozenset())


@lru_cache(maxsize=64)
def _holidays_of(code: str) -> Container[date]:
    """The public holidays of `GB-SCT`, `DE`: worked out year by year as they are asked for."""
    country, _, subdivision = code.partition("-")
    return holidays.country_holidays(country, subdiv=subdivision or None)
