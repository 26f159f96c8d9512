"""An incident that names only some of its staff asks for the rest; one that says nothing of others asks nobody."""

from datetime import UTC, datetime

import pytest

from aftercare.intake.domain import book as decide
from aftercare.intake.domain.book import Beside, Book, Involved
from aftercare.intake.domain.facts import IncidentDetails
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.vocabulary import Relation

EMPTY = Book("inc_1", "safety")


def one(person: str, relation: Relation = Relation.INVOLVED) -> Involved:
    return Involved(f"inv_{person}", person, relation)


def report(book: Book, number: int, *people: Involved, unnamed: int = 0, **details: bool) -> Book:
    standing = Standing(number, None, datetime(2026, 3, 2, tzinfo=UTC))
    said = IncidentDetails(**details)
    return decide.apply_report(book, said, people, standing, Beside(unnamed=unnamed)).book


def test_people_are_asked_for_the_rest_although_some_are_named() -> None:
    assert report(EMPTY, 1, one("a"), unnamed=1).asks_who
    assert not report(EMPTY, 1, one("a")).asks_who
    assert not report(EMPTY, 1, one("a"), unnamed=1, backfill=True).asks_who
    assert not report(EMPTY, 1, one("a"), unnamed=1, synthetic=True).asks_who
    assert not report(EMPTY, 1, synthetic=True).asks_who


def test_who_is_named_by_a_message_is_one_of_those_whom_the_record_left_out_in_either_order() -> None:
    first = report(EMPTY, 1, one("a"), unnamed=1)
    assert not decide.apply_staff_added(first, [one("b")]).book.asks_who
    early = decide.apply_staff_added(EMPTY, [one("b")]).book
    assert not report(early, 1, one("a"), unnamed=1).asks_who
    assert report(early, 1, one("a"), one("b"), unnamed=1).asks_who


def test_who_only_reported_it_is_none_of_them() -> None:
    first = report(EMPTY, 1, one("a"), unnamed=1)
    assert decide.apply_staff_added(first, [one("b", Relation.REPORTER)]).book.asks_who


def test_a_human_who_looked_and_found_nobody_else_is_not_asked_again() -> None:
    nobody_else = decide.apply_nobody(report(EMPTY, 1, one("a"), unnamed=2))
    assert nobody_else.applied
    assert nobody_else.publications == ()
    assert not report(nobody_else.book, 2, one("a"), unnamed=2).asks_who
    assert report(nobody_else.book, 3, one("a"), unnamed=3).asks_who


def test_a_human_who_named_some_has_answered_for_all() -> None:
    named = decide.apply_staff_added(report(EMPTY, 1, one("a"), unnamed=3), [one("b")]).book
    assert named.asks_who
    assert not decide.apply_all_named(named).book.asks_who


@pytest.mark.parametrize("known", [(), ("a",)])
def test_a_message_that_names_some_and_says_that_there_were_more_asks_too(known: tuple[str, ...]) -> None:
    book = report(EMPTY, 1, *map(one, known))
    assert decide.apply_staff_added(book, [one("b")], unnamed=1).book.asks_who


def test_a_later_version_that_names_them_all_asks_nobody() -> None:
    first = report(EMPTY, 1, one("a"), unnamed=1)
    assert not report(first, 2, one("a"), one("b")).asks_who
