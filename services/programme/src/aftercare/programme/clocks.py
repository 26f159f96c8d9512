"""The models of a clock pack: every promise of time as data. What they mean, to the second, is in `docs/clocks.md`.

A pack may hold several versions of a rule. A clock is born with the newest version in force when the system first knew
of it, and keeps that version for life (`domain.md` 3e).
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aftercare.programme.happenings import TOLD, Happening
from aftercare.programme.model import HarmLevel, Policy, Slug


class Side(StrEnum):
    """Which of the two engines measures it: no engine sees both sides."""

    EVENT = "event"
    SUPPORT = "support"


class Standing(StrEnum):
    """How binding a promise is (`domain.md` 3a). Dashboards never mix them."""

    LEGAL = "legal"
    CONTRACT = "contract"
    ACCREDITATION = "accreditation"
    GUIDELINE = "guideline"
    PRACTICE = "practice"
    """One programme's habit."""
    LOCAL = "local"


class Subject(StrEnum):
    """What there is one clock for."""

    OBLIGATION = "obligation"
    """A person named for an incident, or who asked: support side."""
    CASE = "case"
    ASSIGNMENT = "assignment"
    """One supporter asked once."""
    INCIDENT = "incident"
    RELEVANT_PERSON = "relevant-person"
    """To whom candour is owed: each patient, or who stands for one; the incident as long as nobody names any."""
    RCA = "rca"
    SUPPORTER = "supporter"


class Calendar(StrEnum):
    """How a duration is counted."""

    CONTINUOUS = "continuous"
    """Elapsed seconds, day and night. No change of clocks ever shifts it."""
    CALENDAR_DAYS = "calendar-days"
    """Days and months on the site's wall: due at the same wall time."""
    LOCAL_DAY = "local-day"
    """Due when the local day ends; `days: 1` is the day of the start."""
    WORKING_DAYS = "working-days"
    """The site's own working week without public holidays; due when the last of them ends."""
    BUSINESS_DAYS = "business-days"
    """Monday to Friday without public holidays, whatever the site's week; due when the last of them ends."""
    WORKING_HOURS = "working-hours"
    """Elapsed time inside the site's working hours."""


class Timestamp(StrEnum):
    """Which of a happening's times counts. An incident has four; anything else happened `at` one."""

    OCCURRED = "occurred"
    DISCOVERED = "discovered"
    REPORTED = "reported"
    """When it was entered in the source's system."""
    RECEIVED = "received"
    """When it came through our door. Always known."""
    AT = "at"


class Span(Policy):
    """So long: months and days as the wall shows them, hours as they pass. Working calendars take one unit only."""

    months: int = Field(default=0, ge=0)
    days: int = Field(default=0, ge=0)
    hours: float = Field(default=0, ge=0)
    minutes: float = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _not_nothing(self) -> Self:
        if not any((self.months, self.days, self.hours, self.minutes)):
            raise ValueError("a span is longer than nothing")
        return self

    @property
    def elapsed(self) -> timedelta:
        """The part that is not months, as elapsed time."""
        return timedelta(days=self.days, hours=self.hours, minutes=self.minutes)


class Deadline(Policy):
    """Done at or before `within` after the start."""

    kind: Literal["deadline"] = "deadline"
    within: Span
    calendar: Calendar = Calendar.CONTINUOUS


class Window(Policy):
    """Done between `opens` and `closes` after the start, both included."""

    kind: Literal["window"] = "window"
    opens: Span
    closes: Span
    calendar: Calendar = Calendar.CONTINUOUS


class NotBefore(Policy):
    """Not done earlier than `after` after the start. It has no end: it is only ever broken by acting too soon."""

    kind: Literal["not-before"] = "not-before"
    after: Span
    calendar: Calendar = Calendar.CONTINUOUS


class Recurring(Policy):
    """Done again and again: each stop starts the next round."""

    kind: Literal["recurring"] = "recurring"
    every: Span
    calendar: Calendar = Calendar.CALENDAR_DAYS


class BeforeState(Policy):
    """Done before `happening` comes about ("before leaving work"); `at_latest` so long after the start."""

    kind: Literal["before-state"] = "before-state"
    happening: Happening
    at_latest: Span
    calendar: Calendar = Calendar.CONTINUOUS


class Age(Policy):
    """Laws that name no number: how old it is, with an objective of one's own at most. It is never missed."""

    kind: Literal["age"] = "age"
    objective: Span | None = None
    """Always of local standing, whatever the rule's own is."""
    calendar: Calendar = Calendar.CONTINUOUS


Form = Annotated[
    Deadline | Window | NotBefore | Recurring | BeforeState | Age,
    Field(discriminator="kind"),
]


class Start(Policy):
    """What starts the clock, and from which of its times."""

    on: tuple[Happening, ...] = Field(min_length=1)
    at: Timestamp = Timestamp.AT
    otherwise: tuple[Timestamp, ...] = (Timestamp.RECEIVED,)
    """Where the source does not say `at`: the first of these that it does say."""


class Stop(Policy):
    """What ends it: `met`. What is only an attempt is kept as a time of its own and ends nothing."""

    on: tuple[Happening, ...] = ()
    attempted: tuple[Happening, ...] = ()
    cancelled: tuple[Happening, ...] = ()
    """It no longer applies: the record was withdrawn, nobody is owed anything."""


class Kind(StrEnum):
    """Same words as the contracts, as those of `Flag`, `Method` and `NamedBy`; a test holds them together."""

    ADVERSE_EVENT = "adverse-event"
    STRESSFUL_EVENT = "stressful-event"


class Flag(StrEnum):
    NEVER_EVENT = "never-event"
    SENTINEL = "sentinel"
    SERIOUS_INCIDENT = "serious-incident"
    DUTY_OF_CANDOUR = "duty-of-candour"


class Method(StrEnum):
    """How an analysis is made."""

    RCA = "rca"
    RCA2 = "rca2"
    PSII = "psii"
    AAR = "aar"
    SWARM = "swarm"
    MDT = "mdt"
    OTHER = "other"


class NamedBy(StrEnum):
    """How a person came to be named."""

    INCIDENT = "incident"
    COLLEAGUE = "colleague"
    MANAGER = "manager"
    MANAGEMENT = "management"
    SELF = "self"
    RCA_INTERVIEW = "rca-interview"
    DISCLOSURE = "disclosure"
    CLAIM = "claim"


class When(Policy):
    """Which incidents it is for. An empty condition is for all. All that are given must hold; within a list, one."""

    harm_at_least: HarmLevel | None = None
    unknown_harm: bool = False
    """Whether harm that nobody stated counts as enough."""
    flags: tuple[Flag, ...] = ()
    """Enough by itself, whatever the harm."""
    kinds: tuple[Kind, ...] = ()
    routes: tuple[NamedBy, ...] = ()
    """Of clocks for obligations, cases and assignments only."""
    methods: tuple[Method, ...] = ()
    """Of clocks for analyses, or for what has one: never of a promise that there will be one."""


class Route(StrEnum):
    """How a warning travels: to somebody's pocket, or into a list that is looked at by day."""

    PAGE = "page"
    WORKLIST = "worklist"


class Owner(StrEnum):
    """Who has to act."""

    PROGRAMME_ON_CALL = "programme-on-call"
    COORDINATOR = "coordinator"
    LINE_MANAGER = "line-manager"
    SUPPORTER = "supporter"
    SPECIALIST = "specialist"
    TIER_3_ON_CALL = "tier-3-on-call"
    TRIM_PRACTITIONER = "trim-practitioner"
    DISCLOSURE_LEAD = "disclosure-lead"
    COMMUNICATION_LEAD = "communication-lead"
    RCA_LEAD = "rca-lead"
    PATIENT_SAFETY = "patient-safety"
    RISK_MANAGEMENT = "risk-management"
    CLINICAL_LEADERSHIP = "clinical-leadership"
    ORGANISATION = "organisation"
    SYSTEM = "system"


class Warnings(Policy):
    """At which shares of the way (50, 80, 100 of a hundred) somebody is told, and how."""

    at: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (50, 80, 100)
    route: Route = Route.WORKLIST
    missed: Route | None = None
    """How the miss itself travels, where it is not `route`."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.at) != sorted(set(self.at)):
            raise ValueError("warnings rise and come once each")
        return self


class ClockRule(Policy):
    """One promise."""

    id: Slug
    version: int = Field(default=1, ge=1)
    in_force: date | None = None
    """From this day on (UTC); absent: always."""
    title: str
    catalogue: Annotated[str, Field(pattern=r"^[SDR]-\d\d$|^local$")]
    """The row of `domain.md` 3b-3d that it comes from."""
    side: Side
    subject: Subject
    when: When = When()
    start: Start
    stop: Stop
    form: Form
    standing: Standing
    source: str
    verified: bool
    """Whether the number, or for want of one the duty, was read in the source that is named; a summary says so."""
    owner: Owner
    warnings: Warnings = Warnings()
    enabled: bool = True

    @property
    def waits_for(self) -> tuple[Happening, ...]:
        """What it would start by, if no message carries any of that yet: until one does, it measures nothing."""
        return () if TOLD.intersection(self.start.on) else self.start.on

    @property
    def is_endless(self) -> bool:
        """Whether no message says yet that it was done: but for those who decline, it could only ever be missed."""
        return not TOLD.difference({Happening.CASE_DECLINED}).intersection(self.stop.on)


class Scenario(Policy):
    """A story about the pack in plain words, run as a test: see `docs/clocks.md`, *Scenarios*."""

    name: str
    site: Slug | None = None
    given: tuple[str, ...] = Field(min_length=1)
    expect: tuple[str, ...] = Field(min_length=1)


class ClockPack(Policy):
    """All promises of one jurisdiction or practice."""

    name: Slug
    version: int = Field(ge=1)
    title: str
    about: str
    """What it is for, and what it is not."""
    includes: tuple[Slug, ...] = ()
    """Other packs whose rules come along; a rule of the same id here takes the place of theirs."""
    without: tuple[Slug, ...] = ()
    """Rules of included packs that are not wanted here."""
    rules: tuple[ClockRule, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
