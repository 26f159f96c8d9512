"""Bundles of every type: each AdverseEvent inside is a record of its own (`interop.md` 6).

Entries without a resource, other resources, Bundles in Bundles, the same entry three times, links that are the
string "null": all of it occurs, none of it stops the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aftercare.intake.domain.fhir.references import Neighbours, plain_address
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text

MAX_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource with its address in the Bundle. `deleted_id`: the entry says that this AdverseEvent is gone."""

    resource: JsonObject
    address: str | None = None
    deleted_id: str | None = None
    deletion: Any = None
    """The request and response of that entry: two deletions of the same record differ by them."""


def entries_of(bundle: JsonObject) -> list[Entry]:
    """All entries, those of Bundles inside included, in order. At most `MAX_ENTRIES`, and one more to tell."""
    found: list[Entry] = []
    for entry in _walk(bundle):
        found.append(entry)
        if len(found) > MAX_ENTRIES:
            break
    return found


def neighbours_of(entries: list[Entry]) -> Neighbours:
    """How the entries' resources can be referred to: by full address, and as `Type/id`."""
    found: dict[str, JsonObject] = {}
    for entry in entries:
        if entry.address:
            found.setdefault(plain_address(entry.address), entry.resource)
        kind, own = entry.resource.get("resourceType"), entry.resource.get("id")
        if isinstance(kind, str) and isinstance(own, str):
            found.setdefault(f"{kind}/{own}", entry.resource)
    return Neighbours(found)


def _walk(bundle: JsonObject) -> Iterator[Entry]:
    for item in objects(bundle.get("entry")):
        resource = obj(item.get("resource"))
        if resource.get("resourceType") == "Bundle":
            yield from _walk(resource)
            continue
        gone = None if resource else _deleted(item)
        yield Entry(resource, text(item.get("fullUrl")), gone, [item.get("request"), item.get("response")])


def _deleted(item: JsonObject) -> str | None:
    """The id of an AdverseEvent that a transaction or a history says was deleted."""
    request: Any = obj(item.get("request"))
    if text(request.get("method")) != "DELETE":
        return None
    parts = (text(request.get("url")) or "").split("?")[0].split("/_history/")[0].rstrip("/").split("/")
    return parts[-1] if len(parts) >= 2 and parts[-2] == "AdverseEvent" and parts[-1] else None
