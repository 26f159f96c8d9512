"""FHIR as it comes: a resource that tells of an incident, a Bundle of them, a notification, or something else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.fhir.adverse_event import Setting, map_adverse_event, record_id_of
from aftercare.intake.domain.fhir.bundle import FORMAT as BUNDLE
from aftercare.intake.domain.fhir.bundle import MAX_ENTRIES, Entry, as_bundle, carried_by, entries_of, neighbours_of
from aftercare.intake.domain.fhir.changes import DELETED_KINDS, deletion, map_change
from aftercare.intake.domain.fhir.disclosure import map_communication
from aftercare.intake.domain.fhir.notifications import FORMAT as NOTIFICATION
from aftercare.intake.domain.fhir.notifications import SIGNS_OF_LIFE, Notification, notification_of
from aftercare.intake.domain.fhir.pointers import FETCHED_KINDS, pointer_of, to_be_fetched
from aftercare.intake.domain.fhir.rca import map_appointment, map_task
from aftercare.intake.domain.fhir.references import Neighbours, plain_address
from aftercare.intake.domain.fhir.resources import describe_resource, is_known, list_resources, type_of
from aftercare.intake.domain.json_values import JsonObject, text
from aftercare.intake.domain.outcome import Examined, Pointer, Reason, Refusal

OTHER = "fhir-other"
NewContext = Callable[[], Context]
_BUNDLE_TYPES = frozenset(
    {
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
        "subscription-notification",
    }
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A national use of AdverseEvent that has its own mapping: told by profile or extension addresses."""

    name: str
    recognises: Callable[[JsonObject], bool]
    maps: Callable[[JsonObject, Context, Setting], Examined]


@dataclass(frozen=True, slots=True)
class FhirReader:
    """FHIR's own mappings, and the national profiles that come before them."""

    profiles: tuple[Profile, ...] = ()

    def map_event(self, event: JsonObject, context: Context, setting: Setting | None = None) -> Examined:
        """One AdverseEvent, by the first profile that recognises it, else by the tables of FHIR's releases."""
        own = next((profile for profile in self.profiles if profile.recognises(event)), None)
        return own.maps(event, context, setting or Setting()) if own else map_adverse_event(event, context, setting)

    def map_resource(self, resource: JsonObject, new_context: NewContext) -> Sequence[Examined]:
        """One resource that is neither an AdverseEvent nor a Bundle."""
        notification = notification_of(resource)
        if notification is not None:
            found = list(_notified(notification, new_context, Neighbours()))
            return _with_numbers(found or [_beside_the_point()], [notification])
        carried = carried_by(resource) if type_of(resource) == "Parameters" else []
        if carried:
            return self.map_bundle(as_bundle(carried), new_context)
        return list(self._of_other_kind(resource, new_context, Setting())) or [_no_incident(resource)]

    def map_bundle(self, bundle: JsonObject, new_context: NewContext) -> Sequence[Examined]:
        """One ending per record inside; one for the whole Bundle when it holds none."""
        entries = entries_of(bundle)
        if len(entries) > MAX_ENTRIES:
            return [Refusal(Reason.TOO_MANY_RECORDS, f"a Bundle with more than {MAX_ENTRIES} entries", BUNDLE)]
        near = neighbours_of(entries)
        notifications = [found for entry in entries if (found := notification_of(entry.resource)) is not None]
        gap = any(notification.has_gap for notification in notifications)

        def fresh() -> Context:
            context = new_context()
            if gap:
                context.doubts.note("notification-gap")
            return context

        endings = [ending for entry in entries for ending in self._map_entry(entry, fresh, near)]
        told = {plain_address(entry.address) for entry in entries if entry.address and (entry.deleted or entry.changed)}
        for notification in notifications:
            endings.extend(_notified(notification, fresh, near, told))
        if notifications:
            alone = len(entries) == len(notifications)
            says_only_that = alone and any(one.says_only_that for one in notifications)
            return _with_numbers(endings or [_unsaid() if says_only_that else _beside_the_point()], notifications)
        return endings or [_without_events(bundle, entries)]

    def _map_entry(self, entry: Entry, new_context: NewContext, near: Neighbours) -> Iterator[Examined]:
        context = new_context()
        pointer = pointer_of({"reference": entry.deleted or entry.changed}, context)
        if entry.refusal is not None:
            yield entry.refusal
        elif entry.deleted is not None:
            if pointer is not None and pointer.kind in DELETED_KINDS:
                gone = {"resourceType": pointer.kind, "id": pointer.id}
                record_id = record_id_of(gone, context, entry.address, "")
                yield deletion(pointer, record_id, BUNDLE, entry.said, entry.version)
        elif entry.changed is not None:
            if pointer is not None and pointer.kind in FETCHED_KINDS:
                yield to_be_fetched(pointer, "an entry of a Bundle", BUNDLE)
        else:
            yield from self._map_resource_of(entry, new_context, near)

    def _map_resource_of(self, entry: Entry, new_context: NewContext, near: Neighbours) -> Iterator[Examined]:
        setting = Setting(near, entry.address, entry.version, entry.reported)
        if type_of(entry.resource) == "AdverseEvent":
            yield self.map_event(entry.resource, new_context(), setting)
        else:
            found = self._of_other_kind(entry.resource, new_context, setting)
            yield from (one for one in found if not (isinstance(one, Refusal) and _is_beside_the_point(one)))

    def _of_other_kind(self, resource: JsonObject, new_context: NewContext, setting: Setting) -> Iterator[Examined]:
        match type_of(resource):
            case "AuditEvent" | "Provenance":
                yield from map_change(resource, new_context, setting.neighbours, self.map_event)
            case "Task":
                yield from map_task(resource, new_context(), setting)
            case "Appointment":
                yield from map_appointment(resource, new_context(), setting)
            case "Communication" | "CommunicationRequest":
                yield map_communication(resource, new_context(), setting)
            case _:
                return


def _is_beside_the_point(refusal: Refusal) -> bool:
    """In a Bundle that tells of something, resources that tell of nothing are no records of their own."""
    return refusal.reason is Reason.NOT_AN_INCIDENT


def _notified(
    notification: Notification, new_context: NewContext, near: Neighbours, told: set[str] | None = None
) -> Iterator[Examined]:
    """The endings of a notification beside those of the resources that it brings along."""
    if notification.status == "error":
        detail = "the source's server says that a subscription fails: it may have held events back"
        yield Refusal(Reason.SUBSCRIPTION_FAILING, detail, NOTIFICATION)
    elif notification.kind in SIGNS_OF_LIFE:
        yield Refusal(Reason.SIGN_OF_LIFE, f"a {notification.kind} of a subscription", NOTIFICATION)
    if any(not event.focus for event in notification.events):
        yield _unsaid()
    fetched: set[Pointer | None] = set()
    for reference in _foci(notification, new_context()):
        pointer = pointer_of(reference, new_context())
        is_told = plain_address(text(reference.get("reference")) or "") in (told or ())
        if is_told or _came_along(reference, pointer, near):
            continue
        if pointer is None or pointer not in fetched:
            yield to_be_fetched(pointer, "a notification", NOTIFICATION)
        fetched.add(pointer)


def _came_along(reference: JsonObject, pointer: Pointer | None, near: Neighbours) -> bool:
    """By its address, or, where its entry states none, by its id."""
    by_id = {"reference": f"{pointer.kind}/{pointer.id}"} if pointer is not None else {}
    return bool(near.resolve(reference) or near.resolve(by_id))


def _foci(notification: Notification, context: Context) -> Iterator[JsonObject]:
    """What events are about, and what stands beside that and could tell of an incident."""
    for event in notification.events:
        if event.focus:
            yield event.focus
        for one in event.context:
            pointer = pointer_of(one, context)
            if pointer is not None and pointer.kind in FETCHED_KINDS:
                yield one


def _with_numbers(endings: list[Examined], notifications: list[Notification]) -> list[Examined]:
    """The first ending carries the numbers, for the service to compare with the ones before."""
    heard = next((found for one in notifications if (found := one.heard) is not None), None)
    return [replace(endings[0], heard=heard), *endings[1:]]


def _beside_the_point() -> Refusal:
    return Refusal(Reason.NOT_AN_INCIDENT, "a notification of nothing that tells of an incident", NOTIFICATION)


def _unsaid() -> Refusal:
    return Refusal(Reason.DATA_ELSEWHERE, "a notification says that something happened, and not what", NOTIFICATION)


def _no_incident(resource: JsonObject) -> Refusal:
    kind = type_of(resource)
    if kind is not None and not is_known(kind):
        return Refusal(Reason.UNSUPPORTED_RESOURCE, describe_resource(kind), OTHER)
    return Refusal(Reason.NOT_AN_INCIDENT, f"{describe_resource(kind)} tells of no incident by itself", OTHER)


def _without_events(bundle: JsonObject, entries: list[Entry]) -> Refusal:
    said = text(bundle.get("type"))
    kind = said if said in _BUNDLE_TYPES else "unknown"
    resources = [type_of(entry.resource) for entry in entries if entry.resource]
    if any(one is not None and not is_known(one) for one in resources):
        detail = f"a FHIR Bundle of type {kind} with resources whose type FHIR does not have, and no AdverseEvent"
        return Refusal(Reason.UNSUPPORTED_RESOURCE, detail, BUNDLE)
    detail = f"a FHIR Bundle of type {kind} with {list_resources(resources)} and no AdverseEvent"
    return Refusal(Reason.NO_ADVERSE_EVENT, detail, BUNDLE)
