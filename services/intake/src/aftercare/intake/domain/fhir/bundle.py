"""Bundles of every type: each resource inside that tells of an incident is a record of its own (`interop.md` 6).

Entries without a resource, other resources, Bundles in Bundles, the same entry three times, links that are the
string "null": all of it occurs, none of it stops the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.facts import Version
from aftercare.intake.domain.fhir.adverse_event import instant
from aftercare.intake.domain.fhir.notifications import notification_of
from aftercare.intake.domain.fhir.references import Neighbours, plain_address
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text

MAX_ENTRIES = 20_000
_CHANGES = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource with its address in the Bundle, or what an entry without one says."""

    resource: JsonObject
    address: str | None = None
    version: Version = field(default_factory=Version)
    deleted: str | None = None
    """`Type/id` of what this entry says is gone."""
    changed: str | None = None
    """`Type/id` of what this entry says was changed, without saying how."""
    said: Any = None
    """The request and response of such an entry: two deletions of the same record differ by them."""
    reported: str | None = None


def entries_of(bundle: JsonObject) -> list[Entry]:
    """All entries, those of Bundles inside included, the oldest version first. At most `MAX_ENTRIES`, and one more."""
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
        if not entry.resource:
            continue
        if entry.address:
            found.setdefault(plain_address(entry.address), entry.resource)
        kind, own = entry.resource.get("resourceType"), entry.resource.get("id")
        if isinstance(kind, str) and isinstance(own, str):
            found.setdefault(f"{kind}/{own}", entry.resource)
    return Neighbours(found)


def _walk(bundle: JsonObject) -> Iterator[Entry]:
    listed = objects(bundle.get("entry"))[: MAX_ENTRIES + 1]
    notified = any(notification_of(obj(item.get("resource"))) for item in listed[:1])
    if text(bundle.get("type")) == "history" and not notified:
        listed.reverse()  # a history tells the newest first
    reported = _reported(bundle, listed)
    for item in listed:
        resource = obj(item.get("resource"))
        if resource.get("resourceType") == "Bundle":
            yield from _walk(resource)
        else:
            yield _entry(item, resource, reported)


def _entry(item: JsonObject, resource: JsonObject, reported: str | None) -> Entry:
    request, response = obj(item.get("request")), obj(item.get("response"))
    method = (text(request.get("method")) or "").upper()
    address = text(item.get("fullUrl"))
    url = text(request.get("url")) or ""
    meant = _kind_and_id(url) or _kind_and_id(address or "")
    return Entry(
        resource,
        address,
        _version(url, response),
        deleted=meant if method == "DELETE" and not resource else None,
        changed=meant if method == "PATCH" or (method in _CHANGES and not resource) else None,
        said=[item.get("request"), item.get("response")],
        reported=reported,
    )


def _version(url: str, response: JsonObject) -> Version:
    """The version of an entry in a history, by its address or the response's etag."""
    number = url.split("/_history/")[1] if "/_history/" in url else text(response.get("etag"))
    return Version(number or None, instant(response.get("lastModified")))


def _kind_and_id(url: str) -> str | None:
    parts = url.split("?", maxsplit=1)[0].split("/_history/", maxsplit=1)[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 and parts[-1] and parts[-2].isalpha() else None


def _reported(bundle: JsonObject, listed: list[JsonObject]) -> str | None:
    """When a message was sent: STU3 says it in its header, later releases in the Bundle."""
    if text(bundle.get("type")) != "message":
        return None
    headers = [obj(item.get("resource")) for item in listed]
    stated = [text(one.get("timestamp")) for one in headers if one.get("resourceType") == "MessageHeader"]
    return next((one for one in stated if one), None) or text(bundle.get("timestamp"))
