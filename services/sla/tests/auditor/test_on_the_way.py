"""An engine that hears news a moment late is right in what it says meanwhile; what nothing gave is not excused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from aftercare.programme.clocks import ClockRule, Side
from aftercare.schemas import incident, rca
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor.audit import audit
from aftercare.sla.auditor.comparing import Moment
from aftercare.sla.auditor.crossing import may_have_heard
from aftercare.sla.auditor.facts import Change, Difference, Said

from .running import Burden, judged_as_kept, run
from .story import HOUR, MINUTE, Story, at, organisation, packs, rule

BEGIN = at("2026-03-02T10:00")
SECOND = timedelta(seconds=1)
HERE = organisation()
QUICK = settings(max_examples=settings().max_examples // 2)
HOURS = st.sampled_from([{"hours": 2}, {"hours": 4}])
NEAR = st.sampled_from([-55, -30, -10, -5, -1, 0, 1, 5, 30])
MOMENTS = st.builds(lambda hours, seconds: BEGIN + hours * HOUR + seconds * SECOND, st.sampled_from([1, 2, 3]), NEAR)
"""News come within a minute of the full hours at which most is due."""
BEFORE = st.sampled_from([None, BEGIN, BEGIN - HOUR, BEGIN - 2 * HOUR, BEGIN + 20 * SECOND])
AMENDED = incident.IncidentAmendedV1


@st.composite
def forms(draw: Any, act: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["deadline", "deadline", "recurring", "recurring", "window", "before-state", "age"]))
    more: dict[str, dict[str, Any]] = {
        "deadline": {"within": draw(HOURS)},
        "recurring": {"every": draw(HOURS)},
        "window": {"opens": {"hours": 1}, "closes": {"hours": 3}},
        "before-state": {"happening": act, "at_latest": draw(HOURS)},
        "age": {"objective": draw(HOURS)},
    }
    return {"kind": kind, **more[kind]}


@st.composite
def promises(draw: Any, side: Side) -> ClockRule:
    stop, other = "disclosure-initial-done", "disclosure-closed"
    of_side: dict[str, Any] = {"subject": draw(st.sampled_from(["incident", "incident", "relevant-person"]))}
    start = {"on": ["incident-known"], "at": draw(st.sampled_from(["occurred", "received"]))}
    if side is Side.SUPPORT:
        stop, other = "person-reached", "case-declined"
        of_side = {"side": "support", "subject": "obligation"}
        start = {"on": ["obligation-opened"], "at": "received"}
    return rule(
        "promise",
        draw(forms(other)),
        **of_side,
        start=start,
        stop=draw(st.sampled_from([{"on": [stop]}, {"on": [stop, other]}, {"on": [stop], "cancelled": [other]}])),
        when=draw(st.sampled_from([{}, {}, {"harm_at_least": "severe"}])),
        warnings={"at": draw(st.sampled_from([[50], [25, 50, 99], [50, 100]]))},
    )


@st.composite
def event_stories(draw: Any) -> Story:
    story = Story().incident(BEGIN, occurred=draw(BEFORE))
    if draw(st.booleans()):
        story.incident(BEGIN + draw(st.sampled_from([0, 20])) * SECOND, name="copy", occurred=draw(BEFORE))
    whom = st.sampled_from([{}, {}, {"eva": None}, {"ida": None}])
    is_merged = False
    for now in sorted(draw(st.lists(MOMENTS, min_size=1, max_size=6))):
        match draw(st.sampled_from(["amended", "amended", "withdrawn", "talked", "talked", "closed", "merged", "rca"])):
            case "amended":
                story.incident(now, AMENDED, received=BEGIN, occurred=draw(BEFORE), persons=draw(whom))
            case "withdrawn":
                story.withdrawn(now, received=BEGIN)
            case "talked":
                story.talked(now - draw(st.sampled_from([0, 0, 5, 7200])) * SECOND, now, persons=tuple(draw(whom)))
            case "closed":
                story.milestone("closed", draw(st.sampled_from([None, now])), now)
            case "merged" if not is_merged:
                is_merged = True
                story.merged(now, "copy", "fall", received=BEGIN)
            case _:
                story.analysis(rca.RcaCompletedV1, now, "fall")
    return story


@st.composite
def support_stories(draw: Any) -> Story:
    story = Story().incident(BEGIN).owed(BEGIN + draw(st.sampled_from([0, 20])) * SECOND)
    instants = sorted(draw(st.lists(MOMENTS, min_size=2, max_size=6)))
    story.settled(draw(st.sampled_from([BEGIN + 30 * SECOND, instants[0]])), "offer-made")
    for now in instants:
        if draw(st.booleans()):
            story.reached(now)
        else:
            story.case(now, draw(st.sampled_from(["offered", "declined"])))
    return story


class Scene:
    """A story, what was promised, and what the engine had said of it at the end."""

    def __init__(self, story: Story, promise: ClockRule, as_of: datetime, said: list[Said]) -> None:
        self.story = story
        self.promise = promise
        self.as_of = as_of
        self.said = said

    def __repr__(self) -> str:
        told = [f"{time} {type(message).__name__} {message!r}" for message, _, time in self.story.told]
        said = [f"{one.time} {one.subject} {one.change} {one.percent} {one.at} {one.born}" for one in self.said]
        return "\n".join([*told, str(self.promise), f"until {self.as_of}", *said])

    def found(self, *more: Said) -> tuple[Difference, ...]:
        return judged_as_kept(self.story, [*self.said, *more], [self.promise], HERE, self.as_of)


@st.composite
def burdened(draw: Any) -> Scene:
    """Each message may take up to the settle time, and the engine may look at what is due somewhat late."""
    side = draw(st.sampled_from([Side.EVENT, Side.EVENT, Side.SUPPORT]))
    story = draw(event_stories() if side is Side.EVENT else support_stories())
    seconds = st.sampled_from([0, 5, 20, 59]) | st.integers(0, 59)
    delays = draw(st.lists(seconds, min_size=len(story.told), max_size=len(story.told)))
    burden = Burden([one * SECOND for one in delays], draw(st.sampled_from([0, 0, 1, 30])) * SECOND)
    note(f"{burden}")
    promise = draw(promises(side))
    as_of = BEGIN + draw(st.sampled_from([1, 2, 3, 4, 8])) * HOUR + draw(st.sampled_from([90, 150])) * SECOND
    return Scene(story, promise, as_of, run(story, [promise], HERE, as_of, side, burden))


@QUICK
@given(burdened())
def test_an_engine_that_hears_everything_within_the_settle_time_is_right(scene: Scene) -> None:
    assert scene.found() == ()


@QUICK
@given(burdened(), st.data())
def test_a_warning_that_nothing_gave_is_found_whatever_was_on_its_way(scene: Scene, data: Any) -> None:
    beside = data.draw(st.sampled_from(scene.said))
    now = beside.time + data.draw(st.integers(0, 59)) * SECOND + timedelta(microseconds=2500)
    last = max((one for one in scene.said if one.subject == beside.subject), key=lambda one: one.revision)
    warned = replace(last, id="planted", change=Change.WARNED, percent=50, revision=last.revision + 1)
    long_before = BEGIN - 24 * HOUR
    assume(now <= scene.as_of - MINUTE and scene.found(replace(warned, at=long_before, time=long_before)))
    found = {one.kind for one in scene.found(replace(warned, at=now, time=now))}
    assert len(found) == 1
    assert found <= {Kind.WARNING_EARLY, Kind.WARNING_LATE}


ON_THE_HALF = rule("promise", {"kind": "deadline", "within": {"hours": 2}}, warnings={"at": [50]})
HALF = BEGIN + HOUR
RECURRING = rule("promise", {"kind": "recurring", "every": {"hours": 2}}, warnings={"at": [50]})
SINCE_IT_OCCURRED = {"on": ["incident-known"], "at": "occurred"}
OCCURRED = rule("promise", {"kind": "deadline", "within": {"hours": 2}}, start=SINCE_IT_OCCURRED, warnings={"at": [50]})


def judged(story: Story, *delays: int, promise: ClockRule = ON_THE_HALF, until: datetime = HALF + 30 * MINUTE) -> Any:
    """Percent and instant of the warnings that an engine gives that hears so late, and what the auditor finds."""
    said = run(story, [promise], HERE, until, burden=Burden([one * SECOND for one in delays]))
    found = [one.kind for one in judged_as_kept(story, said, [promise], HERE, until)]
    return [(one.percent, one.time) for one in said if one.change is Change.WARNED], found


def test_a_warning_given_a_moment_before_a_stop_was_heard_is_no_difference() -> None:
    story = Story().incident(BEGIN).talked(HALF - 2 * SECOND)
    assert judged(story, 0, 5) == ([(50, HALF)], [])
    assert judged(story, 0, 1) == ([], [])
    long_known = Story().incident(BEGIN).talked(HALF - 61 * SECOND)
    assert judged(long_known, 0, 65) == ([(50, HALF)], [Kind.WARNING_EARLY])


def test_a_warning_given_a_moment_before_an_amendment_or_a_withdrawal_was_heard_is_no_difference() -> None:
    later = Story().incident(BEGIN, occurred=BEGIN - 10 * MINUTE)
    later.incident(HALF - 11 * MINUTE, AMENDED, received=BEGIN, occurred=BEGIN)
    assert judged(later, 0, 59) == ([(50, HALF)], [])
    moved = Story().incident(BEGIN, occurred=BEGIN - MINUTE)
    moved.incident(HALF - 61 * SECOND, AMENDED, received=BEGIN, occurred=BEGIN)
    assert judged(moved, 0, 30, promise=OCCURRED) == ([(50, HALF - MINUTE)], [])
    gone = Story().incident(BEGIN).withdrawn(HALF - SECOND, received=BEGIN)
    assert judged(gone, 0, 30) == ([(50, HALF)], [])


def test_what_came_in_another_order_than_it_was_known_is_no_difference() -> None:
    story = Story().talked(BEGIN - 2 * HOUR, BEGIN - 10 * SECOND).incident(BEGIN, occurred=BEGIN - 3 * HOUR)
    assert judged(story, 30, 0, promise=OCCURRED) == ([(100, BEGIN)], [])
    assert judged(story, 0, 0, promise=OCCURRED) == ([], [])


def test_a_round_that_the_engine_had_not_heard_of_may_still_warn() -> None:
    story = Story().incident(BEGIN).talked(HALF - 2 * SECOND)
    twice = [(50, HALF), (50, HALF + HOUR - 2 * SECOND)]
    assert judged(story, 0, 30, promise=RECURRING, until=HALF + 70 * MINUTE) == (twice, [])


def test_each_round_owes_its_own_warnings_and_no_warning_twice() -> None:
    story = Story().incident(BEGIN).talked(HALF + 10 * MINUTE)
    until = HALF + 100 * MINUTE
    said = run(story, [RECURRING], HERE, until)
    first, second = (one for one in said if one.change is Change.WARNED)

    def found(*without: Said, more: tuple[Said, ...] = ()) -> list[Kind]:
        told = [*(one for one in said if one not in without), *more]
        return [one.kind for one in judged_as_kept(story, told, [RECURRING], HERE, until)]

    assert found() == []
    assert found(first) == found(second) == [Kind.WARNING_MISSING]
    assert found(more=(replace(second, id="again", revision=9),)) == [Kind.WARNING_DOUBLE]


def test_a_miss_is_late_only_from_when_the_engine_must_have_heard_of_its_instant() -> None:
    known, until = HALF - 10 * MINUTE, HALF + 30 * MINUTE
    story = Story().incident(BEGIN, occurred=BEGIN)
    story.incident(known, AMENDED, received=BEGIN, occurred=known + SECOND - 2 * HOUR)
    said = run(story, [OCCURRED], HERE, until, burden=Burden([SECOND, 150 * SECOND]))

    def found(settle: timedelta) -> list[Kind]:
        moment = Moment(until, settle, lateness=MINUTE)
        return [one.kind for one in audit(story.facts(), said, packs(OCCURRED), HERE, moment).differences]

    assert found(settle=3 * MINUTE) == []
    assert found(settle=MINUTE) == [Kind.END_LATE]


def test_a_warning_at_birth_is_a_difference_however_new_the_clock_was() -> None:
    story = Story().incident(BEGIN)
    (started,) = run(story, [ON_THE_HALF], HERE, BEGIN + MINUTE)
    for seconds in (0, 1, 30, 90):
        now = BEGIN + seconds * SECOND
        warned = replace(started, id="warned", change=Change.WARNED, revision=2, percent=50, at=now, time=now)
        for at_the_mark in (warned, replace(warned, at=HALF)):
            said = [started, at_the_mark]
            (found,) = judged_as_kept(story, said, [ON_THE_HALF], HERE, BEGIN + 10 * MINUTE)
            assert (found.kind, found.expected, found.published) == (Kind.WARNING_EARLY, HALF, now)


def test_a_warning_that_is_not_owed_by_anything_on_its_way_is_a_difference_right_after_news() -> None:
    story = Story().incident(BEGIN).milestone("lead-assigned", BEGIN + 10 * MINUTE, BEGIN + 10 * MINUTE)
    (started,) = run(story, [ON_THE_HALF], HERE, BEGIN + MINUTE)
    now = BEGIN + 10 * MINUTE + 2 * SECOND
    warned = replace(started, id="warned", change=Change.WARNED, revision=2, percent=50, at=now, time=now)
    (found,) = judged_as_kept(story, [started, warned], [ON_THE_HALF], HERE, BEGIN + 20 * MINUTE)
    assert found.kind is Kind.WARNING_EARLY


def test_news_about_something_else_excuses_neither_a_late_nor_a_missing_warning() -> None:
    story = Story().incident(BEGIN).milestone("lead-assigned", HALF + 10 * SECOND, HALF + 10 * SECOND)
    started, warned = run(story, [ON_THE_HALF], HERE, HALF + MINUTE)

    def found(*said: Said) -> list[Kind]:
        differences = judged_as_kept(story, said, [ON_THE_HALF], HERE, HALF + 30 * MINUTE)
        return [one.kind for one in differences]

    assert found(started, warned) == []
    assert found(started) == [Kind.WARNING_MISSING]
    assert found(started, replace(warned, time=HALF + 10 * MINUTE)) == [Kind.WARNING_LATE]
    assert found(started, warned, replace(warned, id="again", revision=3)) == [Kind.WARNING_DOUBLE]


def test_so_many_news_at_once_are_taken_in_the_order_in_which_they_were_known() -> None:
    story = Story().incident(BEGIN)
    for number in range(60):
        story.analysis(rca.RcaCompletedV1, HALF - 30 * SECOND, "fall", name=f"why {number}")
    story.talked(HALF - 2 * SECOND)
    heard = list(may_have_heard(story.facts(), HALF, MINUTE))
    assert len(heard) == 62
    assert {len(facts) for facts in heard} == set(range(1, 63))
    assert judged(story, *[0] * 61, 5) == ([(50, HALF)], [])
