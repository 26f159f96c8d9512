"""A clock pack that would measure nothing, or the wrong thing, is refused, with line and field."""

from pathlib import Path
from typing import Any

import pytest

from aftercare.programme.clock_loader import load_clock_pack
from aftercare.programme.clock_subjects import side_of, subjects_of, times_of
from aftercare.programme.clocks import Timestamp
from aftercare.programme.happenings import TOLD, Happening

from .clock_pack_files import a_rule, a_support_rule, refused, write


def test_a_pack_of_good_rules_is_taken(tmp_path: Path) -> None:
    pack = load_clock_pack(write(tmp_path, a_rule(), a_support_rule()))
    assert [rule.id for rule in pack.rules] == ["letter", "contact"]


FORMS = [
    ({"kind": "deadline", "within": {"months": 1}, "calendar": "continuous"}, "within: elapsed time has no months"),
    (
        {"kind": "deadline", "within": {"days": 2, "hours": 4}, "calendar": "working-days"},
        "working-days counts days and",
    ),
    ({"kind": "deadline", "within": {"hours": 4}, "calendar": "local-day"}, "local-day counts days and nothing else"),
    (
        {"kind": "deadline", "within": {"days": 1}, "calendar": "working-hours"},
        "working-hours counts hours and minutes",
    ),
    ({"kind": "deadline", "within": {"days": 0}}, "a span is longer than nothing"),
    (
        {"kind": "deadline", "within": {"weeks": 2}},
        "rules.0.form.deadline.within.weeks: Extra inputs are not permitted",
    ),
    ({"kind": "window", "opens": {"days": 14}, "closes": {"days": 7}}, "closes: a window opens before it closes"),
    (
        {"kind": "window", "opens": {"days": 30}, "closes": {"months": 1}, "calendar": "calendar-days"},
        "opens before it",
    ),
    (
        {"kind": "before-state", "happening": "left-work", "at_latest": {"hours": 9}},
        "left-work never happens to a relevant person",
    ),
    (
        {"kind": "before-state", "happening": "disclosure-written-sent", "at_latest": {"hours": 9}},
        "is both the end and",
    ),
]


@pytest.mark.parametrize(("form", "told"), FORMS)
def test_a_form_that_cannot_be_counted_is_refused(tmp_path: Path, form: dict[str, Any], told: str) -> None:
    assert told in refused(write(tmp_path, a_rule(form=form)))


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "window", "opens": {"days": 21}, "closes": {"months": 1, "days": 7}, "calendar": "calendar-days"},
        {"kind": "window", "opens": {"months": 5}, "closes": {"months": 6}, "calendar": "calendar-days"},
        {"kind": "deadline", "within": {"hours": 7, "minutes": 30}, "calendar": "working-hours"},
        {"kind": "recurring", "every": {"months": 1, "days": 1}},
    ],
)
def test_a_form_that_can_be_counted_is_taken(tmp_path: Path, form: dict[str, Any]) -> None:
    load_clock_pack(write(tmp_path, a_rule(form=form)))


RULES = [
    ({"side": "support"}, "side: clocks of a relevant person are on the event side"),
    ({"subject": "rca"}, "start.on: disclosure-initial-done never happens to an rca, only to: relevant-person"),
    ({"stop": {"on": []}}, "stop.on: name what ends it"),
    ({"stop": {"on": ["disclosure-initial-done"]}}, "would start and end it at once"),
    (
        {"stop": {"on": ["disclosure-written-sent"], "cancelled": ["disclosure-written-sent"]}},
        "both meet and cancel it",
    ),
    ({"stop": {"on": ["disclosure-written-sent"], "attempted": ["disclosure-written-sent"]}}, "the thing itself"),
    ({"stop": {"on": ["disclosure-report-given"]}}, "no message says disclosure-report-given yet"),
    ({"stop": {"on": ["disclosure-writen-sent"]}}, "rules.0.stop.on.0: Input should be"),
    ({"start": {"on": ["incident-known"]}}, "start: incident-known has no time called at"),
    ({"start": {"on": ["disclosure-required"], "at": "discovered"}}, "has no time called discovered"),
    ({"when": {"routes": ["self"]}}, "when.routes: only a person is named by a route"),
    (
        {"when": {"methods": ["psii"]}, "stop": {"on": ["rca-commissioned"]}},
        "when.methods: nothing has a method before it is commissioned",
    ),
    (
        {"when": {"methods": ["psii"]}, "side": "support", "subject": "case"},
        "when.methods: only analyses have a method",
    ),
    ({"start": {"on": ["rca-cancelled"]}}, "rca-cancelled never happens to a relevant person, only to: rca"),
    ({"when": {"methods": ["rca-2"]}}, "rules.0.when.methods.0: Input should be"),
    ({"when": {"flags": ["never-evnt"]}}, "rules.0.when.flags.0: Input should be"),
    ({"when": {"harm_at_least": "unknown"}}, "when.harm_at_least: unknown is no gravity"),
    ({"when": {"unknown_harm": True}}, "when.unknown_harm: means something only beside harm_at_least"),
    ({"standing": "legal"}, "standing: a number that nobody has read in the law draws no legal line"),
    ({"standing": "guideline"}, "standing: a rule of your own is local, unless you have read it"),
    ({"source": " "}, "source: say it in words"),
    ({"warnings": {"at": []}}, "warnings.at: name at least one mark"),
    ({"warnings": {"route": "page", "missed": "worklist"}}, "a miss is never quieter than its warning"),
    ({"warnings": {"route": "page"}, "owner": "system"}, "owner: nobody carries a pager called system"),
    ({"warnings": {"at": [80, 50]}}, "warnings rise and come once each"),
    ({"standing": "contract", "verified": True, "warnings": {"at": [100]}}, "warn before a legal or contractual line"),
    ({"form": {"kind": "deadline", "within": {"minutes": 60}}}, "a promise this short can't wait in a list"),
    ({"in_force": "2026-02-30"}, "rules.0.in_force: Input should be a valid date"),
    ({"in_forse": "2026-01-01"}, "rules.0.in_forse: Extra inputs are not permitted"),
]


@pytest.mark.parametrize(("changes", "told"), RULES)
def test_a_rule_that_would_not_do_what_it_says_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    assert told in refused(write(tmp_path, a_rule(**changes)))


def test_a_decline_alone_is_no_end_of_a_promise(tmp_path: Path) -> None:
    told = refused(write(tmp_path, a_support_rule(stop={"on": ["defusing-done", "case-declined"]})))
    assert "no message says defusing-done yet" in told


def test_a_rule_that_nothing_could_end_may_wait_switched_off(tmp_path: Path) -> None:
    waiting = a_rule(id="report", stop={"on": ["disclosure-report-given"]}, enabled=False)
    assert len(load_clock_pack(write(tmp_path, a_rule(), waiting)).rules) == 2


def test_a_rule_that_begins_by_what_no_message_says_yet_can_wait_for_it(tmp_path: Path) -> None:
    waiting = a_support_rule(
        id="red-flag", subject="case", start={"on": ["red-flag-raised"]}, stop={"on": ["clinician-took-over"]}
    )
    pack = load_clock_pack(write(tmp_path, a_rule(), waiting))
    assert [rule.waits_for for rule in pack.rules] == [(), (Happening.RED_FLAG_RAISED,)]


@pytest.mark.parametrize("only", [{"enabled": False}, {"start": {"on": ["disclosure-contact"]}}])
def test_a_pack_that_would_measure_nothing_at_all_is_refused(tmp_path: Path, only: dict[str, Any]) -> None:
    assert "rules: nothing here can be measured" in refused(write(tmp_path, a_rule(**only)))


def test_a_promise_to_a_person_ends_when_they_decline(tmp_path: Path) -> None:
    told = refused(write(tmp_path, a_support_rule(stop={"on": ["person-reached"]})))
    assert "a person who declines has been offered" in told


def test_declining_is_never_acting_too_soon(tmp_path: Path) -> None:
    rule = a_support_rule(
        form={"kind": "not-before", "after": {"hours": 72}}, stop={"on": ["trauma-interview-held", "case-declined"]}
    )
    assert "a decline would count as acting too soon" in refused(write(tmp_path, rule))


def test_a_supporters_training_belongs_to_no_incident(tmp_path: Path) -> None:
    rule = a_support_rule(
        subject="supporter",
        when={"harm_at_least": "severe"},
        start={"on": ["supporter-trained"]},
        stop={"on": ["supporter-trained"]},
        form={"kind": "recurring", "every": {"months": 12}},
    )
    assert "no incident stands behind a supporter's training" in refused(write(tmp_path, rule))


VERSIONS = [
    ([{}, {}], "rules.1.version: letter has a version 1 already: give it the next"),
    ([{}, {"version": 2}], "rules.1.in_force: say from which day version 2 of letter holds"),
    (
        [{"in_force": "2026-07-01"}, {"version": 2, "in_force": "2026-06-01"}],
        "rules.1.in_force: version 1 would never hold",
    ),
    (
        [{}, {"version": 2, "in_force": "2026-06-01", "catalogue": "D-07"}],
        "rules.1: versions of letter differ in subject, side or row",
    ),
]


@pytest.mark.parametrize(("versions", "told"), VERSIONS)
def test_versions_that_do_not_follow_each_other_are_refused(
    tmp_path: Path, versions: list[dict[str, Any]], told: str
) -> None:
    assert told in refused(write(tmp_path, *(a_rule(**changes) for changes in versions)))


def test_a_promise_may_change_from_a_day_on(tmp_path: Path) -> None:
    changed = a_rule(version=2, in_force="2026-06-01", form={"kind": "deadline", "within": {"days": 3}})
    assert [rule.version for rule in load_clock_pack(write(tmp_path, a_rule(), changed)).rules] == [1, 2]


def test_all_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "name: own\n"
        "version: 1\n"
        "title: Ours\n"
        "about: For a test\n"
        "rules:\n"
        "  - id: letter\n"
        "    title: The letter\n"
        "    catalogue: D-07\n"
        "    side: support\n"
        "    subject: relevant-person\n"
        "    start: {on: [disclosure-initial-done]}\n"
        "    stop: {on: []}\n"
        "    form: {kind: deadline, within: {days: 5, hours: 2}, calendar: business-days}\n"
        "    standing: legal\n"
        "    source: Somebody said so\n"
        "    verified: false\n"
        "    owner: disclosure-lead\n"
    )
    lines = [line.split(": ")[0] for line in refused(path).splitlines()]
    assert lines == [
        "own.yaml line 9, rules.0.side",
        "own.yaml line 12, rules.0.stop.on",
        "own.yaml line 13, rules.0.form.within",
        "own.yaml line 14, rules.0.standing",
    ]


def test_the_word_on_is_a_word(tmp_path: Path) -> None:
    path = write(tmp_path, a_rule())
    path.write_text(path.read_text().replace("'on':", "on:"))
    assert "  on:" in path.read_text()
    assert load_clock_pack(path).rules[0].stop.on == (Happening.DISCLOSURE_WRITTEN_SENT,)


def test_a_cancelled_interview_alone_starts_and_stops_nothing() -> None:
    assert [one for one in Happening if not subjects_of(one)] == [Happening.RCA_INTERVIEW_CANCELLED]


@pytest.mark.parametrize("happening", sorted(set(Happening) - {Happening.RCA_INTERVIEW_CANCELLED}))
def test_somebody_hears_of_every_happening_and_it_has_a_time(happening: Happening) -> None:
    assert len({side_of(subject) for subject in subjects_of(happening)}) == 1
    assert Timestamp.RECEIVED in times_of(happening)


def test_every_step_that_a_message_tells_is_known_to_be_told() -> None:
    page = next(one for one in Path(__file__).parents if (one / "docs" / "clocks.md").exists()) / "docs" / "clocks.md"
    table = page.read_text().partition("## 1. Happenings")[2].partition("Every other kind")[0]
    for happening in Happening:
        group = happening.split("-")[0]
        rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        named = any(
            f"`{happening}`" in row or (row.startswith(f" `{group}-") and f"`-{happening.partition('-')[2]}`" in row)
            for row in rows
        )
        assert named == (happening in TOLD), happening
