"""Mutations of parsed JSON: what half-migrated systems and tired people do to a record, and what attackers do."""

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

CANARY = "Zaphodine"
"""A name of nobody. Wherever it is put, it must never come out."""
Path = tuple[Any, ...]


def canary(chance: Random) -> str:
    """The name in the company in which names come."""
    before = chance.choice(
        ["", "Dr. ", "Practitioner/", "#", "urn:", "N-1001 ", "<b>", "'; drop table record; --", "7 "]
    )
    after = chance.choice(
        ["", " Müller", "\u200b", "@example.org", "|", "^1", "/_history/2", "\t", " 1950-01-01", "{{7*7}}"]
    )
    return f"{before}{CANARY}{after}"


def odd(chance: Random) -> Any:
    """A value that nobody expects there."""
    return chance.choice(
        [
            None, True, False, 0, -1, 2**70, 1e308, -0.0, "", " ", "-", "N/A", "null", "NaN", "0000-00-00",
            "2026-13-45", "99999999999", "2026-03-02T10:00:00.1234567+14:00", "2026-02-30", "1905", [], {}, [[]],
            [None], [{}], {"": ""}, canary(chance), [canary(chance)], {"value": canary(chance)},
            {canary(chance): canary(chance)},
            {"coding": [{"code": canary(chance), "display": canary(chance)}], "text": canary(chance)},
            {"reference": f"Patient/{CANARY}", "display": canary(chance)}, "é" * 300, "x" * 5000, "\u202e", "٣",
        ]
    )  # fmt: skip


def paths(value: Any, at: Path = ()) -> list[Path]:
    """Every place in a value."""
    found = [at] if at else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        found.extend(paths(one, (*at, step)))
    return found


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def mutated(value: Any, others: list[Any], chance: Random) -> Any:
    """A copy with one change somewhere."""
    changed = copy.deepcopy(value)
    places = paths(changed)
    if not places:
        return odd(chance)
    path = chance.choice(places)
    holder = at(changed, path[:-1])
    chance.choice(_CHANGES)(holder, path[-1], others, chance)
    return changed


def _odd(holder: Any, step: Any, _others: list[Any], chance: Random) -> None:
    holder[step] = odd(chance)


def _named(holder: Any, step: Any, _others: list[Any], chance: Random) -> None:
    holder[step] = canary(chance)


def _gone(holder: Any, step: Any, _others: list[Any], _chance: Random) -> None:
    del holder[step]


def _listed(holder: Any, step: Any, _others: list[Any], chance: Random) -> None:
    holder[step] = [holder[step]] * chance.choice([1, 2, 50])


def _unlisted(holder: Any, step: Any, _others: list[Any], _chance: Random) -> None:
    inner = holder[step]
    holder[step] = inner[0] if isinstance(inner, list) and inner else {"value": inner}


def _wrapped(holder: Any, step: Any, _others: list[Any], chance: Random) -> None:
    for _ in range(chance.choice([1, 3, 130])):
        holder[step] = {chance.choice(["resource", "data", "item", CANARY]): holder[step]}


def _renamed(holder: Any, step: Any, _others: list[Any], chance: Random) -> None:
    if isinstance(holder, dict):
        names = [
            str(step).upper(),
            str(step) + "s",
            str(step)[:-1],
            canary(chance),
            "",
            "resourceType",
            "type",
            "@format",
        ]
        holder[chance.choice(names)] = holder.pop(step)


def _spliced(holder: Any, step: Any, others: list[Any], chance: Random) -> None:
    other = chance.choice(others)
    places = paths(other)
    holder[step] = copy.deepcopy(at(other, chance.choice(places))) if places else other


def _joined(holder: Any, step: Any, others: list[Any], chance: Random) -> None:
    other = chance.choice(others)
    if isinstance(holder, dict) and isinstance(other, dict):
        holder.update(copy.deepcopy(other))
    else:
        holder[step] = other


_CHANGES: list[Callable[[Any, Any, list[Any], Random], None]] = [
    _odd, _odd, _named, _named, _gone, _listed, _unlisted, _wrapped, _renamed, _spliced, _joined
]  # fmt: skip


def written(value: Any, chance: Random) -> bytes:
    """As JSON, sometimes in a way that only few readers take."""
    style = chance.randrange(8)
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5, indent=2 if style == 0 else None)
    if style == 1:
        return b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass")
    if style == 2:
        return text.encode("utf-16", "surrogatepass")
    if style == 3:
        return "\n".join([text] * chance.choice([1, 3])).encode("utf-8", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")
