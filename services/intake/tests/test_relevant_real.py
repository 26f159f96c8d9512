"""Relevant persons on a real database: what is published of them, through merges and chains, and nothing else."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from aftercare.schemas.registry import decode

pytestmark = pytest.mark.real

AMENDED = "org.aftercare.incident.amended.v1"
MERGED = "org.aftercare.incident.merged.v1"
LINKED = "org.aftercare.incident-patient.linked.v1"
CANCELLED = "org.aftercare.rca.interview-cancelled.v1"


@pytest.fixture
def incident(source_event: Any) -> Any:
    """A version of an incident with these patients, each `(number, harm)` or a number."""

    def make(number: str, *patients: Any, version: int = 1, **data: Any) -> dict[str, Any]:
        listed = [
            {"system": "urn:hill:patients", "value": one[0], "harm": one[1]}
            if isinstance(one, tuple)
            else {"system": "urn:hill:patients", "value": one}
            for one in patients
        ]
        said = {"record": {"id": number, "version": version}, "patients": listed, "staff": [{"value": "N-1"}]}
        event: dict[str, Any] = source_event("incident-reported", said | data, id=f"{number}-{version}")
        return event

    return make


@pytest.fixture
def merge(source_event: Any) -> Any:
    def make(number: str, into: str) -> dict[str, Any]:
        data = {"record": {"id": number}, "into": {"id": into}}
        event: dict[str, Any] = source_event("incident-merged", data, id=f"{number}-into-{into}")
        return event

    return make


async def newest(running: Any) -> dict[str, dict[str, str | None]]:
    """Of each incident the persons of its newest revision, with their own harm."""
    states = {
        content["state"]["incident"]: content["state"] for _, content in await running.published("aftercare.incident")
    }
    return {
        reference: {one["relevant_person"]: one.get("harm") for one in state["relevant_persons"]}
        for reference, state in states.items()
    }


async def test_one_patient_in_two_incidents_can_not_be_followed_from_one_to_the_other(
    running: Any, incident: Any
) -> None:
    await running.take(incident("A", "P-1"), incident("B", "P-1"))
    first, second = (set(persons) for persons in (await newest(running)).values())
    assert (len(first), len(second), first & second) == (1, 1, set())
    links = [content for kind, content in await running.published() if kind == LINKED]
    assert len({one["patient"] for one in links}) == 1
    assert {one["relevant_person"] for one in links} == first | second
    assert "P-1" not in json.dumps(await running.published())


async def test_each_patient_is_told_with_their_own_harm_and_again_in_each_revision(running: Any, incident: Any) -> None:
    await running.take(incident("A", ("P-1", "low"), ("P-2", "severe")))
    await running.take(incident("A", version=2, harm="severe", staff=[{"value": "N-2"}]))
    states = [content["state"] for _, content in await running.published("aftercare.incident")]
    assert [state["harm"] for state in states] == ["severe"] * len(states)
    assert len(states) > 2
    for state in states:
        assert sorted(one["harm"] for one in state["relevant_persons"]) == ["low", "severe"]


async def test_versions_in_any_order_name_the_same(running: Any, incident: Any) -> None:
    await running.take(incident("A", "P-1", version=1), incident("A", "P-2", version=2))
    await running.take(incident("B", "P-2", version=2), incident("B", "P-1", version=1))
    assert [len(persons) for persons in (await newest(running)).values()] == [2, 2]


async def test_a_merge_names_the_persons_in_the_surviving_incident_by_its_own_references(
    running: Any, incident: Any, merge: Any
) -> None:
    [one] = await running.take(incident("A", "P-1", harm="severe"))
    [other] = await running.take(incident("B", "P-2", harm="low"))
    before = await newest(running)
    await running.take(merge("A", "B"))
    after = await newest(running)
    assert set(before[other.incident]) < set(after[other.incident])
    assert not set(after[other.incident]) & set(before[one.incident])
    assert sorted(filter(None, after[other.incident].values())) == ["severe"]
    links = [content for kind, content in await running.published() if kind == LINKED]
    mine = {
        content["patient"]: content["relevant_person"] for content in links if content["incident"] == other.incident
    }
    assert set(mine.values()) == set(after[other.incident])


async def test_whom_a_merged_incident_names_late_is_named_at_the_end_of_the_chain(
    running: Any, incident: Any, merge: Any
) -> None:
    await running.take(incident("A", "P-1"), merge("A", "B"), incident("B", "P-2"))
    [last] = await running.take(incident("C", "P-3"))
    await running.take(merge("B", "C"))
    assert len((await newest(running))[last.incident]) == 3
    await running.take(incident("A", "P-1", "P-4", version=2))
    assert len((await newest(running))[last.incident]) == 4
    kinds = [kind for kind, _ in await running.published("aftercare.incident")]
    await running.take(merge("B", "C"), incident("A", "P-1", "P-4", version=3))
    assert [kind for kind, _ in await running.published("aftercare.incident")] == kinds


async def test_a_circle_of_merges_comes_to_an_end(running: Any, incident: Any, merge: Any) -> None:
    await running.take(incident("A", "P-1", harm="severe"), incident("B", "P-2", harm="low"))
    await running.take(merge("A", "B"), merge("B", "A"))
    await running.take(incident("A", "P-1", harm="death", version=2))
    assert [len(persons) for persons in (await newest(running)).values()] == [2, 2]


async def test_a_step_of_disclosure_names_whom_it_regards_by_the_incidents_references(
    running: Any, incident: Any, merge: Any, source_event: Any
) -> None:
    [one] = await running.take(incident("A", "P-1", "P-2"))
    patients = [{"system": "urn:hill:patients", "value": "P-2"}]
    data = {"incident": {"id": "A"}, "milestone": "initial-done", "patients": patients}
    await running.take(source_event("disclosure-milestone-reached", data))
    [(kind, said)] = await running.published("aftercare.disclosure-milestone")
    [regarded] = said["relevant_persons"]
    assert regarded in (await newest(running))[one.incident]
    assert decode(kind, json.dumps(said).encode()) is not None
    [other] = await running.take(incident("B"))
    await running.take(merge("A", "B"))
    await running.take(source_event("disclosure-milestone-reached", data | {"milestone": "closed"}, id="later"))
    later = (await running.published("aftercare.disclosure-milestone"))[-1][1]["relevant_persons"]
    assert regarded in later
    assert set(later) & set((await newest(running))[other.incident])


async def test_a_staff_member_who_was_harmed_is_no_relevant_person(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event(subject={"reference": "Practitioner/n-1"}))
    await running.take(adverse_event(id="ae-2", subject={"display": "Berta Beispiel"}))
    assert list((await newest(running)).values()) == [{}, {}]


async def test_a_link_from_before_is_told_again_with_the_person_that_it_means(running: Any, incident: Any) -> None:
    await running.take(incident("A", "P-1"))
    async with running.unit_of_work() as tx:
        await tx.connection.execute(text("update patient_link set relevant_person = null"))
    await running.take(incident("A", "P-1", version=2), incident("A", "P-1", version=3))
    links = [content for kind, content in await running.published() if kind == LINKED]
    assert [one["relevant_person"] for one in links] == [links[0]["relevant_person"]] * 2


@pytest.mark.parametrize("field", ["reference", "patient", "said_in", "subject", "harm"])
async def test_no_book_can_hold_a_name_in_place_of_a_person(running: Any, incident: Any, field: str) -> None:
    await running.take(incident("A", "P-1"))
    spoilt = text("update incident set book = jsonb_set(book, cast(:path as text[]), to_jsonb('Berta Beispiel'::text))")
    with pytest.raises(IntegrityError):
        async with running.unit_of_work() as tx:
            await tx.connection.execute(spoilt, {"path": ["relevant", "0", field]})


async def test_an_interview_and_an_analysis_that_are_cancelled_are_told_as_such(
    running: Any, source_event: Any
) -> None:
    data: dict[str, Any] = {"rca": {"id": "RCA-1"}, "incidents": [{"id": "A"}]}
    await running.take(source_event("rca-interview-scheduled", data | {"interviewee": {"value": "N-7"}}))
    await running.take(source_event("rca-interview-cancelled", data | {"interviewee": {"value": "N-7"}}))
    await running.take(source_event("rca-cancelled", {"rca": {"id": "RCA-1"}, "at": "2026-03-20"}))
    (_, booked), (kind, off), (last, gone) = await running.published("aftercare.rca")
    assert (kind, off["interviewee"]) == (CANCELLED, booked["interviewee"])
    assert (last, gone["cancelled"]["precision"]) == ("org.aftercare.rca.cancelled.v1", "day")
    assert gone["state"]["incidents"] == booked["state"]["incidents"]
    assert [one["state"]["revision"] for one in (booked, off, gone)] == [1, 2, 3]
