"""How far each subscription's numbers have come: a notification that is missing is seen by the next one."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text

from aftercare.intake.domain.outcome import Heard
from aftercare.intake.service_layer.ports import Naming
from aftercare.intake.service_layer.take import Taken
from aftercare.kit.store.transaction import Transaction

GAP = "notification-gap"


async def note_gaps(tx: Transaction, taken: Sequence[Taken], naming: Naming) -> tuple[Taken, ...]:
    """Remember the numbers of notifications. One before which others are missing gets the doubt that says so."""
    return tuple([await _noted(tx, one, one.heard, naming) if one.heard else one for one in taken])


async def _noted(tx: Transaction, one: Taken, heard: Heard, naming: Naming) -> Taken:
    parameters = {
        "source": one.source,
        "key": naming.key("subscription", heard.subscription),
        "last": heard.last,
        "anew": heard.is_new,
        "now": tx.now,
    }
    known = (await tx.connection.execute(_KNOWN, parameters)).scalar_one_or_none()
    await tx.connection.execute(_HEAR, parameters)
    if heard.missed_since(known) == 0 or GAP in one.doubts:
        return one
    return replace(one, doubts=(*one.doubts, GAP))


_KNOWN = text("select last_event from subscription where source = :source and subscription_key = :key for update")
_HEAR = text(
    "insert into subscription (source, subscription_key, last_event, heard_at) values (:source, :key, :last, :now)"
    " on conflict (source, subscription_key) do update set heard_at = :now, last_event ="
    " case when :anew then excluded.last_event else greatest(subscription.last_event, excluded.last_event) end"
)
