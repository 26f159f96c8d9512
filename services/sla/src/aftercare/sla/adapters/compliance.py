"""Who was named for which incident, without the name: a reference that differs from incident to incident."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.programme.happenings import Happening
from aftercare.sla.domain.compliance import Naming, Owed

_OF_THEIR_OWN = ("self", "rca-interview")
"""Routes by which a person comes whom the incident itself does not name."""


@dataclass(frozen=True, slots=True)
class Named:
    """One person, for one incident."""

    reference: str
    incident: str
    since: datetime


async def note(connection: AsyncConnection, named: Sequence[Named]) -> None:
    """Keep each with the earliest instant at which the event side said so."""
    if named:
        values = {
            "named": [one.reference for one in named],
            "incidents": [one.incident for one in named],
            "instants": [one.since for one in named],
        }
        await connection.execute(_NOTE, values)


async def claim(connection: AsyncConnection, instant: datetime) -> bool:
    """Whether this transaction is the one that publishes this instant."""
    return (await connection.execute(_CLAIM, {"instant": instant})).rowcount == 1


async def namings(connection: AsyncConnection, oldest: datetime) -> list[Naming]:
    """Every incident of which somebody was named since `oldest`, and what came of it; older names are let go."""
    await connection.execute(_FORGET, {"oldest": oldest})
    named: dict[str, list[datetime]] = defaultdict(list)
    for row in await connection.execute(_NAMED):
        named[row.incident].append(row.since)
    owed: dict[str, list[Owed]] = defaultdict(list)
    found = {"incidents": list(named), "kinds": [kind.value for kind in _SETTLES], "others": list(_OF_THEIR_OWN)}
    for row in await connection.execute(_OWED, found):
        owed[row.incident].append(Owed(row.since, row.settled))
    return [Naming(incident, since, owed[incident]) for incident, since in sorted(named.items())]


_SETTLES = (Happening.OFFER_MADE, Happening.ALREADY_IN_CARE, Happening.NO_OFFER_MADE)
_NOTE = text(
    "insert into compliance_named (named, incident, since)"
    " select n, i, min(s) from unnest(cast(:named as text[]), cast(:incidents as text[]),"
    " cast(:instants as timestamptz[])) as u(n, i, s) group by n, i"
    " on conflict (named) do update set since = least(compliance_named.since, excluded.since)"
)
_CLAIM = text("insert into compliance_published (as_of) values (:instant) on conflict do nothing")
_FORGET = text(
    "delete from compliance_named where incident in"
    " (select incident from compliance_named group by incident having max(since) < :oldest)"
)
_NAMED = text("select incident, since from compliance_named order by named")
_OWED = text(
    "select l.source as incident, o.opened as since, s.settled from link l"
    " join lateral (select min(received) as opened, max(received) as reopened from happening h"
    "  where h.subject = l.target and h.kind = 'obligation-opened' and h.route <> all(cast(:others as text[]))) o"
    "  on o.opened is not null"
    " left join lateral (select min(at) as settled from happening h where h.subject = l.target"
    "  and h.kind = any(cast(:kinds as text[])) and h.at >= o.reopened) s on true"
    " where l.source = any(cast(:incidents as text[])) and left(l.target, 4) = 'obl_'"
)
