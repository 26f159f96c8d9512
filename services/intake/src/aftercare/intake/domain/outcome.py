"""How every record ends: mapped, parked or rejected, each with a reason that a person can act on.

Parked: we have it and keep it; after a fix (a setting, a newer release) it is mapped from there. Rejected: no fix of
ours can map it; the sender has to. Details are fixed words and names of known fields: they never quote a record.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from aftercare.intake.domain.facts import Fact, Version


class Ending(StrEnum):
    MAPPED = "mapped"
    PARKED = "parked"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Slugs for filters and metrics. The list is short and fixed, so a label's values are bounded."""

    MAPPED = "mapped"
    UNSUPPORTED_RESOURCE = "unsupported-resource"
    UNSUPPORTED_FORMAT = "unsupported-format"
    UNSUPPORTED_TYPE = "unsupported-type"
    UNKNOWN_SHAPE = "unknown-shape"
    NOT_THIS_FORMAT = "not-this-format"
    MAPPING_FAILED = "mapping-failed"
    MAPPING_TOO_COSTLY = "mapping-too-costly"
    MAPPING_MISFIT = "mapping-misfit"
    NO_MESSAGE_APPLIES = "no-message-applies"
    DATA_ELSEWHERE = "data-elsewhere"
    TO_BE_FETCHED = "to-be-fetched"
    CAN_NOT_BE_FETCHED = "can-not-be-fetched"
    SUBSCRIPTION_FAILING = "subscription-failing"
    NEEDS_CONFIGURATION = "needs-configuration"
    UNSUPPORTED_STEP = "unsupported-step"
    SIGN_OF_LIFE = "sign-of-life"
    MISSING_FIELD = "missing-field"
    UNREADABLE_FIELD = "unreadable-field"
    UNKNOWN_INCIDENT = "unknown-incident"
    AMBIGUOUS_INCIDENT = "ambiguous-incident"
    NOT_AN_INCIDENT = "not-an-incident"
    NO_ADVERSE_EVENT = "no-adverse-event"
    NOT_A_RECORD = "not-a-record"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY_RECORDS = "too-many-records"
    MALFORMED_JSON = "malformed-json"
    TRUNCATED_JSON = "truncated-json"
    DUPLICATE_KEY = "duplicate-key"
    NOT_A_NUMBER = "not-a-number"
    NUMBER_TOO_LARGE = "number-too-large"
    BROKEN_TEXT = "broken-text"
    WRONG_CHARSET = "wrong-charset"
    BINARY = "binary"
    MALFORMED_XML = "malformed-xml"
    TRUNCATED_XML = "truncated-xml"
    FORBIDDEN_XML = "forbidden-xml"
    TRUNCATED_FORM = "truncated-form"
    MALFORMED_HL7 = "malformed-hl7"
    MALFORMED_CSV = "malformed-csv"


_PARKED = frozenset(
    {
        Reason.UNSUPPORTED_RESOURCE,
        Reason.UNSUPPORTED_FORMAT,
        Reason.UNSUPPORTED_TYPE,
        Reason.UNKNOWN_SHAPE,
        Reason.NOT_THIS_FORMAT,
        Reason.MAPPING_FAILED,
        Reason.MAPPING_TOO_COSTLY,
        Reason.MAPPING_MISFIT,
        Reason.NO_MESSAGE_APPLIES,
        Reason.DATA_ELSEWHERE,
        Reason.TO_BE_FETCHED,
        Reason.CAN_NOT_BE_FETCHED,
        Reason.SUBSCRIPTION_FAILING,
        Reason.NEEDS_CONFIGURATION,
        Reason.UNSUPPORTED_STEP,
        Reason.MISSING_FIELD,
        Reason.UNREADABLE_FIELD,
        Reason.UNKNOWN_INCIDENT,
        Reason.AMBIGUOUS_INCIDENT,
    }
)

_ADVICE = {
    Reason.UNSUPPORTED_RESOURCE: "have an AdverseEvent sent, or write a mapping file for it (docs/mapping.md); replay",
    Reason.UNSUPPORTED_FORMAT: "write a mapping file for it (docs/mapping.md), try it with check --mapping, replay",
    Reason.UNSUPPORTED_TYPE: "check the event's type against docs/intake.md, or wait for an upgrade and replay it",
    Reason.UNKNOWN_SHAPE: "compare it with docs/intake.md, or write a mapping file (docs/mapping.md), then replay it",
    Reason.NOT_THIS_FORMAT: "use --format auto, or name the format it really has",
    Reason.MAPPING_FAILED: "this is our fault; it is kept: report it, and replay it after the fix",
    Reason.MAPPING_TOO_COSTLY: "pick smaller parts in the mapping's expressions; try it with check --mapping, replay",
    Reason.MAPPING_MISFIT: "correct that expression in the mapping file, try it with check --mapping, then replay",
    Reason.NO_MESSAGE_APPLIES: "add a message or an `ignore` for such records to the mapping file, then replay",
    Reason.DATA_ELSEWHERE: "the event only points at its data; have the sender put the data in",
    Reason.TO_BE_FETCHED: "nothing to do if the source has a server to fetch from; else give it one, or have data sent",
    Reason.CAN_NOT_BE_FETCHED: "look at the source's server and our rights there, then release it: it is fetched anew",
    Reason.SUBSCRIPTION_FAILING: "look at the subscription on the source's server, and send again what it held back",
    Reason.NEEDS_CONFIGURATION: "say in the file of sources what this source's codes mean (fhir_codes), then replay",
    Reason.UNSUPPORTED_STEP: "it is kept; tell whoever leads the analysis if its people are waiting for an offer",
    Reason.MISSING_FIELD: "have the sender fill the field, then send a new version",
    Reason.UNREADABLE_FIELD: "have the sender correct the field, then send a new version",
    Reason.UNKNOWN_INCIDENT: "check the incident number; replay once the incident has arrived",
    Reason.AMBIGUOUS_INCIDENT: "several incidents have this number: name the record's own id instead",
    Reason.SIGN_OF_LIFE: "nothing to do: the subscription works",
    Reason.NOT_AN_INCIDENT: "nothing to do; to report an incident send an AdverseEvent or an Aftercare event",
    Reason.NO_ADVERSE_EVENT: "nothing to do if none was meant; else put an AdverseEvent into the Bundle",
    Reason.NOT_A_RECORD: "this is a document about data, not data: leave it out",
    Reason.EMPTY: "send the record itself",
    Reason.TOO_LARGE: "send smaller bodies: split the Bundle or leave attachments out",
    Reason.TOO_DEEP: "no incident needs such nesting: check what made this body",
    Reason.TOO_MANY_RECORDS: "split the body into smaller ones",
    Reason.MALFORMED_JSON: "correct the JSON at the place named, then send it again",
    Reason.TRUNCATED_JSON: "the end is missing: send it again whole",
    Reason.DUPLICATE_KEY: "write each key once: two readers would read two different records",
    Reason.NOT_A_NUMBER: "NaN and Infinity are no JSON: leave the field out instead",
    Reason.NUMBER_TOO_LARGE: "send such a value as text, or leave it out",
    Reason.BROKEN_TEXT: "half a character (a lone surrogate) or a forbidden control character: repair the text",
    Reason.WRONG_CHARSET: "send UTF-8",
    Reason.BINARY: "send text: JSON in UTF-8",
    Reason.MALFORMED_XML: "correct the XML at the place named, then send it again",
    Reason.TRUNCATED_XML: "the end is missing: send it again whole",
    Reason.TRUNCATED_FORM: "the end is missing: send it again whole",
    Reason.FORBIDDEN_XML: "leave the document type out: nothing of it is ever used",
    Reason.MALFORMED_HL7: "send whole messages that begin with MSH and its separators",
    Reason.MALFORMED_CSV: "check the separator and the quotation marks, then send the rows again",
}


HMPPS_REPORT = "hmpps-report"
"""The one kind of pointer that is no FHIR resource."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A resource on its source's own server: never an address, so that no payload can send us anywhere."""

    kind: str
    id: str = field(repr=False)
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a subscription's notification says of its numbers: `first` of its events, `last` of all so far."""

    subscription: str = field(repr=False)
    last: int
    first: int | None = None
    is_new: bool = False
    """A handshake: the numbers begin anew."""

    def missed_since(self, known: int | None) -> int:
        """How many events did not come, if `known` was the last one."""
        if known is None or self.is_new:
            return 0
        coming = self.first if self.first is not None else self.last + 1
        return max(0, coming - known - 1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a record was not mapped. `detail` says what was seen, in our words."""

    reason: Reason
    detail: str
    format: str = "unknown"
    pointer: Pointer | None = None
    """What to fetch, of a record that says only that something changed."""
    heard: Heard | None = None

    @property
    def ending(self) -> Ending:
        return Ending.PARKED if self.reason in _PARKED else Ending.REJECTED

    @property
    def advice(self) -> str:
        return _ADVICE[self.reason]

    @property
    def explanation(self) -> str:
        """One line for a person: the slug, what was seen, what to do."""
        return f"{self.reason}: {self.detail}; {self.advice}"


@dataclass(frozen=True, slots=True)
class RecordIdentity:
    """Which record of its source this is: idempotency is (source, identity, version)."""

    kind: str
    """`incident`, or `event` for messages that happen once."""
    id: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """A record in our words."""

    format: str
    identity: RecordIdentity
    version: Version
    body_hash: str
    fact: Fact
    doubts: tuple[str, ...] = ()
    """What could not be read and was left out, as slugs: raw values stay in the encrypted store."""
    stated: tuple[str, ...] = ()
    """Codes of harm as the source stated them, of scales that we know: `lfpse-physical:2`."""
    heard: Heard | None = None


Examined = Mapped | Refusal


class RefusedError(Exception):
    """Ends the reading or mapping of one record."""

    def __init__(self, reason: Reason, detail: str, format_name: str = "unknown") -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, detail, format_name)
