"""The models of a programme pack. Numbers without a source are marked `verified: false` and are local choices."""

from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class Policy(BaseModel):
    """A part of a pack. A key that is not known is a typing error in the YAML, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Promise(Policy):
    """A number with its standing (`domain.md` 3a)."""

    within: timedelta
    source: str
    verified: bool = False


class HarmLevel(StrEnum):
    """Same words as the contracts; a test holds them together."""

    UNKNOWN = "unknown"
    UNSAFE_CONDITION = "unsafe-condition"
    NEAR_MISS = "near-miss"
    NO_HARM = "no-harm"
    LOW = "low"
    MODERATE = "moderate"
    SEVERE = "severe"
    DEATH = "death"

    def at_least(self, other: "HarmLevel") -> bool:
        return _GRAVITY[self] >= _GRAVITY[other]


_GRAVITY = {level: rank for rank, level in enumerate(HarmLevel)}


class Triggers(Policy):
    """When somebody is owed an offer (R30, R31). Routes other than the incident itself always trigger."""

    harm_at_least: HarmLevel = HarmLevel.MODERATE
    unknown_harm: bool = True
    """Harm that nobody stated might be the worst there is; offering too often is the smaller error."""
    urgent_harm_at_least: HarmLevel | None = None
    """From this harm on, the offer itself goes out by the urgent ladder, also at night. By default none does."""
    flags: tuple[str, ...] = ("never-event", "sentinel", "serious-incident")
    near_misses: bool = False
    stressful_events: bool = True
    relations: tuple[str, ...] = ("involved", "witness", "on-shift", "harmed", "reporter")


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


class Rung(Policy):
    """One step of the ladder: this channel, this long after the request, if the person has it."""

    channel: Channel
    after: timedelta


class Ladder(Policy):
    """Channels in order, then a human. An undelivered message moves on at once; silence climbs by time."""

    rungs: tuple[Rung, ...]
    human_after: timedelta


class WakingHours(Policy):
    """In the person's own zone. Urgent messages ignore them."""

    start: time = time(8, 0)
    end: time = time(21, 0)


class OutreachPolicy(Policy):
    merge_window: timedelta = timedelta(minutes=2)
    """Offers to one person within it become one message. Urgent ones are not held."""
    offer: Ladder
    urgent: Ladder
    supporter: Ladder
    waking: WakingHours = WakingHours()
    later_after: timedelta = timedelta(days=3)
    link_valid: timedelta = timedelta(days=183)
    card_valid: timedelta = timedelta(days=7)


class MatchingPolicy(Policy):
    """`domain.md` 5."""

    accept_by_day: Promise
    accept_by_night: Promise
    training_valid: timedelta = timedelta(days=365)
    load_cap: int = Field(default=3, ge=1)
    ask_at_most: int = Field(default=5, ge=1)
    """Supporters asked in a row before a coordinator takes over."""


class CoordinationPolicy(Policy):
    """How long a task waits for one coordinator on call before the next is told too."""

    next_coordinator_after: timedelta = timedelta(minutes=30)
    next_coordinator_after_urgent: timedelta = timedelta(minutes=10)
    claimed_for: timedelta = timedelta(hours=2)
    """A coordinator who took a task and records nothing by then: the next is told."""
    call_attempts: int = Field(default=3, ge=1)
    call_again_after: timedelta = timedelta(hours=4)
    """A person who did not answer the telephone is rung again after this."""
    unresolved_after: timedelta = timedelta(hours=4)
    """An incident that names nobody, or somebody whom nobody knows, becomes a coordinator's task (after S-11)."""
    unresolved_again_after: timedelta = timedelta(days=1)
    """And again after this, for as long as it is unresolved."""
    unsent_after: timedelta = timedelta(hours=12)
    """An offer that no server has taken becomes one too, so that a dead channel skips nobody. Longer than a night."""
    unsent_after_urgent: timedelta = timedelta(minutes=30)
    supporter_contact_after: timedelta = timedelta(hours=24)
    """A supporter who accepted and has not recorded a contact by then: a coordinator is told (S-03)."""


class CrisisLine(Policy):
    """Shown on every page and in every mail."""

    label: dict[str, str]
    """By language."""
    number: str
    hours: str = "24/7"


class Programme(Policy):
    """One support programme."""

    name: Slug
    version: int = Field(ge=1)
    title: dict[str, str]
    """What staff know the programme by, per language. The word 'second victim' is nobody's to impose."""
    triggers: Triggers = Triggers()
    outreach: OutreachPolicy
    matching: MatchingPolicy
    coordination: CoordinationPolicy = CoordinationPolicy()
    crisis_lines: tuple[CrisisLine, ...] = Field(min_length=1)
    languages: tuple[str, ...] = ("en",)
    """In order of preference; the first is the default."""


class Unit(Policy):
    code: Slug
    name: str
    known_as: tuple[str, ...] = ()
    """How sources write it; compared without case and spaces."""


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class WorkingHours(Policy):
    """When offices work; clocks of working days and hours count by it. Never of anything on call."""

    days: tuple[Weekday, ...] = tuple(Weekday)[:5]
    start: time = time(9, 0)
    end: time = time(17, 0)


class Site(Policy):
    code: Slug
    name: str
    zone: str
    jurisdiction: Slug = "generic"
    """The clock pack that holds here: a shipped one, or a file of that name beside the organisation's."""
    holidays: str | None = None
    working: WorkingHours = WorkingHours()
    known_as: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()


class Coordinator(Policy):
    """A rung of the on-call ladder: a duty, not a person's private address."""

    code: Slug
    name: str
    email: str
    phone: str | None = None
    language: str = "en"
    sites: tuple[Slug, ...] = ()
    """Empty: all sites."""


class Organisation(Policy):
    """Sites, units and the coordinators' on-call ladder, in order. A ladder may not be empty."""

    name: str
    sites: tuple[Site, ...] = Field(min_length=1)
    coordinators: tuple[Coordinator, ...] = Field(min_length=1)

    def site(self, code: str | None) -> Site | None:
        """The site with this code, if there is one."""
        return next((site for site in self.sites if site.code == code), None)

    def ladder(self, site: str | None) -> tuple[Coordinator, ...]:
        """Who is told, in order, about something at `site`. Never empty: where nobody is named, all are told."""
        named = tuple(one for one in self.coordinators if site is None or not one.sites or site in one.sites)
        return named or self.coordinators
