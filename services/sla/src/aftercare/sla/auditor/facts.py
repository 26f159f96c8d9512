"""What the auditor knows: facts that came over the source topics, and what the engine published about clocks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare.programme.clocks import Timestamp
from aftercare.programme.happenings import Happening
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.schemas.clock_audit import DifferenceKind as Kind


@dataclass(frozen=True, slots=True)
class Fact:
    """One happening from one message. All instants are UTC; references are opaque."""

    id: str
    """CloudEvents source and id: the same message twice is one fact."""
    happening: Happening
    subject: str
    time: datetime
    """When its producer said it."""
    received: datetime
    """When it came through the hospital's door, as the message says; else `time`."""
    earliest: datetime | None = None
    latest: datetime | None = None
    """Bounds of the moment itself; absent where the source did not say one."""
    about: tuple[str, ...] = ()
    """References that it concerns too: an analysis its incidents, an obligation its incident and its case."""
    revision: int = 0
    occurred: datetime | None = None
    discovered: datetime | None = None
    reported: datetime | None = None
    persons: tuple[str, ...] = ()
    """Relevant persons that it names: those of an incident's revision, those whom a milestone regards."""
    own_harms: tuple[str, ...] = ()
    """`person:harm`, for each of whom a revision states it."""
    is_of_staff: bool = False
    """A revision by which a member of staff was harmed."""
    method: str | None = None
    """How the incident is analysed."""
    harm: str | None = None
    flags: tuple[str, ...] = ()
    kind: str | None = None
    site: str | None = None
    route: str | None = None
    is_silent: bool = False
    """History replayed, or a probe: it starts nothing."""
    heard: datetime | None = None
    """When the auditor read it. Nothing is judged before both sides had time to see it."""

    @property
    def references(self) -> tuple[str, ...]:
        """Everything that it hangs together with."""
        return (self.subject, *self.about, *self.persons)

    @property
    def known(self) -> datetime:
        """The first instant at which anybody behind the topic could know it."""
        return max(self.received, self.time)

    @property
    def stops_at(self) -> datetime:
        """The instant as which it stops or cancels a clock: uncertainty never makes a promise kept earlier."""
        return min(self.latest or self.received, self.received)

    def harm_of(self, reference: str) -> str | None:
        """The harm that a revision states: a person's own, where it says so, else that of the incident."""
        return dict(one.split(":") for one in self.own_harms).get(reference, self.harm)

    def stated(self, stamp: Timestamp) -> datetime | None:
        """One of its times, as a start: uncertainty never gives more time."""
        match stamp:
            case Timestamp.OCCURRED:
                return self.occurred
            case Timestamp.DISCOVERED:
                return self.discovered
            case Timestamp.REPORTED:
                return self.reported
            case Timestamp.AT:
                return self.earliest or self.stops_at
            case Timestamp.RECEIVED:
                return self.received


class Change(StrEnum):
    """What an event says about its clock: the last word of its type."""

    STARTED = "started"
    MOVED = "moved"
    WARNED = "warned"
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Said:
    """One event of the engine about one clock, with the clock's state as it stood."""

    id: str
    change: Change
    time: datetime
    rule: str
    subject: str
    revision: int
    pack: str
    pack_version: int
    rule_version: int
    start: datetime
    start_from: str
    born: datetime
    clock: str = ""
    incident: str | None = None
    opens: datetime | None = None
    due: datetime | None = None
    is_unmeetable: bool = False
    attempted: datetime | None = None
    percent: int | None = None
    at: datetime | None = None
    """Of a warning its instant, of an end the moment of it."""
    reason: str | None = None
    heard: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about one clock that is not as the rules say."""

    kind: Kind
    rule: str
    subject: str
    expected: datetime | None = None
    published: datetime | None = None
    expected_status: Status | None = None
    published_status: Status | None = None
    percent: int | None = None
