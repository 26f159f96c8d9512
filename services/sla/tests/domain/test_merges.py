"""Records that turn out to be the same event: `docs/clocks.md` 6."""

from typing import Any

from aftercare.sla.domain.model import CancelReason, Clock, Happened, State

from .telling import INC, OTHER, RCA, THIRD, act, at, clocks, ended, known, rule

SINCE = {"start": {"on": ["incident-known"], "at": "occurred"}}
TEN_DAYS = {"kind": "deadline", "within": {"days": 10}}
INTO = [(OTHER, INC)]


def by_incident(*happenings: Happened, links: Any = INTO, **more: Any) -> dict[str, Clock]:
    return {one.subject: one for one in clocks(rule(TEN_DAYS, **(SINCE | more)), *happenings, links=links)}


def merged(when: str, incident: str = OTHER) -> Happened:
    return ended("merged", when, incident=incident, revision=2)


STAYS = known("2026-03-02T10:00", occurred="2026-03-02T08:00")
GOES = known("2026-03-02T09:00", occurred="2026-03-02T06:00", incident=OTHER)


def test_the_merged_incident_is_cancelled_and_the_other_starts_with_the_earlier() -> None:
    found = by_incident(STAYS, GOES, merged("2026-03-02T12:00"))
    assert (found[OTHER].outcome.reason, found[OTHER].outcome.cancelled) == (
        CancelReason.MERGED,
        at("2026-03-02T12:00"),
    )
    assert (found[INC].start, found[INC].born) == (at("2026-03-02T06:00"), STAYS.received)
    assert found[INC].outcome.verdict is State.RUNNING


def test_a_merge_never_gives_more_time() -> None:
    later = known("2026-03-02T09:00", occurred="2026-03-02T08:30", incident=OTHER)
    assert by_incident(STAYS, later, merged("2026-03-02T12:00"))[INC].start == at("2026-03-02T08:00")
    unsaid = known("2026-03-02T09:00", incident=OTHER)
    assert by_incident(STAYS, unsaid, merged("2026-03-02T12:00"))[INC].start == at("2026-03-02T08:00")


def test_a_merge_into_an_incident_that_has_not_come_waits_for_it() -> None:
    waiting = by_incident(GOES, merged("2026-03-02T09:30"))
    assert (set(waiting), waiting[OTHER].outcome.verdict) == ({OTHER}, State.RUNNING)
    come = by_incident(GOES, merged("2026-03-02T09:30"), STAYS)
    assert come[OTHER].outcome.cancelled == STAYS.received
    assert come[INC].start == at("2026-03-02T06:00")


def test_a_link_without_the_merge_itself_changes_nothing() -> None:
    found = by_incident(STAYS, GOES)
    assert {one.start for one in found.values()} == {at("2026-03-02T08:00"), at("2026-03-02T06:00")}


def test_what_only_the_merged_one_was_grave_enough_for_lives_on_from_the_merge() -> None:
    low = known("2026-03-02T10:00", "low", occurred="2026-03-02T05:00")
    found = by_incident(low, GOES, merged("2026-03-02T12:00"), when={"harm_at_least": "severe"})
    assert (found[INC].start, found[INC].born) == (at("2026-03-02T06:00"), at("2026-03-02T12:00"))


def test_the_survivors_own_file_is_its_zone_and_its_revisions_are_read_apart() -> None:
    goes = known("2026-03-02T09:00", incident=OTHER, occurred="2026-03-01T06:00", revision=7, site="boston")
    found = by_incident(STAYS, goes, ended("merged", "2026-03-02T12:00", incident=OTHER, revision=8))
    assert (found[INC].site, found[INC].start) == ("london", at("2026-03-01T06:00"))


def test_what_was_done_for_the_merged_one_is_done() -> None:
    done = act("disclosure-initial-done", "2026-03-02T11:00", subject=OTHER)
    found = by_incident(STAYS, GOES, done, merged("2026-03-02T12:00"))
    assert {one.outcome.verdict for one in found.values()} == {State.MET}
    analysed = act("rca-commissioned", "2026-03-02T13:00", subject=RCA)
    links = [*INTO, (RCA, OTHER)]
    found = by_incident(
        STAYS, GOES, analysed, merged("2026-03-02T12:00"), links=links, stop={"on": ["rca-commissioned"]}
    )
    assert (found[INC].outcome.verdict, found[OTHER].outcome.verdict) == (State.MET, State.CANCELLED)


def test_what_was_done_for_the_survivor_stops_nothing_of_the_merged_one() -> None:
    done = act("disclosure-initial-done", "2026-03-02T11:00")
    found = by_incident(STAYS, GOES, done, merged("2026-03-02T12:00"))
    assert (found[INC].outcome.verdict, found[OTHER].outcome.verdict) == (State.MET, State.CANCELLED)


def test_merges_are_followed_one_after_the_other() -> None:
    first = known("2026-03-01T09:00", occurred="2026-03-01T06:00", incident=THIRD)
    links = [(THIRD, OTHER), (OTHER, INC)]
    found = by_incident(STAYS, GOES, first, merged("2026-03-02T12:00"), merged("2026-03-02T11:00", THIRD), links=links)
    assert found[INC].start == at("2026-03-01T06:00")
    assert found[THIRD].outcome.cancelled == at("2026-03-02T11:00")


def test_of_a_circle_of_merges_one_survives() -> None:
    circle = [(OTHER, INC), (INC, OTHER)]
    found = by_incident(STAYS, GOES, merged("2026-03-02T12:00"), merged("2026-03-02T13:00", INC), links=circle)
    assert (found[INC].outcome.verdict, found[OTHER].outcome.verdict) == (State.RUNNING, State.CANCELLED)
    longer = [(INC, OTHER), (OTHER, THIRD), (THIRD, INC)]
    third = known("2026-03-01T09:00", occurred="2026-03-01T06:00", incident=THIRD)
    everyone = [merged("2026-03-02T12:00", one) for one in (INC, OTHER, THIRD)]
    found = by_incident(STAYS, GOES, third, *everyone, links=longer)
    assert {one for one, it in found.items() if it.outcome.verdict is State.RUNNING} == {INC}
    assert found[INC].start == at("2026-03-01T06:00")


def test_of_a_circle_the_others_count_for_the_survivor_alone() -> None:
    """What the other was not grave enough for by itself, it never has; what it had once, it is known for since then."""
    links = [(OTHER, INC), (INC, OTHER)]
    low = known("2026-03-02T09:00", "low", incident=OTHER)
    there, back = merged("2026-03-02T12:00", INC), merged("2026-03-02T13:00")
    grave: dict[str, Any] = {"when": {"harm_at_least": "severe"}}
    assert set(by_incident(STAYS, low, there, links=links, **grave)) == {INC, OTHER}
    assert set(by_incident(STAYS, low, there, back, links=links, **grave)) == {INC}
    raised = known("2026-03-02T15:00", incident=OTHER, revision=3)
    found = by_incident(STAYS, low, there, back, raised, links=links, **grave)
    assert found[OTHER].born == there.received
    talk = act("disclosure-initial-done", "2026-03-02T11:00")
    found = by_incident(STAYS, GOES, there, back, talk, links=links)
    assert (found[INC].outcome.verdict, found[OTHER].outcome.verdict) == (State.MET, State.CANCELLED)


def test_what_was_merged_into_one_of_a_circle_counts_for_that_one() -> None:
    links = [(OTHER, INC), (INC, OTHER), (THIRD, OTHER)]
    third = known("2026-03-01T09:00", occurred="2026-03-01T06:00", incident=THIRD)
    merges = [merged("2026-03-02T12:00", one) for one in (INC, OTHER, THIRD)]
    found = by_incident(STAYS, GOES, third, *merges, links=links)
    assert {subject: one.start for subject, one in found.items()} == dict.fromkeys((INC, OTHER, THIRD), third.occurred)


def test_a_circle_that_another_survives_ends_in_it() -> None:
    links = [(OTHER, INC), (INC, OTHER), (INC, THIRD)]
    third = known("2026-03-02T11:00", incident=THIRD)
    found = by_incident(STAYS, GOES, third, merged("2026-03-02T12:00"), merged("2026-03-02T12:00", INC), links=links)
    assert {one for one, it in found.items() if it.outcome.verdict is State.RUNNING} == {THIRD}


def test_a_withdrawal_of_the_merged_one_leaves_the_survivor_alone() -> None:
    gone = ended("withdrawn", "2026-03-02T13:00", incident=OTHER, revision=3)
    found = by_incident(STAYS, GOES, merged("2026-03-02T12:00"), gone)
    assert found[INC].outcome.verdict is State.RUNNING
    assert found[OTHER].outcome.cancelled == at("2026-03-02T12:00")


def test_the_first_that_was_heard_of_the_survivor_and_of_the_merge_counts() -> None:
    again = known("2026-03-02T14:00", revision=2, occurred="2026-03-02T08:00")
    twice = ended("merged", "2026-03-02T13:00", incident=OTHER, revision=3)
    found = by_incident(STAYS, again, GOES, merged("2026-03-02T12:00"), twice)
    assert found[OTHER].outcome.cancelled == at("2026-03-02T12:00")
