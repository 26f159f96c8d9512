"""What a hospital says of a source's FHIR: the server to fetch from, and what its own codes mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aftercare.intake.domain.vocabulary import FeedbackAudience, Flag, Milestone, RcaMethod


@dataclass(frozen=True, slots=True)
class FhirServer:
    """Where resources are fetched from that a source only points at. Secrets stand in the environment, not here."""

    base_url: str
    token_env: str | None = None
    """The environment variable of a bearer token that does not change."""
    token_url: str | None = None
    """For OAuth 2 client credentials instead."""
    client_id: str | None = None
    client_secret_env: str | None = None
    scope: str | None = None
    timeout_seconds: float = 10.0
    """For one whole answer, however slowly it trickles."""
    per_second: float = 5.0
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class FhirCodes:
    """Codes in lower case with their meaning. Without an entry nothing is guessed."""

    rca: Mapping[str, RcaMethod] = field(default_factory=dict)
    interviews: frozenset[str] = frozenset()
    disclosure: Mapping[str, Milestone] = field(default_factory=dict)
    feedback: Mapping[str, FeedbackAudience] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
