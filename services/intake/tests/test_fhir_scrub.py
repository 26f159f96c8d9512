"""FHIR of every shape, spoiled in every place: nothing breaks, nothing leaks, the order of versions is no matter."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.intake.adapters.naming import dry_naming
from aftercare.intake.domain.book import Book
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.fhir.settings import FhirCodes
from aftercare.intake.domain.outcome import Ending
from aftercare.intake.domain.source import Sources
from aftercare.intake.domain.vocabulary import FeedbackAudience, Milestone
from aftercare.intake.service_layer.dry_run import dry_run
from aftercare.intake.service_layer.ledger import Ledger
from aftercare.intake.service_layer.receive import raw_hash
from aftercare.intake.service_layer.take import take, wanted_by

from .conftest import PLACES, SAFETY
from .fhir import test_disclosure, test_notifications, test_rca, test_releases, test_xml
from .fhir.saying import bundle, concept
from .test_scrub import RECEIVED, SEED, _places, _put, names, odd, outputs

CODES = FhirCodes(disclosure={"first-talk": Milestone.INITIAL_DONE}, feedback={"tell-staff": FeedbackAudience.STAFF})
DOOR = Door(Sources((replace(SAFETY, fhir_codes=CODES),)), PLACES)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
R5 = test_releases.R5 | {
    "extension": [
        test_releases.criterion("C48275", False),
        {"url": "x/ae-grade", "valueCodeableConcept": concept("1")},
    ],
    "contained": [{"resourceType": "Practitioner", "id": "doc", "name": [{"family": "made up"}]}],
    "location": {"display": "Ward 7"},
    "recorder": {"reference": "#doc", "display": "made up"},
    "note": [{"text": "made up"}],
    "identifier": [{"system": "urn:x", "value": "2026-1"}],
}
AE = {"reference": "AdverseEvent/new-1"}
SHAPES: dict[str, Any] = {
    "stu3": test_releases.STU3,
    "r5": R5,
    "r6": R5 | {"causePeriod": {"start": "2026-02-01"}, "effectDateTime": "2026-02-02"},
    "task": test_rca.TASK,
    "appointment": test_rca.APPOINTMENT,
    "communication": test_disclosure.SENT,
    "feedback": test_disclosure.SENT | {"category": [concept("tell-staff")]},
    "request": test_disclosure.REQUEST,
    "message": bundle(
        {"resource": {"resourceType": "MessageHeader", "timestamp": "2026-03-02T07:00:00Z"}},
        {"fullUrl": "urn:uuid:1", "resource": R5},
        {"resource": test_rca.TASK | {"focus": {"reference": "urn:uuid:1"}}},
        kind="message",
    ),
    "history": bundle(
        {"request": {"method": "DELETE", "url": "AdverseEvent/new-1/_history/3"}},
        {"resource": R5, "response": {"etag": 'W/"2"', "lastModified": "2026-03-01T09:00:00Z"}},
        kind="history",
    ),
    "notification": bundle({"resource": test_notifications.r5_status(AE)}, {"resource": R5}),
    "backport": bundle({"resource": test_notifications.r4_status(AE, {"reference": "Task/rca-1"})}, kind="history"),
    "audit": {"resourceType": "AuditEvent", "action": "U", "entity": [{"what": AE}], "agent": [{"name": "made up"}]},
    "provenance": {"resourceType": "Provenance", "target": [AE], "agent": [{"who": {"display": "made up"}}]},
    "cloud": test_notifications.cloud("Updated"),
}
spoiling = st.one_of(odd, st.sampled_from([concept("x"), [concept("x")], {"reference": "#doc"}, "entered-in-error"]))


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A record of some shape with up to four places changed to something odd, or to a name."""
    record = SHAPES[draw(st.sampled_from(sorted(SHAPES)))]
    for _ in range(draw(st.integers(1, 4))):
        places = sorted(_places(record), key=str)
        if not places:
            break
        place = draw(st.sampled_from(places))
        record = _put(record, place, draw(st.one_of(names, spoiling)))
    return record


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET)
@given(spoiled(), st.booleans())
def test_spoiled_fhir_ends_somehow_and_leaks_nothing(record: Any, as_xml: bool) -> None:
    is_resource = isinstance(record, dict) and isinstance(record.get("resourceType"), str)
    try:
        body = test_xml.document(record) if as_xml and is_resource else json.dumps(record)
        raw = body.encode()
    except (ValueError, AttributeError, TypeError):  # what can't be written in XML is sent in JSON
        raw = json.dumps(record).encode()
    results = list(dry_run(DOOR, Delivery(raw, {}, "safety"), RECEIVED))
    assert results
    assert not [one for one in results if one.taken.reason == "mapping-failed"]
    assert not [text for text in outputs(results) if SEED in text]
    again = list(dry_run(DOOR, Delivery(raw, {}, "safety"), RECEIVED))
    assert [(one.event, one.taken) for one in results] == [(one.event, one.taken) for one in again]


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_place_of_every_shape_may_hold_a_name(shape: str) -> None:
    for place in sorted(_places(SHAPES[shape]), key=str):
        record = _put(SHAPES[shape], place, f"{SEED} Müller")
        results = list(dry_run(DOOR, Delivery(json.dumps(record).encode(), {}, "safety"), RECEIVED))
        assert results, place
        assert not [text for text in outputs(results) if SEED in text], place
        assert all(one.taken.outcome in Ending and one.taken.reason != "mapping-failed" for one in results), place


def books_after(bodies: list[Any]) -> dict[str, Any]:
    """The books after these records, in this order, without what only receipt decides.

    Of a withdrawn record only that it is: one that was taken back before it came was never told to anybody.
    """
    naming = dry_naming()
    ledger = Ledger(RECEIVED)
    for minute, body in enumerate(bodies):
        delivery = Delivery(json.dumps(body).encode(), {}, "safety")
        for examination in DOOR.examine(delivery):
            digest = raw_hash(delivery)
            for key in wanted_by([(examination, digest)], naming).incidents:
                reference = naming.reference("inc", *key)
                ledger.books.setdefault(reference, Book(reference, key[0]))
                ledger.references[key] = reference
            take(ledger, naming, examination, digest, _later(minute))
    return {reference: _stands(book) for reference, book in ledger.books.items()}


def _stands(book: Book) -> object:
    involved = tuple(sorted(book.involved, key=str))
    relevant = tuple(replace(one, standing=None) for one in book.relevant)
    plain = replace(book, revision=0, received=None, standing=None, involved=involved, relevant=relevant)
    return book.withdrawn or plain


def _later(minutes: int) -> datetime:
    return RECEIVED + timedelta(minutes=minutes)


versions = st.lists(
    st.tuples(
        st.sampled_from(["stu3", "r5", "r6"]),
        st.sampled_from(["completed", "in-progress", "entered-in-error"]),
        st.sets(st.sampled_from("abcd")),
    ),
    min_size=2,
    max_size=5,
)


@settings(max_examples=50, deadline=None, suppress_health_check=QUIET)
@given(versions, st.randoms(use_true_random=False), st.booleans())
def test_the_order_in_which_versions_come_is_no_matter(said: Any, random: Any, in_history: bool) -> None:
    records: list[Any] = []
    for number, (shape, status, people) in enumerate(said, start=1):
        who = [{"actor": {"reference": f"Practitioner/{one}"}} for one in sorted(people)]
        changed = {"id": "new-1", "status": status, "participant": who, "meta": {"versionId": str(number)}}
        records.append(SHAPES[shape] | changed)
    straight = books_after(records)
    if in_history:
        assert books_after([bundle(*({"resource": one} for one in reversed(records)), kind="history")]) == straight
    random.shuffle(records)
    assert books_after(records) == straight
