"""An incident's book: what each fact changes, whatever order it comes in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain import book as decide
from aftercare.intake.domain.book import Beside, Book, Change, Decision, Involved, Origin
from aftercare.intake.domain.facts import IncidentDetails
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.vocabulary import HarmLevel, Relation, WithdrawalReason

START = datetime(2026, 3, 2, tzinfo=UTC)
EMPTY = Book("inc_1", "safety")


def one(person: str, relation: Relation = Relation.INVOLVED, origin: Origin = Origin.RECORD) -> Involved:
    return Involved(f"inv_{person}", person, relation, origin=origin)


def standing(number: int | None, minutes: int = 0) -> Standing:
    return Standing(number, None, START + timedelta(minutes=minutes))


def changes(decision: Decision) -> list[Change]:
    return [publication.change for publication in decision.publications]


def reported(*people: str) -> Book:
    return decide.apply_report(EMPTY, IncidentDetails(), [one(person) for person in people], standing(1)).book


def test_the_revision_grows_by_one_with_each_published_change() -> None:
    decision = decide.apply_report(reported("a"), IncidentDetails(harm=HarmLevel.SEVERE), [one("b")], standing(2))
    assert changes(decision) == [Change.AMENDED, Change.STAFF_REMOVED, Change.STAFF_ADDED]
    assert [publication.book.revision for publication in decision.publications] == [2, 3, 4]


def test_nobody_is_asked_about_history() -> None:
    assert decide.apply_report(EMPTY, IncidentDetails(), [], standing(1)).book.asks_who
    assert not decide.apply_report(EMPTY, IncidentDetails(backfill=True), [], standing(1)).book.asks_who


def test_a_person_named_twice_counts_once_by_the_closest_relation() -> None:
    people = [one("a", Relation.REPORTER), one("a", Relation.HARMED)]
    book = decide.apply_report(EMPTY, IncidentDetails(), people, standing(1)).book
    assert [(each.person, each.relation) for each in book.involved] == [("a", Relation.HARMED)]


def test_a_new_version_does_not_take_back_whom_a_colleague_named() -> None:
    named = decide.apply_staff_added(reported("a"), [one("b")]).book
    later = decide.apply_report(named, IncidentDetails(), [], standing(2))
    assert changes(later) == [Change.STAFF_REMOVED]
    assert [each.person for each in later.book.involved] == ["b"]


def test_who_was_taken_out_does_not_come_back_with_the_next_version() -> None:
    without = decide.apply_staff_removed(reported("a", "b"), ["a"]).book
    later = decide.apply_report(without, IncidentDetails(), [one("a"), one("b")], standing(2))
    assert changes(later) == []
    again = decide.apply_staff_added(later.book, [one("a")])
    assert changes(again) == [Change.STAFF_ADDED]


def test_nobody_is_taken_back_when_somebody_is_named() -> None:
    nobody = decide.apply_nobody(reported())
    assert changes(nobody) == [Change.NOBODY]
    assert not nobody.book.asks_who
    assert not decide.apply_staff_added(nobody.book, [one("a")]).book.nobody
    assert not decide.apply_nobody(reported("a")).applied


def test_what_comes_before_the_report_is_kept_and_told_with_it() -> None:
    early = decide.apply_staff_added(EMPTY, [one("a")])
    assert changes(early) == []
    decision = decide.apply_report(early.book, IncidentDetails(), [one("b")], standing(1))
    assert changes(decision) == [Change.REPORTED]
    assert {each.person for each in decision.book.involved} == {"a", "b"}


def test_a_merge_before_the_report_is_told_after_it() -> None:
    merged = decide.apply_merge(EMPTY, "inc_2", standing(None)).book
    decision = decide.apply_report(merged, IncidentDetails(), [one("a")], standing(1, minutes=1))
    assert changes(decision) == [Change.REPORTED, Change.MERGED]
    assert [each.person for each in decision.forwarded] == ["a"]


def test_whom_a_colleague_names_in_a_merged_incident_is_named_in_the_other_too() -> None:
    merged = decide.apply_merge(reported("a"), "inc_2", standing(2)).book
    decision = decide.apply_staff_added(merged, [one("a"), one("b")])
    assert [each.person for each in decision.forwarded] == ["b"]


def test_a_withdrawal_may_bear_the_number_of_the_version_that_it_is_about() -> None:
    decision = decide.apply_withdrawal(reported("a"), WithdrawalReason.ENTERED_IN_ERROR, standing(1))
    assert changes(decision) == [Change.WITHDRAWN]


def test_an_unnumbered_withdrawal_is_not_undone_by_an_old_version() -> None:
    gone = decide.apply_withdrawal(reported("a"), WithdrawalReason.DUPLICATE, standing(None, minutes=5)).book
    assert not decide.apply_report(gone, IncidentDetails(), [one("a")], standing(1, minutes=9)).applied
    assert decide.apply_report(gone, IncidentDetails(), [one("a")], standing(2, minutes=9)).applied


versions = st.lists(
    st.tuples(st.sampled_from(list(HarmLevel)), st.sets(st.sampled_from("abcd"))), min_size=1, max_size=5
)


@given(versions, st.randoms(use_true_random=False))
def test_the_order_in_which_versions_come_does_not_matter(
    said: list[tuple[HarmLevel, set[str]]],
    random: "st.random.Random",  # type: ignore[name-defined]
) -> None:
    def run(order: list[int]) -> Book:
        book = EMPTY
        for minutes, index in enumerate(order):
            harm, people = said[index]
            staff = [one(person) for person in sorted(people)]
            book = decide.apply_report(book, IncidentDetails(harm=harm), staff, standing(index + 1, minutes)).book
        return replace(book, revision=0, received=None, standing=None, involved=tuple(sorted(book.involved, key=str)))

    straight = list(range(len(said)))
    shuffled = straight.copy()
    random.shuffle(shuffled)
    assert run(straight) == run(shuffled)


@given(versions)
def test_saying_the_same_again_publishes_nothing(said: list[tuple[HarmLevel, set[str]]]) -> None:
    book = EMPTY
    for number, (harm, people) in enumerate(said):
        staff = [one(person) for person in sorted(people)]
        book = decide.apply_report(book, IncidentDetails(harm=harm), staff, standing(number * 2)).book
        again = decide.apply_report(book, IncidentDetails(harm=harm), staff, standing(number * 2 + 1))
        assert changes(again) == []
        book = again.book


def test_a_view_that_never_names_people_takes_nobody_out_and_makes_nobody_less_close() -> None:
    full = reported("a", "b")
    reporter, view = one("a", Relation.REPORTER), Beside(tells_staff=False)
    listed = decide.apply_report(full, IncidentDetails(harm=HarmLevel.LOW), [reporter], standing(2), view)
    assert changes(listed) == [Change.AMENDED]
    assert [(each.person, each.relation) for each in listed.book.involved] == [
        ("a", Relation.INVOLVED),
        ("b", Relation.INVOLVED),
    ]
