"""Who could support whom (`domain.md` 5): hard filters first, each with its reason, then the fairest choice."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from aftercare.support.domain.supporter import Supporter
from aftercare.support.domain.vocabulary import Mode, Wish


class Bar(StrEnum):
    """Why a supporter can't be asked. The number is the rule in `domain.md` 5."""

    SAME_PERSON = "same-person"
    INVOLVED = "h1-involved"
    CONFLICT = "h2-conflict"
    MANAGER = "h2-manager"
    NOT_TRAINED = "h3-not-trained"
    NOT_FOR_THIS_MODE = "h3-mode"
    NOT_AVAILABLE = "h4-not-available"
    FULL = "h4-full"
    NOT_THIS_ONE = "h5-not-this-one"
    WISH_FOR_UNIT = "h6-unit"
    WISH_FOR_SITE = "h6-site"
    ASKED_BEFORE = "h8-asked-before"
    GONE = "gone"


OVERRIDABLE = frozenset({Bar.NOT_AVAILABLE, Bar.FULL, Bar.ASKED_BEFORE})
"""What a coordinator who assigns by hand may pass over; the supporter can still refuse (H8)."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a case asks of a supporter."""

    person: str
    manager: str | None = None
    unit_managers: frozenset[str] = frozenset()
    """Everybody who manages somebody of the person's unit, or their manager: known for a person who fears managers."""
    site: str | None = None
    unit: str | None = None
    involved: frozenset[str] = frozenset()
    """Persons named for the same incidents (H1)."""
    conflicted: frozenset[str] = frozenset()
    """RCA members and disclosure leads of those incidents (H2)."""
    not_these: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    """Supporters who were asked in this episode and said no, or nothing."""
    wishes: frozenset[Wish] = frozenset()
    mode: Mode = Mode.INDIVIDUAL


@dataclass(frozen=True, slots=True)
class Match:
    """The one to ask (`None`: nobody is left), and for everybody else why not."""

    supporter: Supporter | None
    excluded: dict[str, tuple[Bar, ...]] = field(default_factory=dict)


def bars(need: Need, supporter: Supporter, now: datetime) -> tuple[Bar, ...]:
    """Everything that stands against this supporter for this need; empty when they may be asked."""
    checks = (
        (Bar.SAME_PERSON, supporter.person == need.person),
        (Bar.INVOLVED, supporter.person in need.involved),
        (Bar.CONFLICT, supporter.person in need.conflicted),
        (Bar.MANAGER, supporter.person == need.manager or supporter.person in need.unit_managers),
        (Bar.NOT_TRAINED, supporter.trained_until <= now),
        (Bar.NOT_FOR_THIS_MODE, need.mode not in supporter.modes),
        (Bar.NOT_AVAILABLE, not supporter.available),
        (Bar.FULL, supporter.load >= supporter.load_cap),
        (Bar.NOT_THIS_ONE, supporter.person in need.not_these),
        (Bar.WISH_FOR_UNIT, _against_unit_wish(need, supporter)),
        (Bar.WISH_FOR_SITE, Wish.OTHER_SITE in need.wishes and supporter.site == need.site),
        (Bar.ASKED_BEFORE, supporter.person in need.asked),
        (Bar.GONE, supporter.gone),
    )
    return tuple(bar for bar, stands in checks if stands)


def match_supporter(need: Need, supporters: Iterable[Supporter], now: datetime) -> Match:
    """The least loaded of those who may be asked, then who has not been asked for longest, then by token."""
    free: list[Supporter] = []
    excluded: dict[str, tuple[Bar, ...]] = {}
    for supporter in supporters:
        against = bars(need, supporter, now)
        if against:
            excluded[supporter.person] = against
        else:
            free.append(supporter)
    return Match(min(free, key=_fairness, default=None), excluded)


def may_assign_by_hand(need: Need, supporter: Supporter, now: datetime) -> tuple[Bar, ...]:
    """What still stands against a supporter whom a coordinator names: everything but H4 and an earlier refusal."""
    return tuple(bar for bar in bars(need, supporter, now) if bar not in OVERRIDABLE)


def _fairness(supporter: Supporter) -> tuple[int, datetime, str]:
    return supporter.load, supporter.last_asked_at or _NEVER, supporter.person


_NEVER = datetime.min.replace(tzinfo=UTC)


def _against_unit_wish(need: Need, supporter: Supporter) -> bool:
    if Wish.OTHER_UNIT in need.wishes and supporter.unit is not None and supporter.unit == need.unit:
        return True
    return Wish.OWN_UNIT in need.wishes and supporter.unit != need.unit
