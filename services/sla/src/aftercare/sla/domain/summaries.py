"""A thousand clocks that turn up at once ring once: one summary per rule, site and minute goes to a human."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftercare.programme.clocks import Route
from aftercare.sla.domain.model import Missed, Transition, Warned


@dataclass(frozen=True, slots=True, order=True)
class Occasion:
    """What is told together. Said twice, it is the same: later clocks of the minute join it and ring no more."""

    rule: str
    site: str | None
    minute: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    occasion: Occasion
    route: Route
    """`page` if any of them pages."""
    warned: tuple[str, ...]
    """The clocks that were warned of, by their references."""
    missed: tuple[str, ...]


def summaries(said: Iterable[Transition], now: datetime) -> tuple[Summary, ...]:
    """What somebody has to be told of all that was said at `now`."""
    together: dict[Occasion, list[Warned | Missed]] = defaultdict(list)
    for one in said:
        if isinstance(one, Warned) or (isinstance(one, Missed) and not one.again):
            minute = now.replace(second=0, microsecond=0)
            together[Occasion(one.clock.rule.id, one.clock.site, minute)].append(one)
    return tuple(_summary(occasion, alerts) for occasion, alerts in together.items())


def _summary(occasion: Occasion, alerts: Iterable[Warned | Missed]) -> Summary:
    alerts = tuple(alerts)
    return Summary(
        occasion,
        Route.PAGE if any(one.route is Route.PAGE for one in alerts) else Route.WORKLIST,
        warned=tuple(dict.fromkeys(one.clock.reference for one in alerts if isinstance(one, Warned))),
        missed=tuple(dict.fromkeys(one.clock.reference for one in alerts if isinstance(one, Missed))),
    )
