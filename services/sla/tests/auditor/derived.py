"""Clocks of a story as the auditor derives them."""

from datetime import datetime
from typing import Any

from aftercare.sla.auditor.calendars import Wall
from aftercare.sla.auditor.deriving import Derived, derive
from aftercare.sla.auditor.dossier import Dossier
from aftercare.sla.auditor.starting import births

from .story import Story, organisation

HERE = organisation()


def clocks(story: Story, rules: Any, now: datetime) -> dict[str, Derived]:
    """Every clock at `now`, by its subject; rules of one name."""
    known = Dossier.of(story.facts()).known(now)
    found = {}
    for one in births(known, rules):
        clock = derive(one, known, Wall(HERE.site(known.site_of(one.reference))), now)
        if clock is not None:
            assert one.reference not in found, "two clocks of one rule about one subject"
            found[one.reference] = clock
    return found


def clock(story: Story, rules: Any, now: datetime, about: str | None = None) -> Derived:
    """The one clock at `now`, or that of one subject."""
    found = clocks(story, rules, now)
    assert about in found or (about is None and len(found) == 1), found
    return found[about] if about is not None else next(iter(found.values()))
