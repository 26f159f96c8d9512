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
from aftercare.intake.domain.fhir.references import ANYWHERE, Neighbours, base_of, plain_address
from aftercare.intake.domain.fhir.resources import type_of, written_type
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Reason, Refusal

FORMAT = "fhir-bundle"
MAX_ENTRIES = 20_000
_CHANGES = frozenset({"POST", "PUT", "PATCH", ""})
"""Methods that leave a resource changed; none is said in the answer to a transaction, and of what is only listed."""


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
    refusal: Refusal | None = None
    """Of an entry that tells of an incident in a way that nobody can follow."""


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
    bases: dict[str, str] = {}
    for entry in entries:
        if not entry.resource:
            continue
        if entry.address:
            found.setdefault(plain_address(entry.address), entry.resource)
        base = base_of(entry.address)
        written = _own(entry.resource) or _kind_and_id(entry.address or "") or ""
        anywhere = f"{ANYWHERE}/{written}"
        if found.setdefault(anywhere, entry.resource) != entry.resource and base not in (bases[anywhere], ""):
            found[anywhere] = {}  # the same id on two servers: nobody can say who is meant
        bases.setdefault(anywhere, base)
        if not base:
            found.setdefault(written, entry.resource)
    return Neighbours(found)


def carried_by(parameters: JsonObject) -> list[JsonObject]:
    """The resources that Parameters bring along, those of parts included."""
    found: list[JsonObject] = []
    for one in objects(parameters.get("parameter")):
        found += objects(one.get("resource"))
        found += carried_by({"parameter": one.get("part")})
    return found


def as_bundle(resources: list[JsonObject]) -> JsonObject:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def _walk(bundle: JsonObject) -> Iterator[Entry]:
    listed = objects(bundle.get("entry"))[: MAX_ENTRIES + 1]
    notified = any(notification_of(obj(item.get("resource"))) for item in listed[:1])
    if text(bundle.get("type")) == "history" and not notified:
        listed.reverse()  # a history tells the newest first
    reported = _reported(bundle, listed)
    for item in listed:
        for resource in _resources(item):
            carried = carried_by(resource) if type_of(resource) == "Parameters" else []
            if type_of(resource) == "Bundle" or carried:
                yield from _walk(as_bundle(carried) if carried else resource)
            else:
                yield _entry(item, resource, reported)


def _resources(item: JsonObject) -> list[JsonObject]:
    """What an entry holds: one resource, or on some servers a list of them, or the resource without an entry around."""
    if "resource" not in item and type_of(item) is not None:
        return [item]
    return objects(item.get("resource")) or [{}]


def _entry(item: JsonObject, resource: JsonObject, reported: str | None) -> Entry:
    request, response = obj(item.get("request")), obj(item.get("response"))
    method = (text(request.get("method")) or "").upper()
    url, written = text(request.get("url")) or "", text(response.get("location")) or ""
    address = text(item.get("fullUrl")) or next((one for one in (url, written) if "://" in one), None)
    is_deletion = method == "DELETE"
    is_change = method == "PATCH" or (method in _CHANGES and not resource)
    meant = next(filter(None, map(_kind_and_id, (url, written, address or ""))), None)
    if is_deletion and meant is None:
        meant = _own(resource)
    succeeded = (text(response.get("status")) or "200").startswith("2")
    return Entry(
        resource,
        address,
        _version(url, response),
        deleted=meant if is_deletion and succeeded else None,
        changed=meant if is_change and succeeded else None,
        said=[item.get("request"), item.get("response")],
        reported=reported,
        refusal=_unread(item) or (_unclear(url) if meant is None and (is_deletion or is_change) else None),
    )


def _unclear(url: str) -> Refusal | None:
    if written_type(url.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]) != "AdverseEvent":
        return None
    detail = "an entry of a Bundle changes or deletes an AdverseEvent, and does not say which: its id is missing"
    return Refusal(Reason.MISSING_FIELD, detail, FORMAT)


def _unread(item: JsonObject) -> Refusal | None:
    if item.get("resource") is None or objects(item["resource"]):
        return None
    detail = "the resource of a Bundle's entry is no object, such as a text that holds one"
    return Refusal(Reason.UNREADABLE_FIELD, detail, FORMAT)


def _version(url: str, response: JsonObject) -> Version:
    """The version of an entry in a history, by its address or the response's etag."""
    number = url.split("/_history/")[1] if "/_history/" in url else text(response.get("etag"))
    return Version(number or None, instant(response.get("lastModified")))


def _kind_and_id(url: str) -> str | None:
    parts = url.split("/_history/", maxsplit=1)[0].rstrip("/").split("/")
    named = len(parts) >= 2 and parts[-2].isalpha() and parts[-1] and "?" not in parts[-1]
    return f"{written_type(parts[-2])}/{parts[-1]}" if named else None


def _own(resource: JsonObject) -> str | None:
    kind, own = type_of(resource), identifier(resource.get("id"))
    return f"{kind}/{own}" if kind and own else None


def _reported(bundle: JsonObject, listed: list[JsonObject]) -> str | None:
    """When a message was sent: STU3 says it in its header, later releases in the Bundle."""
    if text(bundle.get("type")) != "message":
        return None
    headers = [obj(item.get("resource")) for item in listed]
    stated = [text(one.get("timestamp")) for one in headers if type_of(one) == "MessageHeader"]
    return next((one for one in stated if one), None) or text(bundle.get("timestamp"))
