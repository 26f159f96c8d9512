"""An RCA re-arms support: offered before an interview, and again after it (S-18). It also names who can't support."""

from collections.abc import Sequence

from aftercare.kit.ids import derived_reference
from aftercare.support.adapters import mappers
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.records import Named, RcaIncident, RcaMember
from aftercare.support.domain.vocabulary import Reason, Route, Unresolved
from aftercare.support.service_layer import loading
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.readings import RcaRead
from aftercare.support.service_layer.settling import open_obligation


async def load_rcas(desk: Desk, batch: Sequence[RcaRead]) -> None:
    """Everything that the batch may change. Team members are kept at once: they only ever become more."""
    connection = desk.tx.connection
    await loading.identifiers(desk, (read.interviewee for read in batch if read.interviewee))
    references = [_reference(read) for read in batch if read.interviewee]
    desk.book.obligations.hold(await mappers.OBLIGATIONS.where(connection, "obligation", references))
    await loading.people(desk, (row.person for row in desk.book.identifiers))
    members = {RcaMember(read.rca, identifier): None for read in batch for identifier in read.team}
    await mappers.RCA_MEMBERS.add(connection, list(members))
    incidents = {RcaIncident(read.rca, incident): None for read in batch for incident in read.incidents}
    await mappers.RCA_INCIDENTS.add(connection, list(incidents))


def read_rca(desk: Desk, read: RcaRead) -> list[str]:
    """One milestone. Its incident need not have arrived: an interview is reason enough to offer.

    One that is cancelled, or an analysis that is, takes no offer back: an offer that was made stands.
    """
    if read.interviewee is None or read.stage is None:
        return []
    reference = _reference(read)
    if reference in desk.book.obligations:
        return []
    identifier = desk.book.identifiers.get(read.interviewee)
    person = identifier.person if identifier else None
    is_unknown = person is None and not read.backfill and not (identifier and identifier.verdict)
    desk.book.named.put(Named(reference, read.interviewee))
    open_obligation(
        desk,
        Obligation(
            obligation=reference,
            route=Route.RCA_INTERVIEW,
            opened_at=desk.now,
            rca=read.rca,
            stage=read.stage,
            person=person,
            claim=Reason.BACKFILL if read.backfill else None,
            unresolved=Unresolved.UNKNOWN_IDENTIFIER if is_unknown else None,
        ),
        read.received,
    )
    return [reference]


def _reference(read: RcaRead) -> str:
    return derived_reference("obl", read.rca, read.interviewee or "", read.stage or "")
