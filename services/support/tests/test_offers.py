"""Promises about offers, on a real database: nobody is skipped, nobody is asked twice."""

from datetime import timedelta
from typing import Any

import pytest

from aftercare.schemas.support_case import ObligationOpenedV1
from aftercare.schemas.time import Precision, StatedTime

from .support_world import MONDAY_NOON

pytestmark = pytest.mark.real


async def test_everybody_involved_in_a_severe_incident_gets_one_offer(world: Any) -> None:
    await world.hear(*(world.say.staff(name) for name in ("ana", "ben", "cho")))
    await world.hear(world.say.reported("fall", "ana", "ben", "cho"))
    assert sorted(one.person for one in await world.offers()) == sorted(
        [row.person for row in await world.rows("select person from support_case where state = 'offer-due'")]
    )
    assert len(await world.offers()) == 3
    assert set((await world.ends("fall")).values()) == {"offer-made"}


async def test_a_person_named_by_three_incidents_gets_one_offer(world: Any) -> None:
    await world.hear(world.say.staff("ana"))
    await world.hear(*(world.say.reported(inc, "ana") for inc in ("one", "two", "three")))
    assert len(await world.offers("ana")) == 1
    assert sorted((await world.ends()).values()) == ["already-offered", "already-offered", "offer-made"]


async def test_the_same_message_again_changes_nothing(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana", "unknown"))
    before = await world.snapshot()
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana", "unknown"))
    assert await world.snapshot() == before


async def test_harm_below_the_trigger_ends_in_a_reason_and_harm_raised_later_in_an_offer(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana", harm="low"))
    assert await world.end_of("fall", "ana") == "below-trigger"
    assert await world.offers() == []
    await world.hear(world.say.amended("fall", "ana", revision=2, harm="severe"))
    assert await world.end_of("fall", "ana") == "offer-made"
    assert len(await world.offers("ana")) == 1


async def test_an_unknown_identifier_waits_and_is_offered_support_once_known(world: Any) -> None:
    await world.hear(world.say.reported("fall", "ana"))
    assert await world.end_of("fall", "ana") == "unknown-identifier"
    await world.hear(world.say.staff("ana"))
    assert await world.end_of("fall", "ana") == "offer-made"
    assert await world.rows("select kind from timer where kind = 'unresolved-overdue'") == []


@pytest.mark.parametrize("verdict", ["not-staff", "cannot-be-identified"])
@pytest.mark.parametrize("answer_first", [True, False])
async def test_an_identifier_that_is_nobody_ends_in_that_reason(world: Any, verdict: str, answer_first: bool) -> None:
    messages = [world.say.reported("fall", "visitor"), world.say.identity("visitor", verdict)]
    await world.hear(*(reversed(messages) if answer_first else messages))
    assert await world.end_of("fall", "visitor") == verdict


async def test_a_person_found_after_all_counts_for_more_than_a_verdict(world: Any) -> None:
    await world.hear(world.say.reported("fall", "ana"), world.say.identity("ana", "not-staff"), world.say.staff("ana"))
    assert await world.end_of("fall", "ana") == "offer-made"
    await world.hear(world.say.identity("ana", "not-staff"))
    assert await world.end_of("fall", "ana") == "offer-made"


async def test_an_incident_that_names_nobody_waits_for_names(world: Any, names: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall"))
    nobody = f"nobody:{names.ref('inc', 'fall')}"
    assert (await world.ends("fall"))[nobody] == "nobody-named"
    await world.hear(world.say.amended("fall", "ana", revision=2))
    assert (await world.ends("fall"))[nobody] == "named-since"
    assert await world.end_of("fall", "ana") == "offer-made"


async def test_a_human_who_says_that_nobody_was_involved_settles_it(world: Any) -> None:
    await world.hear(world.say.reported("fall"), world.say.nobody("fall", revision=2))
    assert list((await world.ends("fall")).values()) == ["nobody-involved"]


async def test_withdrawal_before_sending_takes_the_offer_back(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    await world.hear(world.say.withdrawn("fall", "ana", revision=2))
    assert await world.state("ana") == "withdrawn"
    assert await world.end_of("fall", "ana") == "incident-withdrawn"
    cancelled = [one for one in await world.said() if type(one).__name__ == "ContactCancelledV1"]
    assert [one.request for one in cancelled] == [one.request for one in await world.offers("ana")]
    assert await world.rows("select kind from timer") == []


@pytest.mark.parametrize("what", ["withdrawn", "removed", "downgraded", "merged"])
async def test_an_offer_that_was_sent_is_never_taken_back(world: Any, what: str) -> None:
    await world.hear(world.say.staff("ana"), world.say.staff("ben"), world.say.reported("fall", "ana", "ben"))
    await world.hear(world.say.sent(*(await world.offers("ana"))))
    later = {
        "withdrawn": world.say.withdrawn("fall", "ana", "ben", revision=2),
        "removed": world.say.removed("fall", "ana", "ben", revision=2),
        "downgraded": world.say.amended("fall", "ana", "ben", revision=2, harm="low"),
        "merged": world.say.merged("fall", "other", "ana", "ben", revision=2),
    }[what]
    await world.hear(later)
    assert await world.state("ana") == "offered"
    assert await world.end_of("fall", "ana") == "offer-made"
    assert [one for one in await world.said() if getattr(one, "cancelled", None) and one.person.endswith("ana")] == []


async def test_an_offer_still_wanted_by_another_incident_is_passed_on_not_taken_back(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("one", "ana"), world.say.reported("two", "ana"))
    await world.hear(world.say.withdrawn("one", "ana", revision=2))
    assert await world.end_of("one", "ana") == "incident-withdrawn"
    assert await world.end_of("two", "ana") == "offer-made"
    assert await world.state("ana") == "offer-due"
    assert [one for one in await world.said() if type(one).__name__ == "ContactCancelledV1"] == []


async def test_an_offer_that_was_on_its_way_out_when_withdrawn_stands(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    offers = await world.offers("ana")
    await world.hear(world.say.withdrawn("fall", "ana", revision=2), world.say.sent(*offers))
    assert await world.state("ana") == "offered"
    assert await world.end_of("fall", "ana") == "offer-made"


@pytest.mark.parametrize("flag", ["backfill", "synthetic"])
async def test_history_and_synthetic_records_keep_the_books_and_contact_nobody(world: Any, flag: str) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana", **{flag: True}))
    await world.hear(world.say.reported("empty", **{flag: True}))
    assert await world.end_of("fall", "ana") == flag
    assert list((await world.ends("empty")).values()) == [flag]
    opened = [one for one in await world.said() if type(one).__name__ == "ObligationOpenedV1"]
    assert [getattr(one, flag) for one in opened] == [True, True]
    assert await world.offers() == []
    assert await world.rows("select kind from timer") == []


async def test_an_interview_is_reason_to_offer_before_its_incident_is_known(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.interview("why", "ana", "fall"))
    assert [one.purpose.value for one in await world.offers("ana")] == ["offer-before-interview"]
    await world.hear(world.say.reported("fall", "ana"))
    assert await world.end_of("fall", "ana") == "already-offered"


async def test_an_interview_offers_again_while_the_offer_is_open_but_not_in_care(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    await world.hear(world.say.interview("why", "ana", "fall"))
    assert len(await world.offers("ana")) == 2
    await world.hear(world.say.answer(await world.case("ana"), "ana", "talk"))
    await world.hear(world.say.interview("why", "ana", "fall", held=True))
    assert len(await world.offers("ana")) == 2
    assert sorted((await world.ends()).values()) == ["already-in-care", "offer-made", "offer-made"]


async def test_an_offer_stands_though_its_interview_or_the_whole_analysis_is_cancelled(world: Any) -> None:
    """Both are read, not left to the dead letters; they name who can't support, and change nothing else."""
    await world.hear(world.say.staff("ana"), world.say.interview("why", "ana", "fall"))
    before = (await world.said(), await world.ends(), await world.rows("select * from timer"))
    await world.hear(
        world.say.interview_cancelled("why", "ana", "fall", team=["bo"]), world.say.analysis_cancelled("why", "fall")
    )
    assert (await world.said(), await world.ends(), await world.rows("select * from timer")) == before
    assert [one.purpose.value for one in await world.offers("ana")] == ["offer-before-interview"]
    assert len(await world.rows("select * from identity.rca_member")) == 1


async def test_an_interview_that_is_cancelled_before_it_is_heard_of_makes_no_offer_by_itself(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.interview_cancelled("why", "ana", "fall"))
    assert await world.offers() == []
    assert await world.ends() == {}


async def test_what_is_owed_says_from_when_to_when_its_event_can_have_occurred(world: Any) -> None:
    """Somebody knows the day alone: clocks run from its beginning, whatever else reads its end."""
    begins, ends = MONDAY_NOON - timedelta(hours=12), MONDAY_NOON + timedelta(hours=11, minutes=59)
    that_day = StatedTime(earliest=begins, latest=ends, precision=Precision.DAY, zone_known=True, source_field="when")
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana", occurred=that_day))
    await world.hear(world.say.reported("empty", occurred=that_day), world.say.reported("slip", "ana"))
    opened = await world.said_of(ObligationOpenedV1)
    assert [(one.occurred_earliest, one.occurred) for one in opened] == [(begins, ends), (begins, ends), (None, None)]


async def test_a_mass_event_of_300_people_is_one_batch_with_300_offers(world: Any) -> None:
    everybody = [f"person-{number}" for number in range(300)]
    await world.hear(*(world.say.staff(name) for name in everybody), together=True)
    await world.hear(world.say.reported("fire", *everybody))
    assert len({one.person for one in await world.offers()}) == 300


async def test_somebody_who_left_gets_a_reason_and_no_message(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"), world.say.left("ana"))
    assert await world.end_of("fall", "ana") == "left-organisation"
    assert await world.state("ana") == "withdrawn"
    await world.hear(world.say.reported("later", "ana"))
    assert await world.end_of("later", "ana") == "left-organisation"
    assert len(await world.offers()) == 1


async def test_two_tokens_of_one_person_become_one_history_and_one_open_case(world: Any, names: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.staff("anna"))
    await world.hear(world.say.reported("one", "ana"), world.say.reported("two", "anna"))
    (offer,) = await world.offers("ana")
    await world.hear(world.say.sent(offer))
    merged = world.say.staff("anna", "ana", revision=2, merged_from=(names.ref("per", "ana"),))
    await world.hear(merged)
    rows = await world.rows("select person, \"case\" from support_case where state in ('offer-due', 'offered')")
    assert [(row.person, row.case) for row in rows] == [(names.ref("per", "anna"), offer.regarding)]
    assert {row.case for row in await world.rows('select "case" from obligation')} == {offer.regarding}
    before = await world.snapshot()
    await world.hear(merged)
    assert await world.snapshot() == before
    await world.hear(world.say.answer(offer.regarding, "ana", "talk"))
    (row,) = await world.rows('select state from support_case where "case" = :c', c=offer.regarding)
    assert row.state == "escalated"


async def test_somebody_who_left_under_one_token_and_stays_under_another_is_not_lost(world: Any, names: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"), world.say.left("ana"))
    assert await world.end_of("fall", "ana") == "left-organisation"
    await world.hear(world.say.staff("anna", "ana", merged_from=(names.ref("per", "ana"),)))
    assert await world.end_of("fall", "ana") == "offer-made"
    assert len(await world.offers("anna")) == 1


async def test_an_identifier_that_belongs_to_somebody_else_after_all_moves_its_offer_to_them(world: Any) -> None:
    await world.hear(world.say.staff("ana", "badge"), world.say.reported("fall", "badge"))
    assert len(await world.offers("ana")) == 1
    moved = [world.say.staff("ben", "badge"), world.say.staff("ana", revision=2)]
    await world.hear(*moved, together=True)
    assert await world.state("ana") == "withdrawn"
    assert await world.state("ben") == "offer-due"
    await world.hear(world.say.reported("again", "badge"))
    assert await world.end_of("again", "badge") == "already-offered"


@pytest.mark.parametrize("guarded", ["ana", "anna"])
async def test_two_tokens_of_one_person_keep_the_guard_against_managers(world: Any, names: Any, guarded: str) -> None:
    for name in ("ana", "anna"):
        one = world.say.involvement(f"of-{name}", name, never_through_manager=name == guarded)
        await world.hear(world.say.staff(name), world.say.reported(f"of-{name}", involved=(one,)))
    await world.hear(world.say.staff("anna", "ana", revision=2, merged_from=(names.ref("per", "ana"),)))
    shown = await world.rows(
        "select never_through_manager as guarded from support_case where person = :p and state = 'offer-due'",
        p=names.ref("per", "anna"),
    )
    assert [row.guarded for row in shown] == [True]
