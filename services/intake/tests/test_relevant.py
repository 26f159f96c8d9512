"""Relevant persons: two families are two, each with their own harm, whatever order their versions come in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.intake.adapters.naming import dry_naming
from aftercare.intake.domain import book as decide
from aftercare.intake.domain import relevant
from aftercare.intake.domain.book import Beside, Book, Change, Decision
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentDetails, NamedPatient
from aftercare.intake.domain.relevant import RelevantPerson, ToldPerson, stated_for, told_persons
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, SubjectKind, WithdrawalReason
from aftercare.intake.service_layer.ledger import Ledger
from aftercare.intake.service_layer.receive import raw_hash
from aftercare.intake.service_layer.take import take, wanted_by

START = datetime(2026, 3, 2, tzinfo=UTC)
EMPTY = Book("inc_1", "safety")
NAMING = dry_naming()


def standing(number: int, minutes: int = 0) -> Standing:
    return Standing(number, None, START + timedelta(minutes=minutes))


def person(name: str, harm: HarmLevel | None = None, said_in: str = "inc_1") -> RelevantPerson:
    return RelevantPerson(f"pat_{name}", name, said_in, SubjectKind.PATIENT, harm)


def report(book: Book, number: int, *people: RelevantPerson, harm: HarmLevel = HarmLevel.LOW) -> Decision:
    stands = standing(number)
    relevant = tuple(replace(one, standing=stands) for one in people)
    return decide.apply_report(book, IncidentDetails(harm=harm), [], stands, Beside(relevant=relevant))


def told(book: Book) -> dict[str, HarmLevel | None]:
    return {one.patient: one.harm for one in told_persons(book.relevant, book.details)}


def changes(decision: Decision) -> list[Change]:
    return [publication.change for publication in decision.publications]


def test_one_patient_in_two_incidents_has_two_references_and_one_for_disclosure() -> None:
    patient = NAMING.patient(NamedPatient("urn:hill:patients", "P-1"))
    references = {NAMING.relevant_person(incident, patient) for incident in ("inc_1", "inc_2")}
    assert len(references | {patient}) == 3
    assert NAMING.relevant_person("inc_1", patient) in references
    assert NAMING.relevant_person("inc_1", NAMING.patient(NamedPatient("urn:hill:patients", "P-2"))) not in references


def test_whom_a_version_named_is_named_in_each_revision_from_then_on() -> None:
    first = report(EMPTY, 1, person("a")).book
    later = report(first, 2, person("b"))
    assert changes(later) == [Change.AMENDED]
    assert told(later.book) == {"a": None, "b": None}
    assert told(report(later.book, 3).book) == {"a": None, "b": None}


def test_a_version_that_comes_late_still_names_whom_it_alone_names() -> None:
    newest = report(EMPTY, 2, person("b"), harm=HarmLevel.SEVERE).book
    late = report(newest, 1, person("a"))
    assert (late.applied, changes(late)) == (False, [Change.AMENDED])
    assert late.book.details == newest.details
    assert set(told(late.book)) == {"a", "b"}
    assert changes(report(late.book, 1, person("a"))) == []


def test_a_withdrawn_incident_tells_nobody_new_until_it_comes_back() -> None:
    gone = decide.apply_withdrawal(report(EMPTY, 1).book, WithdrawalReason.DUPLICATE, standing(3)).book
    late = report(gone, 2, person("a"))
    assert changes(late) == []
    assert set(told(report(late.book, 4).book)) == {"a"}


versions = st.lists(
    st.tuples(
        st.sampled_from([HarmLevel.LOW, HarmLevel.SEVERE, HarmLevel.UNKNOWN]),
        st.dictionaries(st.sampled_from("abc"), st.sampled_from([None, HarmLevel.LOW, HarmLevel.DEATH])),
    ),
    min_size=1,
    max_size=5,
)


@given(versions, st.randoms(use_true_random=False))
def test_the_order_in_which_versions_come_changes_no_person_and_no_harm(
    said: list[tuple[HarmLevel, dict[str, HarmLevel | None]]],
    random: "st.random.Random",  # type: ignore[name-defined]
) -> None:
    def run(order: list[int]) -> dict[str, HarmLevel | None]:
        book = EMPTY
        for index in order:
            harm, people = said[index]
            named = [person(name, own) for name, own in sorted(people.items())]
            book = report(book, index + 1, *named, harm=harm).book
        return told(book)

    shuffled = list(range(len(said)))
    random.shuffle(shuffled)
    assert run(list(range(len(said)))) == run(shuffled)


def tell(harm: HarmLevel, *people: RelevantPerson, actuality: Actuality = Actuality.ACTUAL) -> list[HarmLevel | None]:
    return [one.harm for one in told_persons(people, IncidentDetails(harm=harm, actuality=actuality))]


def test_each_person_has_their_own_harm_where_it_is_stated_for_each() -> None:
    both = (person("a", HarmLevel.LOW), person("b", HarmLevel.SEVERE))
    assert tell(HarmLevel.SEVERE, *both) == [HarmLevel.LOW, HarmLevel.SEVERE]
    assert tell(HarmLevel.SEVERE, person("a", HarmLevel.LOW), person("b")) == [HarmLevel.LOW, None]


def test_where_somebody_was_harmed_worse_who_is_not_named_the_incidents_harm_counts_for_each() -> None:
    assert tell(HarmLevel.DEATH, person("a", HarmLevel.LOW), person("b", HarmLevel.NO_HARM)) == [None, None]
    assert tell(HarmLevel.UNKNOWN, person("a", HarmLevel.LOW)) == [HarmLevel.LOW]


def test_of_what_only_might_have_happened_nobody_has_harm_of_their_own() -> None:
    assert tell(HarmLevel.NEAR_MISS, person("a", HarmLevel.SEVERE), actuality=Actuality.POTENTIAL) == [None]


@pytest.mark.parametrize(
    ("own", "merged", "counts"),
    [
        (None, HarmLevel.SEVERE, HarmLevel.SEVERE),
        (None, HarmLevel.NO_HARM, None),
        (HarmLevel.LOW, HarmLevel.MODERATE, HarmLevel.MODERATE),
        (HarmLevel.SEVERE, None, HarmLevel.SEVERE),
    ],
)
def test_of_two_records_that_name_one_person_the_worse_counts(
    own: HarmLevel | None, merged: HarmLevel | None, counts: HarmLevel | None
) -> None:
    assert tell(HarmLevel.LOW, person("a", own), person("a", merged, "inc_2")) == [counts]


def test_another_incident_is_told_the_harm_of_this_one_where_the_person_has_none_of_their_own() -> None:
    severe = IncidentDetails(harm=HarmLevel.SEVERE)
    assert stated_for(ToldPerson("pat_a", "a", SubjectKind.PATIENT, None), severe) is HarmLevel.SEVERE
    assert stated_for(ToldPerson("pat_a", "a", SubjectKind.PATIENT, HarmLevel.LOW), severe) is HarmLevel.LOW
    assert stated_for(ToldPerson("pat_a", "a", SubjectKind.PATIENT, None), IncidentDetails()) is None


def test_what_is_handed_over_twice_is_told_once() -> None:
    book = report(EMPTY, 1, person("a")).book
    first = decide.apply_handed_over(book, [person("b", HarmLevel.LOW, "inc_2")], 0)
    assert changes(first) == [Change.AMENDED]
    assert changes(decide.apply_handed_over(first.book, [person("b", HarmLevel.LOW, "inc_2")], 0)) == []
    worse = decide.apply_handed_over(first.book, [person("b", HarmLevel.DEATH, "inc_2")], 0)
    assert told(worse.book)["b"] is HarmLevel.DEATH


@pytest.fixture
def at_most_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevant, "MAX_PERSONS", 3)


@pytest.mark.usefixtures("at_most_three")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=3), min_size=1, max_size=5), st.data())
def test_more_than_a_message_can_hold_are_named_by_no_version_whichever_comes_first(
    said: list[set[str]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(said))))
    book = EMPTY
    for index in order:
        book = report(book, index + 1, *map(person, sorted(said[index]))).book
    everybody = set().union(*said)
    assert set(told(book)) == (everybody if len(everybody) <= 3 else set())
    assert book.names_too_many == (len(everybody) > 3)
    assert len(book.relevant) <= 4


@pytest.mark.usefixtures("at_most_three")
def test_a_person_whom_two_records_name_is_one_of_so_many() -> None:
    book = report(EMPTY, 1, *map(person, "abc")).book
    merged = decide.apply_handed_over(book, [person(name, said_in="inc_2") for name in "abc"], 0).book
    assert set(told(merged)) == {"a", "b", "c"}


def doubts_after(*messages: dict[str, Any]) -> tuple[list[tuple[str, ...]], Ledger]:
    """Of each message, in this order, what is doubtful; and the books after them."""
    ledger, doubts = Ledger(START), []
    for message in messages:
        delivery = Delivery(json.dumps(message).encode())
        [examination] = Door().examine(delivery)
        for key in wanted_by([(examination, raw_hash(delivery))], NAMING).incidents:
            ledger.references[key] = NAMING.reference("inc", *key)
            ledger.books.setdefault(ledger.references[key], Book(ledger.references[key], key[0]))
        doubts.append(take(ledger, NAMING, examination, raw_hash(delivery), START).doubts)
    return doubts, ledger


def message(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    named = {"specversion": "1.0", "id": "1", "source": "hill", "type": f"org.aftercare.source.{kind}"}
    return named | {"data": data}


def version(number: int, patients: range, record: str = "A") -> dict[str, Any]:
    listed = [{"value": f"P-{one}"} for one in patients]
    return message("incident-reported", {"record": {"id": record, "version": number}, "patients": listed})


VERSIONS = (version(1, range(600)), version(2, range(500, 1000)), version(3, range(990, 1100)))


@pytest.mark.parametrize("order", list(permutations(VERSIONS)))
def test_the_version_by_which_an_incident_names_too_many_bears_the_doubt(order: tuple[dict[str, Any], ...]) -> None:
    doubts, ledger = doubts_after(*order)
    assert doubts[0] == ()
    assert doubts[-1] == ("too-many:patients",)
    [book] = ledger.books.values()
    assert told_persons(book.relevant, book.details) == ()
    _, again = doubts_after(*VERSIONS)
    assert {one.patient for one in book.relevant} == {one.patient for one in again.books[book.incident].relevant}


def test_a_merge_by_which_an_incident_names_too_many_bears_the_doubt_and_so_does_what_comes_to_it_later() -> None:
    merged = message("incident-merged", {"record": {"id": "B"}, "into": {"id": "A"}})
    both = (version(1, range(600)), version(1, range(600, 900), "B"))
    doubts, _ = doubts_after(*both, merged, version(2, range(900, 1100), "B"))
    assert doubts == [(), (), (), ("too-many:patients",)]
    doubts, ledger = doubts_after(both[0], version(1, range(600, 1100), "B"), merged)
    assert doubts == [(), (), ("too-many:patients",)]
    assert sorted(len(told_persons(book.relevant, book.details)) for book in ledger.books.values()) == [0, 500]
