"""Writing a chunk of a roster: few statements, thousands of rows each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.directory.adapters.sealed_contact import SealedContact
from aftercare.directory.domain.line import RosterLine


@dataclass(frozen=True, slots=True)
class Row:
    """A roster line, ready to be written."""

    person: str
    line: RosterLine = field(repr=False)
    row_mac: bytes
    identifiers: tuple[str, ...]
    login: str | None
    manager: str | None
    blind: tuple[tuple[str, bytes], ...]

    @property
    def claims(self) -> tuple[str, ...]:
        return (*self.identifiers, self.login) if self.login else self.identifiers


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a token now."""

    person: str
    listed_by: str
    origin: str
    standing: str


async def holders(connection: AsyncConnection, tokens: Collection[str]) -> Mapping[str, Holder]:
    rows = await connection.execute(_HOLDERS, {"tokens": list(tokens)})
    return {row.token: Holder(row.person, row.listed_by, row.origin, row.standing) for row in rows}


async def write_people(
    connection: AsyncConnection, rows: Sequence[Row], sealed: Mapping[str, SealedContact], origin: str, now: datetime
) -> None:
    """Insert or replace; who was merged stays merged, and the revision stays what it was."""
    await connection.execute(
        _UPSERT,
        {
            "tokens": [row.person for row in rows],
            "origin": origin,
            "valid_from": [row.line.valid_from for row in rows],
            "valid_until": [row.line.valid_until for row in rows],
            "role_groups": [row.line.role_group.value for row in rows],
            "sites": [row.line.site for row in rows],
            "units": [row.line.unit for row in rows],
            "managers": [row.manager for row in rows],
            "zones": [row.line.zone for row in rows],
            "languages": [row.line.language or "" for row in rows],
            "channels": [",".join(row.line.channels()) for row in rows],
            "names": [sealed[row.person].name for row in rows],
            "reaches": [sealed[row.person].reach for row in rows],
            "works": [sealed[row.person].work for row in rows],
            "row_macs": [row.row_mac for row in rows],
            "now": now,
        },
    )


async def replace_claims(connection: AsyncConnection, rows: Sequence[Row], origin: str = "roster") -> Sequence[str]:
    """The tokens that these lines list, and no others of theirs. Returns people who lost one to them."""
    pairs = [
        (token, kind, row.person)
        for row in rows
        for kind, tokens in (("identifier", row.identifiers), ("login", (row.login,) if row.login else ()))
        for token in tokens
    ]
    params = {
        "tokens": [token for token, _, _ in pairs],
        "kinds": [kind for _, kind, _ in pairs],
        "listers": [lister for _, _, lister in pairs],
        "everybody": [row.person for row in rows],
        "origin": origin,
    }
    lost = await connection.execute(_DROP_CLAIMS, params)
    await connection.execute(_ADD_CLAIMS, params)
    return [row.person for row in lost]


async def replace_blind(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """The keyed hashes by which these people are found."""
    entries = [(field_name, mac, row.person) for row in rows for field_name, mac in row.blind]
    await connection.execute(_DROP_BLIND, {"persons": [row.person for row in rows]})
    await connection.execute(
        _ADD_BLIND,
        {
            "fields": [entry[0] for entry in entries],
            "macs": [entry[1] for entry in entries],
            "persons": [entry[2] for entry in entries],
        },
    )


_HOLDERS = text(
    "select c.token, c.person, c.listed_by, c.origin, p.standing from claim c join person p on p.token = c.listed_by"
    " where c.token = any(cast(:tokens as text[]))"
)
_UPSERT = text(
    "insert into person as p (token, revision, standing, origin, employed, valid_from, valid_until, role_group, site,"
    " unit, manager, zone, languages, channels, sealed_name, sealed_reach, sealed_work, row_mac, changed_at)"
    " select token, 0, 'new', :origin, true, valid_from, valid_until, role_group, site, unit, manager, zone,"
    " array_remove(array[language], ''), string_to_array(channels, ','), name, reach, work, row_mac, :now"
    " from unnest(cast(:tokens as text[]), cast(:valid_from as date[]), cast(:valid_until as date[]),"
    " cast(:role_groups as text[]), cast(:sites as text[]), cast(:units as text[]), cast(:managers as text[]),"
    " cast(:zones as text[]), cast(:languages as text[]), cast(:channels as text[]), cast(:names as bytea[]),"
    " cast(:reaches as bytea[]), cast(:works as bytea[]), cast(:row_macs as bytea[]))"
    " as u(token, valid_from, valid_until, role_group, site, unit, manager, zone, language, channels, name, reach,"
    " work, row_mac)"
    " on conflict (token) do update set origin = excluded.origin, employed = true, valid_from = excluded.valid_from,"
    " valid_until = excluded.valid_until, role_group = excluded.role_group, site = excluded.site,"
    " unit = excluded.unit, manager = excluded.manager, zone = excluded.zone, languages = excluded.languages,"
    " channels = excluded.channels, sealed_name = excluded.sealed_name, sealed_reach = excluded.sealed_reach,"
    " sealed_work = excluded.sealed_work, row_mac = excluded.row_mac, changed_at = excluded.changed_at"
    " where p.standing <> 'erased'"
)
_DROP_CLAIMS = text(
    "delete from claim c where c.origin = :origin and (c.listed_by = any(cast(:everybody as text[]))"
    " or c.token = any(cast(:tokens as text[]))) returning c.person"
)
_ADD_CLAIMS = text(
    "insert into claim (token, kind, person, listed_by, origin)"
    " select u.token, u.kind, coalesce(p.merged_into, p.token), p.token, :origin"
    " from unnest(cast(:tokens as text[]), cast(:kinds as text[]), cast(:listers as text[])) as u(token, kind, lister)"
    " join person p on p.token = u.lister"
    " on conflict (token) do update set person = excluded.person, listed_by = excluded.listed_by,"
    " origin = excluded.origin"
)
_DROP_BLIND = text("delete from blind_index where person = any(cast(:persons as text[]))")
_ADD_BLIND = text(
    "insert into blind_index (field, mac, person) select * from unnest(cast(:fields as text[]),"
    " cast(:macs as bytea[]), cast(:persons as text[])) on conflict do nothing"
)
