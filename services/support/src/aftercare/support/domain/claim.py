"""What an incident, as it now stands, says about each involvement it ever named: an offer is due, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from aftercare.support.domain.vocabulary import IncidentStatus, Reason


@dataclass(frozen=True, slots=True)
class Named:
    """One involvement in the newest revision."""

    involvement: str
    due: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """The newest revision of an incident, as far as obligations hang on it.

    `triggers` is whether the incident by itself makes offers due; `muted` is why nobody may be contacted
    although they would be (backfill, synthetic).
    """

    status: IncidentStatus
    named: Mapping[str, bool]
    """Involvement -> whether that person is owed an offer."""
    triggers: bool
    muted: Reason | None = None


Claim = Reason | None
"""`None`: an offer is due. Else the reason why none is."""

_STATUS_REASONS = {
    IncidentStatus.WITHDRAWN: Reason.INCIDENT_WITHDRAWN,
    IncidentStatus.MERGED: Reason.INCIDENT_MERGED,
}


def claim_of(stand: Stand, involvement: str) -> Claim:
    """What is owed to one involvement that some revision of the incident named.

    Looks at the newest revision only, so that the order in which revisions arrived leaves no trace.
    """
    if stand.status in _STATUS_REASONS:
        return _STATUS_REASONS[stand.status]
    if involvement not in stand.named:
        return Reason.NOT_INVOLVED
    if not stand.named[involvement]:
        return Reason.BELOW_TRIGGER
    return stand.muted


def claim_of_nobody(stand: Stand) -> Claim:
    """What is owed for an incident whose record named nobody: to find out who it was, or why not."""
    if stand.status in _STATUS_REASONS:
        return _STATUS_REASONS[stand.status]
    if stand.status is IncidentStatus.NOBODY_INVOLVED:
        return Reason.NOBODY_INVOLVED
    if stand.named:
        return Reason.NAMED_SINCE
    if not stand.triggers:
        return Reason.BELOW_TRIGGER
    return stand.muted
