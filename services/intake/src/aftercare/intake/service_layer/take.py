"""One examined record, taken into the ledger: new, a duplicate, a conflict, or refused with a reason."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aftercare.intake.domain.examine import Examination
from aftercare.intake.domain.facts import (
    DisclosureStep,
    IncidentMerge,
    IncidentReport,
    IncidentWithdrawal,
    Mention,
    RcaDeletion,
    RcaMilestone,
    StaffChange,
)
from aftercare.intake.domain.outcome import Ending, Heard, Mapped, Pointer, Reason, Refusal, RefusedError
from aftercare.intake.domain.relevant import MAX_PERSONS
from aftercare.intake.domain.source import Source
from aftercare.intake.service_layer.apply import TOO_MANY, Applying, incident_key, rca_key, record_of_rca
from aftercare.intake.service_layer.ledger import Effect, Key, Ledger, Seen, Wanted
from aftercare.intake.service_layer.ports import Naming

_SKEW = timedelta(hours=1)
"""Clocks differ; so much ahead of ours is no doubt yet."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record."""

    reference: str
    index: int
    source: str
    format: str
    outcome: Ending
    reason: Reason
    detail: str
    advice: str = ""
    effect: Effect = Effect.NONE
    is_new: bool = True
    incident: str | None = None
    rca: str | None = None
    doubts: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    """Codes of harm as the source stated them."""
    identity_key: str = field(default="", repr=False)
    version_key: str = field(default="", repr=False)
    body_hash: str = field(default="", repr=False)
    conflicts_with: str | None = None
    pointer: Pointer | None = field(default=None, repr=False)
    """What is to be fetched to learn more."""
    heard: Heard | None = field(default=None, repr=False)
    """The numbers of a notification."""

    @property
    def explanation(self) -> str:
        return f"{self.reason}: {self.detail}; {self.advice}" if self.advice else str(self.reason)


def wanted_by(examinations: list[tuple[Examination, str]], naming: Naming) -> Wanted:
    """What must be loaded to take these records, each given with the hash of its body."""
    incidents: set[Key] = set()
    references: set[str] = set()
    numbers: set[str] = set()
    rcas: set[Key] = set()
    known_rcas: set[Key] = set()
    records: set[Key] = set()
    for examination, body_hash in examinations:
        records.add(record_key(examination, body_hash, naming))
        if isinstance(examination.ending, Refusal):
            continue
        for mention in mentions_of(examination.ending):
            if mention.reference is not None:
                references.add(mention.reference)
            elif mention.source_id is not None:
                incidents.add(incident_key(mention.source_id, examination.source, naming))
            else:
                numbers.add(naming.key("number", mention.number or ""))
        fact = examination.ending.fact
        if isinstance(fact, RcaMilestone):
            rcas.add(rca_key(fact, examination.source, naming))
        if isinstance(fact, RcaMilestone | RcaDeletion) and fact.told_by is not None:
            told_by = record_of_rca(fact.told_by, examination.source, naming)
            (known_rcas if isinstance(fact, RcaDeletion) else rcas).add(told_by)
    return Wanted(
        frozenset(incidents),
        frozenset(references),
        frozenset(numbers),
        frozenset(rcas),
        frozenset(known_rcas),
        frozenset(records),
    )


def mentions_of(mapped: Mapped) -> tuple[Mention, ...]:
    """Every incident that a record points at."""
    match mapped.fact:
        case IncidentReport(source_id=own) | IncidentWithdrawal(source_id=own):
            return (Mention(own),)
        case IncidentMerge(source_id=own, into=into):
            return (Mention(own), into)
        case StaffChange(incident=incident) | DisclosureStep(incident=incident):
            return (incident,)
        case RcaMilestone(incidents=incidents):
            return incidents
        case RcaDeletion():
            return ()


def record_key(examination: Examination, body_hash: str, naming: Naming) -> Key:
    """By what a record is known again. A refused one is known by its bytes."""
    source: Source = examination.source
    if isinstance(examination.ending, Refusal):
        return source.name, naming.key("body", source.scope, body_hash, str(examination.index))
    identity = examination.ending.identity
    return source.name, naming.key("record", source.scope, identity.kind, identity.id)


def take(ledger: Ledger, naming: Naming, examination: Examination, body_hash: str, received: datetime) -> Taken:
    """Take one record. Never raises for what a record says."""
    key = record_key(examination, body_hash, naming)
    ending = examination.ending
    reference = naming.reference("rec", *key, str(examination.index))
    if isinstance(ending, Refusal):
        return _refused(ledger, examination, ending, key, reference, body_hash)
    version_key = naming.key("version", ending.version.stated or f"hash:{ending.body_hash}")
    before = ledger.seen.setdefault(key, [])
    again = [one for one in before if one.version_key == version_key and one.outcome == Ending.MAPPED]
    same = next((one for one in again if one.body_hash == ending.body_hash), None)
    plain = Taken(
        same.reference if same else reference,
        examination.index,
        examination.source.name,
        ending.format,
        Ending.MAPPED,
        Reason.MAPPED,
        "",
        doubts=(*ending.doubts, *_from_the_future(ending, received), *_too_many(ending)),
        stated=ending.stated,
        identity_key=key[1],
        version_key=version_key,
        body_hash=ending.body_hash,
        heard=ending.heard,
    )
    if same is not None:
        return replace(plain, effect=same.effect, incident=same.incident, is_new=False)
    if again:
        conflicting = replace(
            plain,
            effect=Effect.CONFLICT,
            incident=again[0].incident,
            conflicts_with=again[0].reference,
            detail="this version came before with another body; the first one stands",
            advice="compare the two at the source, and send the right one as a new version",
        )
        return _remember(ledger, key, conflicting)
    applying = Applying(ledger, naming, examination.source, reference, received)
    try:
        applied = applying.apply(ending.fact, ending.version)
    except RefusedError as refused:
        refusal = replace(refused.refusal, format=ending.format)
        return _refused(ledger, examination, refusal, key, reference, ending.body_hash)
    doubts = tuple(dict.fromkeys((*plain.doubts, *applied.doubts)))
    whole = replace(plain, effect=applied.effect, incident=applied.incident, rca=applied.rca, doubts=doubts)
    return _remember(ledger, key, whole)


def _from_the_future(mapped: Mapped, received: datetime) -> list[str]:
    """Moments that can't have been yet. They are passed on as stated; the doubt says so."""
    if not isinstance(mapped.fact, IncidentReport):
        return []
    details = mapped.fact.details
    stated = {"occurred": details.occurred, "discovered": details.discovered, "recorded": details.recorded}
    return [f"in-the-future:{name}" for name, one in stated.items() if one and one.earliest > received + _SKEW]


def _too_many(mapped: Mapped) -> list[str]:
    fact = mapped.fact
    return [TOO_MANY] if isinstance(fact, IncidentReport) and len(fact.patients) > MAX_PERSONS else []


def _refused(
    ledger: Ledger, examination: Examination, refusal: Refusal, key: Key, reference: str, body_hash: str
) -> Taken:
    before = ledger.seen.setdefault(key, [])
    same = next((one for one in before if one.body_hash == body_hash and one.outcome != Ending.MAPPED), None)
    taken = Taken(
        same.reference if same else reference,
        examination.index,
        examination.source.name,
        refusal.format,
        refusal.ending,
        refusal.reason,
        refusal.detail,
        refusal.advice,
        is_new=same is None,
        identity_key=key[1],
        version_key="",
        body_hash=body_hash,
        pointer=refusal.pointer,
        heard=refusal.heard,
    )
    return taken if same is not None else _remember(ledger, key, taken)


def _remember(ledger: Ledger, key: Key, taken: Taken) -> Taken:
    ledger.seen[key].append(
        Seen(taken.reference, taken.version_key, taken.body_hash, taken.effect, taken.outcome, taken.incident)
    )
    return taken
