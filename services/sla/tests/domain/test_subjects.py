"""Where a subject is at, and what belongs to it: `docs/clocks.md` 2 and 6."""

from typing import Any

from aftercare.programme.clocks import Side
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.model import CancelReason, Edition, Editions, State

from .telling import (
    ASG,
    CAS,
    INC,
    OBL,
    ORGANISATION,
    OTHER,
    RCA,
    act,
    at,
    clock,
    clocks,
    ended,
    known,
    obligation_rule,
    opened,
    rule,
    told,
)

SECOND = OBL[:-1] + "2"
LOCAL_DAY = {"kind": "deadline", "within": {"days": 1}, "calendar": "local-day"}
IN_LONDON = known("2026-07-01T10:00")
IN_BOSTON = known("2026-07-01T09:00", incident=OTHER, site="boston")


def of_case(**more: Any) -> Any:
    return rule(LOCAL_DAY, side="support", subject="case", start={"on": ["case-offered"]}, stop={}, **more)


def test_the_highest_revision_says_the_site_and_so_the_wall() -> None:
    """The day ends at 23:00Z in London, and at 04:00Z of the next in Boston."""
    moved = known("2026-07-01T12:00", revision=2, site="boston")
    assert clock(rule(LOCAL_DAY), IN_LONDON).due == at("2026-07-01T23:00")
    found = clock(rule(LOCAL_DAY), moved, IN_LONDON)
    assert (found.site, found.due) == ("boston", at("2026-07-02T04:00"))


def test_a_site_that_the_organisation_does_not_know_is_at_utc() -> None:
    unheard = known("2026-07-01T10:00", site="unheard-of")
    assert clock(rule(LOCAL_DAY), unheard).due == at("2026-07-02T00:00")


def test_a_case_is_where_the_obligation_is_that_was_received_first() -> None:
    offered = act("case-offered", "2026-07-01T12:00", subject=CAS)
    asked = act("supporter-asked", "2026-07-01T12:00", subject=ASG)
    links = [(INC, OBL), (OTHER, SECOND), (CAS, OBL), (CAS, SECOND), (ASG, CAS)]
    later, sooner = opened("2026-07-01T10:30"), opened("2026-07-01T10:00", subject=SECOND)
    everything = (offered, asked, later, sooner, IN_LONDON, IN_BOSTON)
    found = clock(of_case(), *everything, links=links)
    assert (found.incident, found.site, found.due) == (OTHER, "boston", at("2026-07-02T04:00"))
    of_assignment = rule(side="support", subject="assignment", start={"on": ["supporter-asked"]}, stop={})
    assert clock(of_assignment, *everything, links=links).site == "boston"
    same_time = (offered, opened("2026-07-01T10:00"), sooner, IN_LONDON, IN_BOSTON)
    assert clock(of_case(), *same_time, links=links).site == "london", "then the lower reference"


def test_a_case_looks_at_the_incidents_and_routes_of_all_its_obligations() -> None:
    offered = act("case-offered", "2026-07-01T12:00", subject=CAS)
    links = [(INC, OBL), (OTHER, SECOND), (CAS, OBL), (CAS, SECOND)]
    low, severe = known("2026-07-01T10:00", "low"), known("2026-07-01T10:00", incident=OTHER)
    people = (opened("2026-07-01T10:30"), opened("2026-07-01T10:40", subject=SECOND, route="manager"))
    grave = of_case(when={"harm_at_least": "severe", "routes": ["manager"]})
    assert clock(grave, offered, low, severe, *people, links=links).start == offered.at
    assert clocks(grave, offered, low, *people, links=links) == []
    assert clocks(grave, offered, low, severe, people[0], links=links[:1] + links[2:3]) == []


def test_an_analysis_is_where_its_incident_is_that_came_first() -> None:
    own = rule(LOCAL_DAY, subject="rca", start={"on": ["rca-commissioned"]}, stop={})
    begun = act("rca-commissioned", "2026-07-01T12:00", subject=RCA)
    links = [(RCA, INC), (RCA, OTHER)]
    assert clock(own, begun, IN_LONDON, IN_BOSTON, links=links).incident == OTHER
    assert clock(own, begun, IN_LONDON, links=links).incident == INC, "the other has not come"
    together = known("2026-07-01T09:00")
    assert clock(own, begun, together, IN_BOSTON, links=links).incident == INC, "then the lower reference"
    amended = known("2026-07-01T11:00", incident=OTHER, site="boston", revision=2)
    assert clock(own, begun, IN_LONDON, IN_BOSTON, amended, links=links).incident == OTHER, "since its first revision"
    assert clock(own, begun, links=[]).site is None


def test_what_is_done_about_an_incident_that_has_not_come_makes_it_no_place() -> None:
    own = rule(LOCAL_DAY, subject="rca", start={"on": ["rca-commissioned"]}, stop={})
    begun = act("rca-commissioned", "2026-07-01T12:00", subject=RCA)
    early = act("disclosure-required", "2026-07-01T08:00", subject=OTHER)
    links = [(RCA, INC), (RCA, OTHER)]
    assert [one.incident for one in clocks(own, begun, early, IN_LONDON, links=links)] == [INC]


def test_a_case_of_which_only_an_assignment_was_heard_has_its_clocks() -> None:
    asked = act("supporter-asked", "2026-07-01T12:00", subject=ASG)
    own = rule(LOCAL_DAY, side="support", subject="case", start={"on": ["supporter-asked"]}, stop={})
    links = [(INC, OBL), (CAS, OBL), (ASG, CAS)]
    found = clock(own, asked, opened("2026-07-01T10:30"), IN_LONDON, links=links)
    assert (found.subject, found.start, found.site) == (CAS, asked.at, "london")


def test_an_analysis_of_several_incidents_counts_for_each() -> None:
    analysed = rule(stop={"on": ["rca-commissioned"]})
    begun = act("rca-commissioned", "2026-07-01T12:00", subject=RCA)
    found = clocks(analysed, begun, IN_LONDON, IN_BOSTON, links=[(RCA, INC), (RCA, OTHER)])
    assert [one.outcome.stopped for one in found] == [begun.at, begun.at]


def test_everybody_has_clocks_of_their_own() -> None:
    links = [(INC, OBL), (INC, SECOND), (CAS, OBL)]
    reached = act("person-reached", "2026-07-01T12:00", subject=CAS)
    people = (opened("2026-07-01T10:30"), opened("2026-07-01T10:40", subject=SECOND))
    found = {one.subject: one for one in clocks(obligation_rule(), IN_LONDON, *people, reached, links=links)}
    assert found[OBL].outcome.stopped == reached.at
    assert (found[SECOND].outcome.stopped, found[SECOND].start) == (None, at("2026-07-01T10:40"))


def test_obligations_of_a_withdrawn_or_merged_incident_have_ends_of_their_own() -> None:
    gone = ended("withdrawn", "2026-07-01T12:00", revision=2)
    found = clock(obligation_rule(), IN_LONDON, gone, opened("2026-07-01T10:30"), links=[(INC, OBL)])
    assert found.outcome.cancelled is None


def test_an_analysis_that_is_cancelled_ends_its_own_clocks_and_none_of_its_incidents() -> None:
    """Whether or not a rule says so; and an interview that is cancelled ends nothing."""
    rules = [
        rule(id="own", subject="rca", start={"on": ["rca-commissioned"]}, stop={"on": ["rca-completed"]}),
        rule(id="of-incident", stop={"on": ["rca-completed"], "cancelled": ["rca-cancelled"]}),
    ]
    begun = act("rca-commissioned", "2026-07-01T11:00", subject=RCA)
    interview = act("rca-interview-cancelled", "2026-07-01T11:30", subject=RCA)
    running = clocks(rules, IN_LONDON, begun, interview, links=[(RCA, INC)])
    assert {one.outcome.verdict for one in running} == {State.RUNNING}
    given_up = act("rca-cancelled", "2026-07-01T12:00", subject=RCA)
    found = {one.rule.id: one for one in clocks(rules, IN_LONDON, begun, given_up, links=[(RCA, INC)])}
    assert (found["own"].outcome.cancelled, found["own"].outcome.reason) == (given_up.at, CancelReason.NOT_APPLICABLE)
    assert found["of-incident"].outcome.verdict is State.RUNNING


def test_a_site_has_the_rules_of_its_jurisdiction_and_else_the_generic_ones() -> None:
    packs = {name: (Edition(name, 1, rule(id=f"{name}-rule")),) for name in ("england", "generic", "wales")}
    everywhere = (IN_LONDON, IN_BOSTON, known("2026-07-01T10:00", incident=INC[:-1] + "3", site=None))
    found = derive(Editions(packs), ORGANISATION, told(everywhere))
    assert [(one.site, one.edition.pack) for one in found] == [
        ("london", "england"),
        ("boston", "generic"),
        (None, "generic"),
    ]
    assert found[0].rule.side is Side.EVENT
    only_wales = Editions({"wales": packs["wales"]})
    assert derive(only_wales, ORGANISATION, told(everywhere)) == ()


def test_a_record_merged_into_two_gave_way_when_the_first_merge_held() -> None:
    third = INC[:-1] + "3"
    merged = ended("merged", "2026-07-01T11:00", incident=third, revision=2)
    goes, late = known("2026-07-01T08:00", incident=third), known("2026-07-01T15:00", incident=OTHER)
    found = clock(rule(), IN_LONDON, late, goes, merged, links=[(third, INC), (third, OTHER)], of=third)
    assert found.outcome.cancelled == at("2026-07-01T11:00")
