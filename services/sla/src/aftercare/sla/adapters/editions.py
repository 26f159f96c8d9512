"""Rules as clocks were born by them, in Postgres: a pack that changes touches no clock that runs."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.ids import derived_reference
from aftercare.programme.clocks import ClockRule
from aftercare.sla.domain.model import Edition, Editions


class EditionShelf:
    """Editions by reference: those of the packs that are in use, and older ones as they are asked for."""

    def __init__(self, editions: Editions) -> None:
        self.current = editions
        self._known: dict[str, Edition] = {}
        self._references: dict[int, str] = {}
        for each in editions.by_jurisdiction.values():
            for edition in each:
                self._hold(reference_of(edition), edition)

    @cached_property
    def all_current(self) -> tuple[Edition, ...]:
        """Every edition that is in use, each once."""
        return tuple(self._known[one] for one in sorted(self.in_use))

    def reference(self, edition: Edition) -> str:
        """The same for the same words of a rule."""
        known = self._references.get(id(edition))
        if known is None:
            known = reference_of(edition)
            self._hold(known, edition)
        return known

    def edition(self, reference: str) -> Edition:
        """One that is in use, or was loaded."""
        return self._known[reference]

    async def load(self, connection: AsyncConnection, references: Iterable[str]) -> None:
        """Read what clocks that run were born by, and no pack holds any more."""
        missing = sorted({one for one in references if one not in self._known})
        if missing:
            for row in await connection.execute(_LOAD, {"editions": missing}):
                self._hold(row.edition, _edition(row.body))

    async def keep(self, connection: AsyncConnection, references: Iterable[str]) -> None:
        """Store what clocks are born by."""
        ordered = sorted(set(references))
        if ordered:
            bodies = [body_of(self._known[one]) for one in ordered]
            rules = [self._known[one].rule.id for one in ordered]
            await connection.execute(_KEEP, {"editions": ordered, "rules": rules, "bodies": bodies})

    @cached_property
    def in_use(self) -> frozenset[str]:
        """References of the editions that packs hold now."""
        return frozenset(reference_of(one) for each in self.current.by_jurisdiction.values() for one in each)

    def _hold(self, reference: str, edition: Edition) -> None:
        held = self._known.setdefault(reference, edition)
        self._references[id(held)] = reference
        if held is not edition:
            self._references[id(edition)] = reference


def reference_of(edition: Edition) -> str:
    return derived_reference("rul", body_of(edition))


def body_of(edition: Edition) -> str:
    """All words of a rule as JSON, the same for the same rule."""
    rule = edition.rule.model_dump(mode="json")
    return json.dumps({"pack": edition.pack, "pack_version": edition.pack_version, "rule": rule}, sort_keys=True)


def _edition(body: Mapping[str, object]) -> Edition:
    return Edition(str(body["pack"]), int(str(body["pack_version"])), ClockRule.model_validate(body["rule"]))


_LOAD = text("select edition, body from rule where edition = any(cast(:editions as text[]))")
_KEEP = text(
    "insert into rule (edition, rule, body) select * from unnest(cast(:editions as text[]), cast(:rules as text[]),"
    " cast(:bodies as jsonb[])) on conflict do nothing"
)
