"""The shipped clock packs: every row of the catalogue stands in one, and none claims more than was read."""

import pytest

from aftercare.programme import load_organisation, load_programme
from aftercare.programme.clock_loader import load_clock_pack, packs_of, shipped_clock_packs
from aftercare.programme.clocks import (
    Age,
    Calendar,
    ClockPack,
    ClockRule,
    Deadline,
    Flag,
    Kind,
    Method,
    NamedBy,
    Route,
    Standing,
)
from aftercare.schemas import clock, incident, rca

SUPPORT_ROWS = {f"S-{number:02}" for number in range(1, 24)}
DISCLOSURE_ROWS = {f"D-{number:02}" for number in range(1, 24)}
REVIEW_ROWS = {f"R-{number:02}" for number in range(1, 12)}
NOT_READ = {
    *("S-08", "D-05", "D-09", "D-13", "D-16", "D-18", "D-19", "D-20"),
    *("R-02", "R-03", "R-04", "R-05", "R-06", "R-07", "R-08"),
}
"""Rows with a number that is widely quoted and was read in no source."""
OUR_OWN = {"S-10", "S-11", "S-12", "S-18", "S-19", "S-20", "S-21", "D-23"}
"""Rows without any published number."""
LAW = {"D-03", "D-04", "D-06", "D-07", "D-08", "D-10", "D-11", "D-12", "D-19", "D-20", "R-07"}
"""Rows of which a legal duty was read. No other may call itself legal."""
PARTS = {"trim", "rca2", "crp-metrics"}
"""Packs that are to be included beside the pack of a place."""
PACKS = {name: load_clock_pack(name) for name in shipped_clock_packs()}
RULES = {rule.id: rule for pack in PACKS.values() for rule in pack.rules}


def own_rules(pack: ClockPack) -> list[ClockRule]:
    included = {rule for name in pack.includes for rule in PACKS[name].rules}
    return [rule for rule in pack.rules if rule not in included]


def test_every_row_of_the_catalogue_stands_in_a_pack() -> None:
    rows = {rule.catalogue for rule in RULES.values()} - {"local"}
    assert rows == SUPPORT_ROWS | DISCLOSURE_ROWS | REVIEW_ROWS


def test_no_number_that_was_not_read_is_called_verified() -> None:
    for rule in RULES.values():
        if rule.catalogue in NOT_READ:
            assert not rule.verified, rule.id


def test_what_we_propose_ourselves_is_local_and_not_verified() -> None:
    for rule in RULES.values():
        if rule.catalogue in OUR_OWN or rule.catalogue == "local":
            assert (rule.standing, rule.verified) == (Standing.LOCAL, False), rule.id


def test_only_duties_that_were_read_are_called_legal() -> None:
    legal = {rule.catalogue for rule in RULES.values() if rule.standing is Standing.LEGAL}
    assert legal == LAW


def test_a_legal_line_is_drawn_only_by_a_number_that_was_read() -> None:
    lines = {rule.id for rule in RULES.values() if rule.standing is Standing.LEGAL and not isinstance(rule.form, Age)}
    assert lines == {"d-07-letter", "d-10-apology", "d-11-arrange", "d-12-meeting"}
    assert all(RULES[one].verified for one in lines)


def test_laws_without_a_number_are_ages() -> None:
    for row in ("D-03", "D-04", "D-06"):
        forms = [rule.form for rule in RULES.values() if rule.catalogue == row]
        assert forms
        assert all(isinstance(form, Age) for form in forms)


def test_days_of_law_and_contract_do_not_depend_on_the_sites_own_week() -> None:
    for rule in RULES.values():
        if rule.standing in {Standing.LEGAL, Standing.CONTRACT, Standing.ACCREDITATION}:
            assert rule.form.calendar not in {Calendar.WORKING_DAYS, Calendar.WORKING_HOURS}, rule.id


def test_an_objective_beside_a_law_says_in_words_that_it_is_ours() -> None:
    for rule in RULES.values():
        if rule.verified and isinstance(rule.form, Age) and rule.form.objective is not None:
            assert "our own" in rule.source or rule.id == "d-08-explain-delay", rule.id


def test_half_an_hour_rings_and_forty_five_business_days_are_read_by_day() -> None:
    for rule in RULES.values():
        if not isinstance(rule.form, Deadline):
            continue
        pages = Route.PAGE in {rule.warnings.route, rule.warnings.missed}
        is_minutes = not (rule.form.within.days or rule.form.within.hours or rule.form.within.months)
        if is_minutes:
            assert pages, rule.id
        if rule.form.calendar in {Calendar.WORKING_DAYS, Calendar.BUSINESS_DAYS} or rule.form.within.months:
            assert not pages, rule.id


def test_a_report_that_comes_days_late_rings_nobody_but_what_can_still_be_done_does() -> None:
    event, request = RULES["s-02-first-response"].warnings, RULES["s-03-response-to-request"].warnings
    assert (event.route, event.missed) == (Route.WORKLIST, Route.PAGE)
    assert request.route is Route.PAGE
    assert request.at[0] < 100


def test_the_old_framework_is_kept_and_off() -> None:
    old = [rule for rule in RULES.values() if rule.catalogue == "R-06"]
    assert len(old) == 3
    assert not any(rule.enabled for rule in old)


@pytest.mark.parametrize("name", sorted(PACKS))
def test_a_pack_is_called_as_its_file_and_tells_at_least_three_stories(name: str) -> None:
    pack = PACKS[name]
    assert pack.name == name
    assert len(pack.scenarios) >= 3
    assert len({scenario.name for scenario in pack.scenarios}) == len(pack.scenarios)


@pytest.mark.parametrize("name", sorted(set(PACKS) - PARTS - {"generic"}))
def test_the_pack_of_a_place_brings_the_generic_promises(name: str) -> None:
    assert PACKS["generic"].rules == PACKS[name].rules[: len(PACKS["generic"].rules)]


def test_parts_can_stand_beside_any_other_pack() -> None:
    ids = [rule.id for pack in PACKS.values() for rule in own_rules(pack)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", sorted(PACKS))
def test_stories_expect_something_of_rules_that_the_pack_has(name: str) -> None:
    pack = PACKS[name]
    ids = {rule.id for rule in pack.rules}
    told = {line.split(" ", 1)[0] for scenario in pack.scenarios for line in scenario.expect}
    assert told <= ids
    assert {rule.id for rule in own_rules(pack) if rule.enabled and not rule.waits_for} <= told


def test_the_local_numbers_are_those_that_the_programme_works_by() -> None:
    programme = load_programme("generic")
    answers, found = RULES["s-10-supporter-answers"].form, RULES["s-11-supporter-found"].form
    assert isinstance(answers, Deadline)
    assert isinstance(found, Deadline)
    night, day = programme.matching.accept_by_night.within, programme.matching.accept_by_day.within
    assert answers.within.elapsed == night
    assert night * RULES["s-10-supporter-answers"].warnings.at[0] / 100 == day
    assert found.within.elapsed == programme.coordination.unresolved_after
    contact = RULES["s-03-response-to-request"].form
    assert isinstance(contact, Deadline)
    assert contact.within.elapsed == programme.coordination.supporter_contact_after


def test_a_danger_is_taken_over_no_later_than_an_urgent_offer_climbs_twice() -> None:
    red_flag = RULES["s-12-red-flag"].form
    assert isinstance(red_flag, Deadline)
    assert red_flag.within.elapsed <= 2 * load_programme("generic").outreach.urgent.human_after


def test_every_place_of_the_scenarios_has_its_pack() -> None:
    organisation = load_organisation("clock-scenarios-organisation")
    packs = packs_of(organisation)
    assert {pack.name for pack in packs.values()} == set(PACKS)
    assert packs["melbourne"] == PACKS["victoria"]
    told = {scenario.site for pack in PACKS.values() for scenario in pack.scenarios}
    assert told == set(packs)


def test_the_words_are_those_of_the_contracts() -> None:
    assert [*Kind] == [*incident.EventKind]
    assert [*Flag] == [*incident.Flag]
    assert [*NamedBy] == [*incident.Route]
    assert [*Method] == [*rca.RcaMethod]
    assert [*Standing] == [*clock.Standing]
    assert [*Route] == [*clock.WarningRoute]
