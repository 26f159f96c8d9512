"""What is only seen when all lines are seen: contradictions, and how many would leave."""

from hypothesis import given
from hypothesis import strategies as st

from aftercare.directory.domain.people import Description, Employment, works_here
from aftercare.directory.domain.survey import LineStanding, Survey, leaving
from aftercare.directory.service_layer.rate import RateLimit

HERE = LineStanding.WORKS_HERE


def test_lines_that_contradict_each_other_are_all_refused() -> None:
    survey = Survey()
    survey.add(2, "a", ["x"], standing=HERE)
    survey.add(3, "b", ["x", "y"], standing=HERE)
    survey.add(4, "b", [], standing=HERE)
    survey.add(5, "c", ["z"], standing=HERE)
    issues = {(issue.line, issue.code, issue.lines) for issue in survey.contradictions()}
    assert issues == {
        (2, "identifier-twice", (3,)),
        (3, "identifier-twice", (2,)),
        (3, "employee-number-twice", (4,)),
        (4, "employee-number-twice", (3,)),
    }
    assert survey.refused == {2, 3, 4}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(st.sampled_from("xyz"), max_size=2)), max_size=12))
def test_no_two_lines_that_are_left_contradict_each_other(lines: list[tuple[str, list[str]]]) -> None:
    survey = Survey()
    for number, (key, claims) in enumerate(lines, start=2):
        survey.add(number, key, set(claims), standing=HERE)
    list(survey.contradictions())
    left = [line for number, line in enumerate(lines, start=2) if number not in survey.refused]
    keys = [key for key, _ in left]
    claims = [claim for _, own in left for claim in set(own)]
    assert len(keys) == len(set(keys))
    assert len(claims) == len(set(claims))


def test_more_than_a_tenth_leaving_is_taken_for_a_mistake() -> None:
    active = {f"p{n}" for n in range(100)}
    assert not leaving(active, active - {f"p{n}" for n in range(10)}, set(), full=True).is_mass_leave
    too_many = leaving(active, active - {f"p{n}" for n in range(11)}, set(), full=True)
    assert too_many.is_mass_leave
    assert "11 of 100" in too_many.refusal().what


def test_without_a_full_file_only_those_marked_leave() -> None:
    assert leaving({"a", "b", "c"}, {"a"}, {"b"}, full=False).people == ("b",)


@given(st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh")))
def test_nobody_who_stays_in_the_file_ever_leaves(active: set[str], stay: set[str], leave: set[str]) -> None:
    gone = set(leaving(active, stay, leave - stay, full=True).people)
    assert gone <= active
    assert not gone & stay


def test_one_contract_that_holds_is_enough() -> None:
    from datetime import date  # noqa: PLC0415

    today = date(2026, 3, 2)
    ended, holds = Employment(employed=True, valid_until=date(2026, 3, 1)), Employment(employed=True)
    assert works_here([ended, holds], today)
    assert not works_here([ended, Employment(employed=False)], today)
    assert not works_here([Employment(employed=True, valid_from=date(2026, 3, 3))], today)


def test_the_order_of_columns_is_part_of_a_description_and_nothing_else() -> None:
    one = Description("per_1", channels=("sms", "email"))
    assert one.fingerprint() == Description("per_1", channels=("sms", "email")).fingerprint()
    assert one.fingerprint() != Description("per_1", channels=("email", "sms")).fingerprint()


def test_a_client_may_burst_and_then_waits() -> None:
    now = [0.0]
    limit = RateLimit(per_second=2.0, burst=3, seconds=lambda: now[0])
    assert [limit.wait_for("outreach") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limit.wait_for("outreach") == 0.5
    assert limit.wait_for("other") == 0.0
    now[0] = 0.5
    assert limit.wait_for("outreach") == 0.0
