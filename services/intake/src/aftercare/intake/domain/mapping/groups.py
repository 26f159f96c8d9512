"""Records that are one: an export with a row per person tells an incident in several rows.

A row by itself would be taken for a whole version, and who stands in the rows before it would be gone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from aftercare.intake.domain.json_values import body_hash
from aftercare.intake.domain.mapping.budget import Budget
from aftercare.intake.domain.mapping.expressions import Expression, NotApplicableError
from aftercare.intake.domain.readers.document import FORMAT

ROWS = "rows"
_OWN = frozenset({FORMAT, "@row"})
"""What a reader adds: no content of the row."""


def key_of(by: Expression, record: Any, budget: Budget) -> str | None:
    """What the records of a group have in common, as it is compared; `None` for a record that says nothing.

    Raises `TooCostlyError`.
    """
    try:
        found = by.of(record, budget)
    except NotApplicableError:
        return None
    plain = [one.strip() if isinstance(one, str) else one for one in (found if isinstance(found, list) else [found])]
    return body_hash(plain) if any(one not in (None, "") for one in plain) else None


def as_one(records: Sequence[Any]) -> dict[str, Any]:
    """`rows` are the records. Beside them each field in which they agree, and a list of all values where they don't.

    What is empty in a row disagrees with nothing: many systems write an incident's own fields in its first row only.
    """
    objects = [record for record in records if isinstance(record, dict)]
    names = dict.fromkeys(name for record in objects for name in record)
    joined = {name: _all_of(record.get(name) for record in objects) for name in names if name not in _OWN}
    first = {name: objects[0][name] for name in _OWN if name in objects[0]} if objects else {}
    return {**joined, **first, ROWS: [_content(record) for record in records]}


def digest_of(kind: str, group: Any) -> str:
    """The same in whatever order its rows stand."""
    return body_hash([kind, sorted(map(body_hash, group[ROWS]))])


def _all_of(values: Iterable[Any]) -> Any:
    apart: dict[str, Any] = {}
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                apart.setdefault(one if isinstance(one, str) else body_hash(one), one)
    found = list(apart.values())
    return found if len(found) > 1 else next(iter(found), None)


def _content(record: Any) -> Any:
    return {name: one for name, one in record.items() if name not in _OWN} if isinstance(record, dict) else record
