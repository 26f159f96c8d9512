"""Lists that are read page by page, by key: what stands behind a limit is one `next` away, never silently gone.

A page tells `next` beside its rows: the cursor of the page behind it, or none. A cursor is the sort key of the last row
shown and nothing else; the key ends in the row's own reference, so that no two rows share one. Rows that come or go
between two pages move no other: each that keeps its key is shown exactly once. What comes in front of a page that was
read (the newest, where they come first), or whose key changes so that it stands there now, is met by who begins at the
first page again. Who may see a row is asked on every page anew; a cursor opens nothing.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import GenericAlias
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, TypeAdapter

from aftercare.kit.auth.problems import Refusal

R = TypeVar("R")


def _in_utc(instant: datetime) -> datetime:
    """An offset may not lead out of the calendar."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("no instant") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,16}_[0-9a-f]{32}$")]
_KINDS: Final[Mapping[str, Any]] = {
    "timestamptz": Instant,
    "text": Reference,
    "boolean": bool,
    "bigint": Annotated[int, Field(ge=0, lt=2**63)],
}


class UnreadableCursor(Refusal):
    """A place in the list that nobody was given."""

    status = 422
    title = "This cursor is none of ours"

    def __init__(self) -> None:
        super().__init__("Leave it out, and begin at the first page.")


class Cursor:
    """Sort keys as opaque words. `kinds` are types as pydantic reads them, one for each part."""

    def __init__(self, *kinds: Any) -> None:
        key: Any = GenericAlias(tuple, kinds)
        self._key: TypeAdapter[tuple[Any, ...]] = TypeAdapter(key)

    def write(self, *key: object) -> str:
        """The word for a key, fit to stand in an address."""
        return urlsafe_b64encode(self._key.dump_json(key)).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[Any, ...]:
        """The key again. Raises `UnreadableCursor` for whatever can't be one, without repeating it."""
        try:
            return self._key.validate_json(b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        except ValueError:
            raise UnreadableCursor from None


@dataclass(frozen=True, slots=True)
class PageAsked:
    """At most `limit` rows, behind the page that told `after` as its `next`."""

    limit: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows, and the cursor of the page behind them; none behind the last."""

    rows: list[R]
    next: str | None


class Order(Generic[R]):
    """What a list is sorted by. `columns`: SQL of ours and its type, the row's reference last; none is ever null.

    `key` takes the same values from a row. `sql` ends a statement that has a `where`.
    """

    def __init__(
        self, columns: Mapping[str, str], key: Callable[[R], tuple[object, ...]], *, newest_first: bool = False
    ) -> None:
        self._key = key
        self._names = [f"after_{number}" for number in range(len(columns))]
        self._cursor = Cursor(*(_KINDS[kind] for kind in columns.values()))
        place = ", ".join(f"cast(:{name} as {kind})" for name, kind in zip(self._names, columns.values(), strict=True))
        sorted_by = ", ".join(f"{column} desc" if newest_first else column for column in columns)
        self.sql: Final = (
            f" and (:from_start or ({', '.join(columns)}) {'<' if newest_first else '>'} ({place}))"
            f" order by {sorted_by} limit :one_more"
        )

    def bound(self, asked: PageAsked) -> dict[str, object]:
        """The values for `sql`: one row more than asked for tells whether there is a next page."""
        key = [None] * len(self._names) if asked.after is None else self._cursor.read(asked.after)
        start = {"from_start": asked.after is None, "one_more": asked.limit + 1}
        return start | dict(zip(self._names, key, strict=True))

    def page(self, asked: PageAsked, found: Sequence[R]) -> Page[R]:
        """The page, of what the statement found."""
        rows = list(found[: asked.limit])
        return Page(rows, self.cursor(*self._key(rows[-1])) if len(found) > asked.limit else None)

    def cursor(self, *key: object) -> str:
        """The cursor of the page behind a key."""
        return self._cursor.write(*key)
