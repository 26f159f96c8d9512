"""The settings of the clocks: which side they measure, and by which packs."""

from datetime import time, timedelta

from pydantic import Field, field_validator

from aftercare.kit.settings import ServiceSettings
from aftercare.programme.clocks import Side

TOPICS_KEEP = timedelta(days=21)
"""How long the topics that are read keep a record, at most: what could come again must meet its clock."""


class SlaSettings(ServiceSettings):
    """What the clocks read beside what every service reads. `organisation` names sites, zones and holidays."""

    side: Side = Field(description="'event' or 'support': which topics are read, and whose promises are measured")
    clock_packs: str | None = Field(
        None, description="Clock packs for all sites, by name or path, with commas; without it by jurisdiction of each"
    )
    clocks_kept: timedelta = Field(
        timedelta(days=90), description="How long a clock that has ended is kept; longer than topics keep their records"
    )

    auditor_every: timedelta = Field(timedelta(minutes=1), description="How long the auditor rests between two rounds")
    auditor_settle: timedelta = Field(
        timedelta(minutes=1), description="What is younger than this the auditor does not judge yet"
    )
    auditor_lateness: timedelta = Field(
        timedelta(minutes=1), description="How late a warning or a miss may be before the auditor says so"
    )
    compliance_at: str = Field(
        "06:00,18:00", description="When offer compliance is published each day: times in UTC, with commas"
    )
    compliance_k: int = Field(5, ge=2, description="From how many named people on offer compliance gives a number")
    compliance_within: timedelta = Field(timedelta(hours=24), description="After how long an offer is overdue")

    @field_validator("compliance_at")
    @classmethod
    def _times(cls, value: str) -> str:
        for one in value.split(","):
            time.fromisoformat(one.strip())
        return value

    @property
    def compliance_times(self) -> tuple[time, ...]:
        """The fixed instants of a day, in UTC."""
        return tuple(time.fromisoformat(one.strip()) for one in self.compliance_at.split(","))

    @field_validator("clocks_kept")
    @classmethod
    def _longer_than_the_topics(cls, value: timedelta) -> timedelta:
        if value <= TOPICS_KEEP:
            raise ValueError("must be longer than the topics keep their records (21 days)")
        return value

    @property
    def pack_names(self) -> tuple[str, ...]:
        """The packs that hold everywhere, in order; none where each site's jurisdiction decides."""
        return tuple(name.strip() for name in (self.clock_packs or "").split(",") if name.strip())
