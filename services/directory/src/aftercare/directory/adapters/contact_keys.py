"""The keys database: one data key per person, wrapped under the master key. Deleting a row erases a contact."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from aftercare.kit.privacy.envelope_keys import CannotDecrypt, master_key, new_data_key, unwrap_key, wrap_key

DEFAULT_MASTER = "1"


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The master keys at hand, the current one first."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_setting(cls, setting: str) -> "MasterKeys":
        """Read `BASE64`, or `id:BASE64,id:BASE64` while the key rotates; the first is current.

        Raises `ValueError` that never quotes a key.
        """
        pairs = [part.strip().rpartition(":") for part in setting.split(",")]
        keys = {kid or DEFAULT_MASTER: master_key(encoded) for kid, _, encoded in pairs}
        if len(keys) < len(pairs):
            raise ValueError("two master keys have the same id")
        return cls(keys)

    @property
    def current(self) -> str:
        return next(iter(self.keys))

    def wrap(self, data_key: bytes, person: str) -> bytes:
        return wrap_key(self.keys[self.current], data_key, person)

    def unwrap(self, master: str, wrapped: bytes, person: str) -> bytes:
        """Raises `CannotDecrypt`, also when the master key of that id is not at hand."""
        if master not in self.keys:
            raise CannotDecrypt("wrapped under a master key that is not set")
        return unwrap_key(self.keys[master], wrapped, person)


class ContactKeys:
    """Reads, makes and destroys data keys. Each call is a transaction of its own in the keys database."""

    def __init__(self, engine: AsyncEngine, masters: MasterKeys) -> None:
        self.engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        """One statement needs no transaction around it: two round trips less on the way to each contact."""
        self._masters = masters

    async def read(self, persons: Collection[str]) -> Mapping[str, bytes]:
        """The keys of those who have one. Who was erased is not among them."""
        async with self._reading.connect() as connection:
            rows = await connection.execute(_READ, {"persons": list(persons)})
            return {row.person: self._masters.unwrap(row.master, row.wrapped, row.person) for row in rows}

    async def read_or_make(self, persons: Collection[str], now: datetime) -> Mapping[str, bytes]:
        """The keys of all of them. A key without a contact is harmless, a contact without a key is lost:
        so keys are committed first.
        """
        found = dict(await self.read(persons))
        missing = [person for person in persons if person not in found]
        if missing:
            fresh = {person: new_data_key() for person in missing}
            wrapped = [self._masters.wrap(fresh[person], person) for person in missing]
            async with self.engine.begin() as connection:
                made = await connection.execute(
                    _MAKE, {"persons": missing, "wrapped": wrapped, "master": self._masters.current, "now": now}
                )
                found |= {row.person: fresh[row.person] for row in made}
            lost_race = [person for person in missing if person not in found]
            found |= await self.read(lost_race) if lost_race else {}
        return found

    async def destroy(self, persons: Collection[str]) -> None:
        """From the commit on, no copy of these contacts can be read, however old."""
        async with self.engine.begin() as connection:
            await connection.execute(_DESTROY, {"persons": list(persons)})

    async def count_outdated(self) -> int:
        """Keys that are not yet wrapped under the current master key."""
        async with self.engine.connect() as connection:
            return int(await connection.scalar(_COUNT_OUTDATED, {"master": self._masters.current}) or 0)

    async def rewrap(self, at_most: int = 2000) -> int:
        """Wrap some outdated keys under the current master key. Returns how many; 0 when none are left."""
        async with self.engine.begin() as connection:
            rows: Sequence[tuple[str, bytes, str]] = [
                (row.person, row.wrapped, row.master)
                for row in await connection.execute(_OUTDATED, {"master": self._masters.current, "n": at_most})
            ]
            fresh = [
                self._masters.wrap(self._masters.unwrap(master, wrapped, person), person)
                for person, wrapped, master in rows
            ]
            await connection.execute(
                _REPLACE, {"persons": [row[0] for row in rows], "wrapped": fresh, "master": self._masters.current}
            )
        return len(rows)


_READ = text("select person, wrapped, master from contact_key where person = any(cast(:persons as text[]))")
_MAKE = text(
    "insert into contact_key (person, wrapped, master, made_at) select p, w, :master, :now"
    " from unnest(cast(:persons as text[]), cast(:wrapped as bytea[])) as u(p, w)"
    " on conflict (person) do nothing returning person"
)
_DESTROY = text("delete from contact_key where person = any(cast(:persons as text[]))")
_COUNT_OUTDATED = text("select count(*) from contact_key where master <> :master")
_OUTDATED = text(
    "select person, wrapped, master from contact_key where master <> :master order by person limit :n"
    " for update skip locked"
)
_REPLACE = text(
    "update contact_key k set wrapped = u.w, master = :master"
    " from unnest(cast(:persons as text[]), cast(:wrapped as bytea[])) as u(p, w) where k.person = u.p"
)
