"""The pack's rules, as this installation can use them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aftercare.outreach.domain import vocabulary
from aftercare.outreach.domain.ladder import Plan, fit
from aftercare.outreach.domain.vocabulary import Channel, Purpose
from aftercare.outreach.domain.waking import next_allowed
from aftercare.programme.model import Coordinator, Ladder, Organisation, OutreachPolicy, Programme


@dataclass(frozen=True, slots=True)
class Policy:
    """Programme, organisation, and which channels are set up here."""

    programme: Programme
    organisation: Organisation | None
    channels: frozenset[Channel]

    @property
    def outreach(self) -> OutreachPolicy:
        return self.programme.outreach

    def plan(self, purpose: Purpose, own_order: Sequence[Channel], *, urgent: bool) -> Plan:
        """The ladder for one person, without channels that are not set up here."""
        ladder = _without(vocabulary.ladder_for(self.outreach, purpose, urgent=urgent), self.channels)
        return fit(
            ladder,
            own_order,
            climbs=vocabulary.climbs(purpose),
            human_at_end=vocabulary.ends_at_human(purpose),
        )

    def first_instant(self, at: datetime, purpose: Purpose, zone: str | None, *, urgent: bool) -> datetime:
        """The first instant from `at` on at which a message of this purpose may go out."""
        if not vocabulary.minds_waking_hours(purpose, urgent=urgent):
            return at
        return next_allowed(at, self.zone(zone), self.outreach.waking)

    def zone(self, name: str | None) -> ZoneInfo:
        """A person's zone; the organisation's first site's when it is not known or not a zone."""
        for candidate in (name, self.organisation.sites[0].zone if self.organisation else None):
            try:
                if candidate:
                    return ZoneInfo(candidate)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
        return ZoneInfo("UTC")

    def coordinator(self, duty: str | None) -> Coordinator | None:
        """A rung of the on-call ladder."""
        known = self.organisation.coordinators if self.organisation else ()
        return next((one for one in known if one.code == duty), None)


def _without(ladder: Ladder, usable: Collection[Channel]) -> Ladder:
    return ladder.model_copy(
        update={"rungs": tuple(rung for rung in ladder.rungs if Channel(rung.channel) in usable)}
    )  # fmt: skip
