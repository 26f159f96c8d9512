"""FHIR as it comes: a resource that tells of an incident, a Bundle of them, a notification, or something else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.fhir.adverse_event import Setting, map_adverse_event
from aftercare.intake.domain.fhir.bundle import MAX_ENTRIES, Entry, entries_of, neighbours_of
from aftercare.intake.domain.fhir.changes import map_change, withdrawal
from aftercare.intake.domain.fhir.disclosure import map_communication
from aftercare.intake.domain.fhir.notifications import FORMAT as NOTIFICATION
from aftercare.intake.domain.fhir.notifications import SIGNS_OF_LIFE, Notification, notification_of
from aftercare.intake.domain.fhir.pointers import pointer_of, to_be_fetched
from aftercare.intake.domain.fhir.rca import map_appointment, map_task
from aftercare.intake.domain.fhir.references import Neighbours, plain_address
from aftercare.intake.domain.fhir.resources import describe_resource, list_resources
from aftercare.intake.domain.json_values import JsonObject, text
from aftercare.intake.domain.outcome import Examined, Reason, Refusal

BUNDLE = "fhir-bundle"
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
            return _with_numbers(endings or [_beside_the_point()], notifications)
        return endings or [_without_events(bundle, entries)]

    def _map_entry(self, entry: Entry, new_context: NewContext, near: Neighbours) -> Iterator[Examined]:
        if entry.deleted is not None:
            pointer = pointer_of({"reference": entry.deleted}, new_context())
            if pointer is not None and pointer.kind == "AdverseEvent":
                yield withdrawal(pointer, BUNDLE, entry.said, entry.version)
            return
        if entry.changed is not None:
            pointer = pointer_of({"reference": entry.changed}, new_context())
            ending = to_be_fetched(pointer, "an entry of a Bundle", BUNDLE)
            if ending.reason is Reason.TO_BE_FETCHED:
                yield ending
            return
        setting = Setting(near, entry.address, entry.version, entry.reported)
        if entry.resource.get("resourceType") == "AdverseEvent":
            yield self.map_event(entry.resource, new_context(), setting)
        else:
            found = self._of_other_kind(entry.resource, new_context, setting)
            yield from (one for one in found if not (isinstance(one, Refusal) and _is_beside_the_point(one)))

    def _of_other_kind(self, resource: JsonObject, new_context: NewContext, setting: Setting) -> Iterator[Examined]:
        match resource.get("resourceType"):
            case "AuditEvent" | "Provenance":
                yield map_change(resource, new_context(), setting.neighbours)
            case "Task":
                yield map_task(resource, new_context(), setting)
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
    for event in notification.events:
        if near.resolve(event.focus) or plain_address(text(event.focus.get("reference")) or "") in (told or ()):
            continue
        if event.focus:
            yield to_be_fetched(pointer_of(event.focus, new_context()), "a notification", NOTIFICATION)
        else:
            detail = "a notification says that something happened, and not what"
            yield Refusal(Reason.DATA_ELSEWHERE, detail, NOTIFICATION)


def _with_numbers(endings: list[Examined], notifications: list[Notification]) -> list[Examined]:
    """The first ending carries the numbers, for the service to compare with the ones before."""
    heard = next((found for one in notifications if (found := one.heard) is not None), None)
    return [replace(endings[0], heard=heard), *endings[1:]]


def _beside_the_point() -> Refusal:
    return Refusal(Reason.NOT_AN_INCIDENT, "a notification of nothing that tells of an incident", NOTIFICATION)


def _no_incident(resource: JsonObject) -> Refusal:
    detail = f"{describe_resource(resource.get('resourceType'))} tells of no incident by itself"
    return Refusal(Reason.NOT_AN_INCIDENT, detail, OTHER)


def _without_events(bundle: JsonObject, entries: list[Entry]) -> Refusal:
    said = text(bundle.get("type"))
    kind = said if said in _BUNDLE_TYPES else "unknown"
    resources: list[object] = [entry.resource.get("resourceType") for entry in entries if entry.resource]
    detail = f"a FHIR Bundle of type {kind} with {list_resources(resources)} and no AdverseEvent"
    return Refusal(Reason.NO_ADVERSE_EVENT, detail, BUNDLE)
