"""The supporters who can be asked, and whom each person can't have: loaded once, then kept true in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from aftercare.support.domain.case import Case
from aftercare.support.domain.matching import Need
from aftercare.support.domain.records import StaffMember
from aftercare.support.domain.supporter import Supporter


@dataclass(slots=True)
class Pool:
    """All but `supporters` are by person: whom they must not or do not want to meet."""

    supporters: dict[str, Supporter]
    involved: dict[str, set[str]] = field(default_factory=dict)
    conflicted: dict[str, set[str]] = field(default_factory=dict)
    not_these: dict[str, set[str]] = field(default_factory=dict)
    unit_managers: dict[str, set[str]] = field(default_factory=dict)

    def need(self, case: Case, member: StaffMember | None, asked: frozenset[str]) -> Need:
        person = case.person
        return Need(
            person=person,
            manager=member.manager if member else None,
            unit_managers=frozenset(self.unit_managers.get(person, ())) if case.never_through_manager else frozenset(),
            site=member.site if member else None,
            unit=member.unit if member else None,
            involved=frozenset(self.involved.get(person, ())),
            conflicted=frozenset(self.conflicted.get(person, ())),
            not_these=frozenset(self.not_these.get(person, ())),
            asked=asked,
            wishes=frozenset(case.wishes),
        )

    def takes_on(self, supporter: str, now: datetime) -> None:
        """One more request for them."""
        one = self.supporters.get(supporter)
        if one is not None:
            self.supporters[supporter] = replace(one, load=one.load + 1, last_asked_at=now)

    def lets_go(self, supporter: str) -> None:
        """One fewer."""
        one = self.supporters.get(supporter)
        if one is not None:
            self.supporters[supporter] = replace(one, load=max(0, one.load - 1))
