"""Who is owed an offer (R30, R31). Harm and flags are looked at here, and kept nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from aftercare.programme.model import HarmLevel, Triggers
from aftercare.support.domain.vocabulary import Route


@dataclass(frozen=True, slots=True)
class Gravity:
    """What an incident says about itself, as far as it decides whether support is owed."""

    harm: HarmLevel
    flags: frozenset[str]
    stressful: bool


def is_trigger(policy: Triggers, gravity: Gravity) -> bool:
    """Whether the incident by itself makes everybody involved be offered support."""
    if gravity.stressful and policy.stressful_events:
        return True
    if gravity.flags & set(policy.flags):
        return True
    if gravity.harm is HarmLevel.UNKNOWN:
        return policy.unknown_harm
    if gravity.harm is HarmLevel.NEAR_MISS:
        return policy.near_misses
    return gravity.harm.at_least(policy.harm_at_least)


def is_due(policy: Triggers, gravity: Gravity, relation: str, route: Route) -> bool:
    """Whether one named person is owed an offer. Who was named by a human, or asked, always is (R29)."""
    if route is not Route.INCIDENT:
        return True
    return relation in policy.relations and is_trigger(policy, gravity)


def known_flags(flags: Iterable[str]) -> frozenset[str]:
    """The flags as a set of words; one that no policy names triggers nothing."""
    return frozenset(str(flag) for flag in flags)


def is_urgent(policy: Triggers, gravity: Gravity) -> bool:
    """Whether the offer itself can't wait for the merge window or the morning."""
    least = policy.urgent_harm_at_least
    return least is not None and gravity.harm is not HarmLevel.UNKNOWN and gravity.harm.at_least(least)
