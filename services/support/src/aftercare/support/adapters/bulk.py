"""Whole batches in one statement each: arrays in, rows out (`architecture.md` 3, goal 2,000 incidents a second)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, DateTime, Integer, Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.store.paging import Order, Page, PageAsked

R = TypeVar("R")

_TYPES: Mapping[type, str] = {
    DateTime: "timestamptz",
    Boolean: "boolean",
    BigInteger: "bigint",
    Integer: "integer",
}


@dataclass(frozen=True)
class Mapper(Generic[R]):
    """One dataclass and its table; their fields and columns have the same names."""

    record: type[R]
    table: Table
    read: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """How a column becomes a field, where it isn't the same value: enums, tuples."""

    async def where(
        self, connection: AsyncConnection, column: str, values: Iterable[str], *, also: str = "", lock: str = ""
    ) -> list[R]:
        """All rows whose `column` is among `values`, in the key's order. `also` and `lock` are SQL of ours."""
        wanted = list(dict.fromkeys(values))
        if not wanted:
            return []
        condition = f" and ({also})" if also else ""
        statement = _prepared(
            f'select {self._columns} from {self._name} where "{column}" = any(cast(:values as text[])){condition}'  # noqa: S608
            f" order by {self._key} {lock}"
        )
        return [self._record(row) for row in await connection.execute(statement, {"values": wanted})]

    async def write(self, connection: AsyncConnection, records: Sequence[R]) -> None:
        """Insert or replace."""
        if records:
            await connection.execute(self._upsert, self._arrays(records))

    async def add(self, connection: AsyncConnection, records: Sequence[R]) -> None:
        """Insert what is not there yet, in the key's order, so that two writers never wait for each other in a ring."""
        if records:
            ordered = sorted(records, key=attrgetter(*self._keys))
            await connection.execute(self._insert, self._arrays(ordered))

    async def append(self, connection: AsyncConnection, records: Sequence[R]) -> None:
        """Insert into a table that only grows."""
        if records:
            await connection.execute(_prepared(self._into), self._arrays(records))

    async def every(self, connection: AsyncConnection, *, where: str = "true", **bound: object) -> list[R]:
        """All rows for a condition of ours; values only through `bound`."""
        statement = text(f"select {self._columns} from {self._name} where {where} order by {self._key}")  # noqa: S608
        return [self._record(row) for row in await connection.execute(statement, bound)]

    async def page(
        self, connection: AsyncConnection, order: Order[R], asked: PageAsked, *, where: str, **bound: object
    ) -> Page[R]:
        """A page of the rows for a condition of ours; values only through `bound`."""
        statement = _prepared(f"select {self._columns} from {self._name} where {where}{order.sql}")  # noqa: S608
        found = await connection.execute(statement, bound | order.bound(asked))
        return order.page(asked, [self._record(row) for row in found])

    def _record(self, row: Any) -> R:
        values = dict(row._mapping)  # noqa: SLF001 # SQLAlchemy's public name for it
        for name, convert in self.read.items():
            if values[name] is not None:
                values[name] = convert(values[name])
        return self.record(**values)

    def _arrays(self, records: Sequence[R]) -> dict[str, list[Any]]:
        arrays = {name: list(map(attrgetter(name), records)) for name in self._names}
        for name in self._worded:
            arrays[name] = [",".join(sorted(one) if isinstance(one, frozenset) else one) for one in arrays[name]]
        return arrays

    @cached_property
    def _names(self) -> list[str]:
        return [one.name for one in fields(self.record)]  # type: ignore[arg-type] # R is always a dataclass

    @cached_property
    def _worded(self) -> list[str]:
        return [name for name in self._names if isinstance(self.table.c[name].type, ARRAY)]

    @cached_property
    def _keys(self) -> list[str]:
        return [column.name for column in self.table.primary_key if column.name in self._names]

    @cached_property
    def _columns(self) -> str:
        return ", ".join(f'"{name}"' for name in self._names)

    @cached_property
    def _name(self) -> str:
        return self.table.fullname

    @cached_property
    def _key(self) -> str:
        return ", ".join(f'"{name}"' for name in self._keys)

    @cached_property
    def _insert(self) -> TextClause:
        return text(f"{self._into} on conflict do nothing")

    @cached_property
    def _upsert(self) -> TextClause:
        rest = [name for name in self._names if name not in self._keys]
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
        return text(f"{self._into} on conflict ({self._key}) do {f'update set {changes}' if rest else 'nothing'}")

    @cached_property
    def _into(self) -> str:
        columns = [self.table.c[name] for name in self._names]
        read = ", ".join(_unpacked(column) for column in columns)
        arrays = ", ".join(f"cast(:{column.name} as {_array_type(column)}[])" for column in columns)
        return f"insert into {self._name} ({self._columns}) select {read} from unnest({arrays}) as u({self._columns})"  # noqa: S608


@lru_cache(maxsize=512)
def _prepared(sql: str) -> TextClause:
    """One statement for each text of ours: reading it for its parameters takes longer than running it."""
    return text(sql)


def _array_type(column: "Column[Any]") -> str:
    return next((name for kind, name in _TYPES.items() if isinstance(column.type, kind)), "text")


def _unpacked(column: "Column[Any]") -> str:
    """Arrays in arrays don't survive `unnest`, so a list of words travels as one text."""
    if isinstance(column.type, ARRAY):
        return f"string_to_array(\"{column.name}\", ',')"
    return f'"{column.name}"'


def words(kind: Callable[[str], Any]) -> Callable[[Sequence[str]], tuple[Any, ...]]:
    """A column of words, each made into its enum."""
    return lambda values: tuple(kind(value) for value in values)
