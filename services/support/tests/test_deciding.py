"""The decision itself, without a database: offer, or a reason why not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.programme.model import HarmLevel, Triggers
from aftercare.support.domain.case import OPEN, UNANSWERED, Case, Happening
from aftercare.support.domain.claim import Claim, Stand, claim_of, claim_of_nobody
from aftercare.support.domain.decision import AlreadyInCare, NoOffer, Offer, Stands, decide_obligation
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.settling import Settled, Standing, settle_person
from aftercare.support.domain.triggers import Gravity, is_due, is_urgent
from aftercare.support.domain.vocabulary import CaseState, IncidentStatus, Reason, Route, Settlement, Stage

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = "per_ana"

harms = st.sampled_from(list(HarmLevel))
routes = st.sampled_from(list(Route))


def gravity(harm: HarmLevel, *flags: str, stressful: bool = False) -> Gravity:
    return Gravity(harm, frozenset(flags), stressful)


def obligation(number: int = 1, claim: Claim = None, route: Route = Route.INCIDENT) -> Obligation:
    stage = Stage.HELD if route is Route.RCA_INTERVIEW else None
    return Obligation(f"obl_{number}", route, NOW, incident=f"inc_{number}", person=ANA, claim=claim, stage=stage)


def case(state: CaseState, name: str = "cas_1") -> Case:
    return Case(name, ANA, state, 1, Route.INCIDENT, NOW, NOW)


class TestTriggers:
    def test_harm_from_moderate_on_triggers(self) -> None:
        due = {harm for harm in HarmLevel if is_due(Triggers(), gravity(harm), "involved", Route.INCIDENT)}
        assert due == {HarmLevel.UNKNOWN, HarmLevel.MODERATE, HarmLevel.SEVERE, HarmLevel.DEATH}

    def test_a_never_event_without_harm_triggers(self) -> None:
        assert is_due(Triggers(), gravity(HarmLevel.NO_HARM, "never-event"), "involved", Route.INCIDENT)

    def test_near_misses_trigger_only_when_asked_for(self) -> None:
        near_miss = gravity(HarmLevel.NEAR_MISS)
        assert not is_due(Triggers(), near_miss, "involved", Route.INCIDENT)
        assert is_due(Triggers(near_misses=True), near_miss, "involved", Route.INCIDENT)

    def test_a_stressful_event_without_any_error_triggers(self) -> None:
        assert is_due(Triggers(), gravity(HarmLevel.NO_HARM, stressful=True), "involved", Route.INCIDENT)

    @given(harms, routes.filter(lambda route: route is not Route.INCIDENT))
    def test_whoever_a_human_names_is_owed_an_offer_whatever_the_harm(self, harm: HarmLevel, route: Route) -> None:
        assert is_due(Triggers(), gravity(harm), "involved", route)

    @given(harms, harms)
    def test_more_harm_never_takes_an_offer_away(self, one: HarmLevel, other: HarmLevel) -> None:
        if HarmLevel.UNKNOWN in (one, other) or not other.at_least(one):
            return
        if is_due(Triggers(), gravity(one), "involved", Route.INCIDENT):
            assert is_due(Triggers(), gravity(other), "involved", Route.INCIDENT)

    @given(harms)
    def test_nothing_is_urgent_by_default_and_unknown_harm_never(self, harm: HarmLevel) -> None:
        assert not is_urgent(Triggers(), gravity(harm))
        at_death = Triggers(urgent_harm_at_least=HarmLevel.DEATH)
        assert is_urgent(at_death, gravity(harm)) == (harm is HarmLevel.DEATH)


class TestClaims:
    @given(
        st.sampled_from(list(IncidentStatus)), st.booleans(), st.booleans(), st.sampled_from([None, Reason.BACKFILL])
    )
    def test_everybody_ever_named_is_owed_an_offer_or_a_reason_not_silence(
        self, status: IncidentStatus, named: bool, due: bool, muted: Reason | None
    ) -> None:
        stand = Stand(status, {"inv_1": due} if named else {}, triggers=due, muted=muted)
        claim = claim_of(stand, "inv_1")
        is_owed = status in (IncidentStatus.REPORTED, IncidentStatus.NOBODY_INVOLVED) and named and due and not muted
        assert (claim is None) == is_owed

    @pytest.mark.parametrize(
        ("stand", "reason"),
        [
            (Stand(IncidentStatus.REPORTED, {}, triggers=True), None),
            (Stand(IncidentStatus.REPORTED, {}, triggers=False), Reason.BELOW_TRIGGER),
            (Stand(IncidentStatus.REPORTED, {"inv_1": True}, triggers=True), Reason.NAMED_SINCE),
            (Stand(IncidentStatus.NOBODY_INVOLVED, {}, triggers=True), Reason.NOBODY_INVOLVED),
            (Stand(IncidentStatus.WITHDRAWN, {}, triggers=True), Reason.INCIDENT_WITHDRAWN),
            (Stand(IncidentStatus.MERGED, {}, triggers=True), Reason.INCIDENT_MERGED),
        ],
    )
    def test_a_record_that_names_nobody_waits_or_says_why_not(self, stand: Stand, reason: Reason | None) -> None:
        assert claim_of_nobody(stand) is reason


class TestDecision:
    def test_nobody_in_care_gets_an_offer(self) -> None:
        assert decide_obligation(obligation(), None, gone=False) == Offer()

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_an_open_case_is_never_doubled(self, state: CaseState) -> None:
        decision = decide_obligation(obligation(), case(state), gone=False)
        if state in UNANSWERED:
            assert decision == NoOffer(Reason.ALREADY_OFFERED, "cas_1")
        else:
            assert decision == AlreadyInCare("cas_1")

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_an_interview_offers_again_only_to_who_has_not_answered(self, state: CaseState) -> None:
        decision = decide_obligation(obligation(route=Route.RCA_INTERVIEW), case(state), gone=False)
        assert decision == (Offer("cas_1") if state in UNANSWERED else AlreadyInCare("cas_1"))

    @pytest.mark.parametrize("state", sorted(CaseState))
    def test_an_offer_that_was_sent_never_gives_way(self, state: CaseState) -> None:
        made = obligation().settled(Settlement.OFFER_MADE, None, "cas_1", NOW)
        fallen_away = replace(made, claim=Reason.INCIDENT_WITHDRAWN)
        open_case = case(state) if state in OPEN else None
        decision = decide_obligation(fallen_away, open_case, gone=False)
        if state is CaseState.OFFER_DUE:
            assert decision == NoOffer(Reason.INCIDENT_WITHDRAWN)
        else:
            assert decision == Stands()

    @given(st.sampled_from(list(Reason)))
    def test_a_reason_gives_way_to_an_offer(self, reason: Reason) -> None:
        settled = obligation().settled(Settlement.NO_OFFER_MADE, reason, None, NOW)
        assert decide_obligation(settled, None, gone=False) == Offer()


owed = st.lists(
    st.tuples(st.sampled_from([None, Reason.BELOW_TRIGGER, Reason.NOT_INVOLVED]), routes), min_size=1, max_size=6
)


class TestSettlingAPerson:
    @given(owed, st.sampled_from([None, *sorted(OPEN)]), st.booleans())
    def test_every_obligation_ends_in_exactly_one_offer_or_reason(
        self, claims: list[tuple[Claim, Route]], state: CaseState | None, gone: bool
    ) -> None:
        obligations = [obligation(number, claim, route) for number, (claim, route) in enumerate(claims)]
        open_case = case(state) if state else None
        settled = settle(obligations, open_case, gone=gone)
        by_reference = {one.obligation: one for one in settled.obligations}
        assert len(settled.obligations) == len(by_reference) == len(obligations)
        for one in by_reference.values():
            assert one.settlement is not None
            assert (one.reason is None) == (one.settlement is not Settlement.NO_OFFER_MADE)
            assert one.case is not None or one.reason is not None

    @given(owed, st.sampled_from([None, *sorted(OPEN)]), st.booleans())
    def test_there_are_never_two_open_cases(
        self, claims: list[tuple[Claim, Route]], state: CaseState | None, gone: bool
    ) -> None:
        obligations = [obligation(number, claim, route) for number, (claim, route) in enumerate(claims)]
        open_case = case(state) if state else None
        settled = settle(obligations, open_case, gone=gone)
        cases = {one.case: one for one in ([open_case] if open_case else [])}
        cases.update({one.case: one for one in settled.cases})
        assert sum(one.is_open for one in cases.values()) <= 1

    @given(st.lists(st.booleans(), min_size=1, max_size=6), st.data())
    def test_settling_in_any_order_covers_the_same_people(self, dues: list[bool], data: st.DataObject) -> None:
        obligations = [obligation(number, None if due else Reason.BELOW_TRIGGER) for number, due in enumerate(dues)]
        shuffled = data.draw(st.permutations(obligations))
        assert covered(settle(obligations, None)) == covered(settle(shuffled, None))

    @given(owed)
    def test_settling_again_changes_nothing(self, claims: list[tuple[Claim, Route]]) -> None:
        obligations = [obligation(number, claim, route) for number, (claim, route) in enumerate(claims)]
        first = settle(obligations, None)
        open_case = first.cases[0] if first.cases else None
        second = settle(first.obligations, open_case)
        assert second.cases == []
        assert second.offers == []
        before = {one.obligation: one for one in first.obligations}
        assert all(one.says_the_same(before[one.obligation]) for one in second.obligations)

    def test_an_unsent_offer_passes_to_another_incident_that_still_wants_it(self) -> None:
        fallen = replace(obligation(1), settlement=Settlement.OFFER_MADE, case="cas_1", claim=Reason.NOT_INVOLVED)
        waiting = obligation(2).settled(Settlement.NO_OFFER_MADE, Reason.ALREADY_OFFERED, "cas_1", NOW)
        settled = settle([fallen, waiting], case(CaseState.OFFER_DUE))
        assert settled.cases == []
        assert {one.obligation: one.settlement for one in settled.obligations} == {
            "obl_1": Settlement.NO_OFFER_MADE,
            "obl_2": Settlement.OFFER_MADE,
        }

    def test_an_unsent_offer_that_nothing_wants_is_withdrawn(self) -> None:
        fallen = replace(obligation(1), settlement=Settlement.OFFER_MADE, case="cas_1", claim=Reason.NOT_INVOLVED)
        settled = settle([fallen], case(CaseState.OFFER_DUE))
        assert [one.state for one in settled.cases] == [CaseState.WITHDRAWN]


def settle(obligations: list[Obligation], open_case: Case | None, *, gone: bool = False) -> Settled:
    hanging = open_case is not None and open_case.state is CaseState.OFFER_DUE
    if hanging and open_case is not None and not any(one.case == open_case.case for one in obligations):
        holder = obligation(99).settled(Settlement.OFFER_MADE, None, open_case.case, NOW)
        found = settle_person(Standing(ANA, gone, open_case, "cas_new"), [holder, *obligations], NOW)
        found.obligations = [one for one in found.obligations if one.obligation != "obl_99"]
        return found
    return settle_person(Standing(ANA, gone, open_case, "cas_new"), obligations, NOW)


def covered(settled: Settled) -> dict[str, bool]:
    return {one.obligation: one.case is not None for one in settled.obligations}


class TestCaseStates:
    @given(
        st.lists(st.sampled_from(list(Happening)), max_size=25),
        st.sampled_from([CaseState.OFFER_DUE, CaseState.ACCEPTED]),
    )
    def test_whatever_happens_each_move_counts_one_up_and_a_no_ends_the_search(
        self, happenings: list[Happening], start: CaseState
    ) -> None:
        present = case(start)
        for step, happening in enumerate(happenings):
            after = present.after(happening, NOW + timedelta(minutes=step))
            if after is None or after is present:
                continue
            assert after.revision == present.revision + 1
            if happening is Happening.NO:
                assert not after.is_open
            present = after

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_every_open_state_hears_a_no_and_can_be_closed(self, state: CaseState) -> None:
        for happening in (Happening.NO, Happening.CLOSED):
            after = case(state).after(happening, NOW)
            assert after is not None
            assert not after.is_open

    @pytest.mark.parametrize("state", sorted(set(CaseState) - OPEN))
    def test_an_episode_that_ended_is_never_reopened_by_a_yes(self, state: CaseState) -> None:
        assert case(state).after(Happening.TALK, NOW) is None

    @pytest.mark.parametrize("state", sorted(OPEN - {CaseState.OFFER_DUE}))
    def test_nothing_withdraws_a_case_once_the_offer_is_out(self, state: CaseState) -> None:
        assert case(state).after(Happening.WITHDRAWN, NOW) is None
