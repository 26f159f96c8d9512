"""An incident names people: each is owed an offer, or a reason (`domain.md` T1)."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare.kit.ids import derived_reference
from aftercare.support.adapters import mappers
from aftercare.support.domain.claim import Claim, claim_of, claim_of_nobody
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.records import Incident, Named
from aftercare.support.domain.vocabulary import IncidentStatus, Reason, Route, Unresolved
from aftercare.support.service_layer import loading
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.readings import IncidentRead, InvolvementRead
from aftercare.support.service_layer.settling import open_obligation

_WATCHED: tuple[Claim, ...] = (None, Reason.BACKFILL, Reason.SYNTHETIC)
"""Claims for which a record that names nobody is worth an entry in the books."""


async def load_incidents(desk: Desk, batch: Sequence[IncidentRead]) -> None:
    """Everything that the batch may change, in a handful of statements."""
    connection = desk.tx.connection
    await loading.identifiers(desk, (one.identifier for read in batch for one in read.involved))
    references = [read.incident for read in batch]
    desk.book.incidents.hold(await mappers.INCIDENTS.where(connection, "incident", references))
    known = await mappers.OBLIGATIONS.where(connection, "incident", list(_seen_before(desk, references)))
    desk.book.obligations.hold(known)
    persons = {row.person for row in known} | {row.person for row in desk.book.identifiers}
    await loading.people(desk, persons)


def _seen_before(desk: Desk, references: Sequence[str]) -> Sequence[str]:
    return [reference for reference in references if reference in desk.book.incidents]


def read_incident(desk: Desk, read: IncidentRead) -> list[str]:
    """Take one revision into the books. Returns the obligations to settle at the end of the batch."""
    known = desk.book.incidents.get(read.incident)
    if known is not None and read.revision <= known.revision:
        return _late(desk, read, known)
    desk.book.incidents.put(Incident(read.incident, read.revision, read.stand.status))
    touched = [_involve(desk, read, one, claim_of(read.stand, one.involvement)) for one in read.involved]
    touched += [_remember_removed(desk, read, one, claim_of(read.stand, one)) for one in read.removed]
    touched += _nobody(desk, read)
    for obligation in desk.book.obligations.of_incident(read.incident):
        claim = _claim(read, obligation)
        if claim is not obligation.claim:
            desk.book.obligations.put(replace(obligation, claim=claim))
            touched.append(obligation.obligation)
    return touched


def _claim(read: IncidentRead, obligation: Obligation) -> Claim:
    if obligation.involvement is None:
        return claim_of_nobody(read.stand) if obligation.route is Route.INCIDENT else obligation.claim
    return claim_of(read.stand, obligation.involvement)


def _late(desk: Desk, read: IncidentRead, known: Incident) -> list[str]:
    """An older revision after a newer one. It can only add those whom the newer one no longer names."""
    ended = claim_of(replace(read.stand, status=known.status, named={}), "")
    touched = [_involve(desk, read, one, ended) for one in read.involved if _is_new(desk, read, one.involvement)]
    touched += [_remember_removed(desk, read, one, ended) for one in read.removed]
    if not read.involved and nobody_reference(read.incident) not in desk.book.obligations:
        by_itself = claim_of_nobody(read.stand)
        if by_itself in _WATCHED:
            touched.append(_open_nobody(desk, read, _nobody_since(desk, read, known)))
    return touched


def _nobody_since(desk: Desk, read: IncidentRead, known: Incident) -> Claim:
    others = desk.book.obligations.of_incident(read.incident)
    anybody = {one.involvement: True for one in others if one.involvement and one.claim is not Reason.NOT_INVOLVED}
    return claim_of_nobody(replace(read.stand, status=known.status, named=anybody, triggers=False))


def _is_new(desk: Desk, read: IncidentRead, involvement: str) -> bool:
    return obligation_reference(read.incident, involvement) not in desk.book.obligations


def _involve(desk: Desk, read: IncidentRead, one: InvolvementRead, claim: Claim) -> str:
    reference = obligation_reference(read.incident, one.involvement)
    identifier = desk.book.identifiers.get(one.identifier)
    person = identifier.person if identifier else None
    desk.book.named.hold([Named(reference, one.identifier)])
    known = desk.book.obligations.get(reference)
    if known is None:
        is_unknown = claim is None and person is None and not (identifier and identifier.verdict)
        desk.book.named.put(Named(reference, one.identifier))
        open_obligation(
            desk,
            Obligation(
                obligation=reference,
                route=one.route,
                opened_at=desk.now,
                incident=read.incident,
                involvement=one.involvement,
                person=person,
                site=read.site,
                never_through_manager=one.never_through_manager,
                urgent=read.urgent,
                claim=claim,
                unresolved=Unresolved.UNKNOWN_IDENTIFIER if is_unknown else None,
            ),
            read.received,
            read.occurred,
            muted=read.stand.muted,
        )
    elif (known.never_through_manager, known.urgent) != (one.never_through_manager, read.urgent):
        shielded = known.never_through_manager or one.never_through_manager
        desk.book.obligations.put(replace(known, never_through_manager=shielded, urgent=read.urgent))
    return reference


def _remember_removed(desk: Desk, read: IncidentRead, involvement: str, claim: Claim) -> str:
    """Somebody removed whom we never saw named: an entry all the same, without anybody behind it."""
    reference = obligation_reference(read.incident, involvement)
    if reference not in desk.book.obligations:
        removed = Obligation(
            obligation=reference,
            route=Route.INCIDENT,
            opened_at=desk.now,
            incident=read.incident,
            involvement=involvement,
            site=read.site,
            claim=claim,
        )
        open_obligation(desk, removed, read.received, read.occurred, muted=read.stand.muted)
    return reference


def _nobody(desk: Desk, read: IncidentRead) -> list[str]:
    if read.involved or read.stand.status is not IncidentStatus.REPORTED:
        return []
    if nobody_reference(read.incident) in desk.book.obligations:
        return []
    claim = claim_of_nobody(read.stand)
    return [_open_nobody(desk, read, claim)] if claim in _WATCHED else []


def _open_nobody(desk: Desk, read: IncidentRead, claim: Claim) -> str:
    reference = nobody_reference(read.incident)
    nobody = Obligation(
        obligation=reference,
        route=Route.INCIDENT,
        opened_at=desk.now,
        incident=read.incident,
        site=read.site,
        urgent=read.urgent,
        claim=claim,
        unresolved=Unresolved.NOBODY_NAMED if claim is None else None,
    )
    open_obligation(desk, nobody, read.received, read.occurred, muted=read.stand.muted)
    return reference


def obligation_reference(incident: str, involvement: str) -> str:
    return derived_reference("obl", incident, involvement)


def nobody_reference(incident: str) -> str:
    return derived_reference("obl", incident, "nobody")
