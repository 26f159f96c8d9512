"""Engine and auditor, written apart from the same page, agree about packs and stories that nobody thought of."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from aftercare.programme.clocks import ClockRule, Side
from aftercare.programme.model import Organisation
from aftercare.schemas import incident, rca

from .running import audited, run
from .story import HOUR, MINUTE, Story, at, organisation, rule

BEGIN = at("2026-03-27T16:00")
ZONES = st.sampled_from(
    ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "Africa/Cairo", "America/Santiago", "UTC"]
)
HOLIDAYS = st.sampled_from(["GB-ENG", "DE-BY", "US-MA", None])
MILESTONES = ("required", "lead-assigned", "initial-done", "written-sent", "meeting-held", "closed")
ANALYSES: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "rca-commissioned": (rca.RcaCommissionedV1, {}),
    "rca-completed": (rca.RcaCompletedV1, {}),
    "rca-feedback-to-family": (rca.RcaFindingsReleasedV1, {"audience": "family"}),
    "rca-cancelled": (rca.RcaCancelledV1, {}),
    "": (rca.RcaInterviewCancelledV1, {"interviewee": f"v1.k1.{'a' * 43}"}),
}
"""By what comes about; by the last of them, nothing."""
EVENT_ACTS = (*(f"disclosure-{one}" for one in MILESTONES), *(one for one in ANALYSES if one))
SUPPORT_ACTS = ("offer-made", "no-offer-made", "case-offered", "case-declined", "person-reached", "supporter-asked")
INCIDENTS = ("copy", "fall", "twin")
MERGES = [(one, other) for one in INCIDENTS for other in INCIDENTS if one != other]
PERSONS = ("eva", "ida")
STAMPS = ("occurred", "discovered", "reported", "received", "at")


@st.composite
def places(draw: Any) -> Organisation:
    working = draw(
        st.sampled_from([{}, {"start": "08:00", "end": "12:30"}, {"days": ["sunday", "monday", "saturday"]}])
    )
    site = {"code": "north", "name": "North", "zone": draw(ZONES), "holidays": draw(HOLIDAYS), "working": working}
    return organisation(site)


@st.composite
def spans(draw: Any, calendar: str) -> dict[str, Any]:
    if calendar in ("local-day", "working-days", "business-days"):
        return {"days": draw(st.integers(1, 6))}
    if calendar == "working-hours":
        return {"hours": draw(st.integers(1, 20)), "minutes": draw(st.sampled_from([0, 1, 30]))}
    months = draw(st.sampled_from([0, 0, 1])) if calendar == "calendar-days" else 0
    return {"months": months, "days": draw(st.integers(0, 6)), "hours": draw(st.integers(1, 30))}


@st.composite
def forms(draw: Any, acts: tuple[str, ...]) -> dict[str, Any]:
    calendar = draw(
        st.sampled_from(["continuous", "calendar-days", "local-day", "working-days", "business-days", "working-hours"])
    )
    span = draw(spans(calendar))
    kind = draw(st.sampled_from(["deadline", "deadline", "window", "not-before", "recurring", "before-state", "age"]))
    if kind == "window":
        opens, closes = draw(spans("continuous")), draw(spans("continuous"))
        closes = {**closes, "days": opens["days"] + closes["days"] + 2}
        return {"kind": kind, "opens": opens, "closes": closes}
    more: dict[str, dict[str, Any]] = {
        "deadline": {"within": span},
        "not-before": {"after": span},
        "recurring": {"every": span},
        "before-state": {"happening": draw(st.sampled_from(acts)), "at_latest": span},
        "age": {"objective": draw(st.sampled_from([None, span]))},
    }
    return {"kind": kind, "calendar": calendar, **more[kind]}


@st.composite
def rules(draw: Any, subject: str, starts: tuple[str, ...], acts: tuple[str, ...]) -> tuple[ClockRule, ...]:
    side = "event" if subject in ("incident", "relevant-person", "rca") else "support"
    body = {
        "side": side,
        "subject": subject,
        "start": {
            "on": draw(st.lists(st.sampled_from(starts), min_size=1, max_size=2, unique=True)),
            "at": draw(st.sampled_from(STAMPS)),
            "otherwise": draw(st.lists(st.sampled_from(STAMPS), max_size=2, unique=True)),
        },
        "stop": {
            "on": draw(st.lists(st.sampled_from(acts), min_size=1, max_size=2, unique=True)),
            "attempted": draw(st.lists(st.sampled_from(acts), max_size=1)),
            "cancelled": draw(st.lists(st.sampled_from(acts), max_size=1)),
        },
        "when": draw(
            st.sampled_from(
                [
                    {},
                    {},
                    {"harm_at_least": "severe"},
                    {"harm_at_least": "severe", "flags": ["never-event"]},
                    {"harm_at_least": "moderate", "unknown_harm": True},
                    {"flags": ["sentinel"]},
                    {"kinds": ["stressful-event"]},
                    {"methods": ["psii"]} if side == "event" else {},
                    {"methods": ["psii", "aar"], "harm_at_least": "severe"} if side == "event" else {},
                ]
            )
        ),
        "warnings": {"at": draw(st.sampled_from([[50, 80, 100], [100], [33, 66], [1, 99, 100]]))},
    }
    form = draw(forms(acts))
    first = rule("promise", form, **body)
    if not draw(st.booleans()):
        return (first,)
    other = draw(forms(acts))
    return first, rule("promise", other, **{**body, "version": 2, "in_force": "2026-03-29"})


def moments(until: int = 10 * 24 * 60) -> Any:
    """Instants from the beginning on, to the minute or the second, some of them the same."""
    minutes = st.integers(0, until).map(lambda number: BEGIN + number * MINUTE)
    return minutes | st.integers(0, until // 60).map(lambda number: BEGIN + number * HOUR)


def named(incident: str) -> Any:
    """Who is named in an incident, often nobody, each with their own harm or without."""
    persons = st.sampled_from(PERSONS).map(lambda person: f"{incident} {person}")
    return st.just({}) | st.dictionaries(persons, st.sampled_from([None, "severe", "low", "unknown"]), max_size=2)


@st.composite
def revisions(draw: Any, story: Story, name: str) -> None:
    """What a source says of one incident over time: never out of its own order, since a partition keeps it."""
    first = BEGIN + draw(st.integers(0, 2 * 24 * 60)) * MINUTE
    before = st.none() | st.integers(-5 * 24 * 60, 12 * 60).map(lambda minutes: first + minutes * MINUTE)
    instants = [first, *sorted(draw(st.lists(moments(), max_size=3)))]
    for number, instant in enumerate(instants):
        time = max(instant, first)
        fields = {
            "name": name,
            "received": first,
            "harm": draw(st.sampled_from(["severe", "severe", "death", "low", "unknown"])),
            "flags": draw(st.sampled_from([(), (), ("never-event",), ("sentinel",)])),
            "kind": draw(st.sampled_from(["adverse-event", "adverse-event", "stressful-event"])),
            "occurred": draw(before),
            "discovered": draw(before),
            "recorded": draw(before),
            "backfill": draw(st.sampled_from([False, False, False, True])),
            "subject": draw(st.sampled_from(["patient", "patient", "staff"])),
            "persons": draw(named(name)),
        }
        if not number:
            story.incident(time, **fields)
        elif draw(st.sampled_from([True, True, False])):
            story.incident(time, incident.IncidentAmendedV1, **fields)
        else:
            story.withdrawn(time, **fields)


@st.composite
def event_stories(draw: Any) -> Story:
    story = Story()
    draw(revisions(story, "fall"))
    for name in draw(st.sampled_from([(), ("copy",), ("copy", "twin")])):
        draw(revisions(story, name))
    last = max(time for _, _, time in story.told)
    for merged, into in draw(st.lists(st.sampled_from(MERGES), max_size=3, unique_by=lambda pair: pair[0])):
        last += draw(st.integers(0, 300)) * MINUTE
        story.merged(last, merged, into, received=last, persons=draw(named(merged)))
        if draw(st.booleans()):
            last += HOUR
            story.incident(last, incident.IncidentAmendedV1, name=into, received=last, persons=draw(named(into)))
    draw(milestones(story))
    draw(analyses(story))
    return story


@st.composite
def milestones(draw: Any, story: Story) -> None:
    """Steps of disclosure, some of which say whom they regard: people whom the incident knows, or not (yet)."""
    for _ in range(draw(st.integers(0, 5))):
        heard = draw(moments())
        before = draw(st.none() | st.integers(0, 4 * 24 * 60))
        when = heard - before * MINUTE if before is not None else None
        name = draw(st.sampled_from(["fall", "fall", "copy", "twin"]))
        whose = draw(st.sampled_from([name, name, "fall"]))
        persons = draw(st.sampled_from([(), (), *((f"{whose} {person}",) for person in PERSONS)]))
        story.milestone(draw(st.sampled_from(MILESTONES)), when, heard, name, persons=persons)


@st.composite
def analyses(draw: Any, story: Story) -> None:
    """What happens to two analyses: each of one incident, of two, or of none that is known."""
    for instant in sorted(draw(st.lists(moments(), max_size=3))):
        kind, fields = ANALYSES[draw(st.sampled_from(list(ANALYSES)))]
        story.analysis(
            kind,
            instant,
            *draw(st.sampled_from([("fall",), ("copy", "fall"), ()])),
            name=draw(st.sampled_from(["why", "how"])),
            method=draw(st.sampled_from(["psii", "other"])),
            backfill=draw(st.sampled_from([False, False, True])),
            **fields,
        )


@st.composite
def support_stories(draw: Any) -> Story:
    story = Story()
    draw(revisions(story, "fall"))
    first = min(time for _, _, time in story.told)
    for name in draw(st.sampled_from([("ana",), ("ana", "bea")])):
        opened = first + draw(st.integers(0, 3 * 24 * 60)) * MINUTE
        about = draw(st.sampled_from(["fall", "fall", None]))
        bounds = {"occurred": first - HOUR, "occurred_earliest": first - 5 * HOUR}
        known = draw(st.sets(st.sampled_from(sorted(bounds))))
        story.owed(opened, name, about, **{one: bounds[one] for one in known})
        if draw(st.booleans()):
            how = draw(st.sampled_from(["offer-made", "already-in-care", "no-offer-made"]))
            story.settled(opened + draw(st.integers(0, 1000)) * MINUTE, how, name, draw(st.sampled_from(["ana", None])))
    for instant in sorted(draw(st.lists(moments(), max_size=3))):
        what = draw(st.sampled_from(["case", "assignment", "reached"]))
        if what == "case":
            story.case(instant, draw(st.sampled_from(["offered", "declined", "accepted", "closed"])))
        elif what == "assignment":
            story.assignment(instant, draw(st.sampled_from(["asked", "accepted", "refused"])))
        else:
            story.reached(instant)
    return story


def agree(story: Story, promise: tuple[ClockRule, ...], place: Organisation, as_of: datetime, side: Side) -> None:
    note("\n".join(f"{time} {type(message).__name__} {message!r}" for message, _, time in story.told))
    said = run(story, promise, place, as_of, side)
    assert audited(story, said, promise, place, as_of) == ()


SUBJECTS = ["incident", "relevant-person", "relevant-person", "rca"]
SLOW = settings(max_examples=settings().max_examples // 4)
"""Each example plays weeks, minute by minute where hours count: fewer of them, as the profile asks for."""
ENDS = st.integers(1, 20 * 24).map(lambda hours: BEGIN + hours * HOUR + timedelta(seconds=30))


@SLOW
@given(st.data(), st.sampled_from(SUBJECTS), places(), event_stories(), ENDS)
def test_engine_and_auditor_agree_about_incidents(
    data: Any, subject: str, place: Organisation, story: Story, as_of: datetime
) -> None:
    of_analyses = tuple(one for one in ANALYSES if one)
    starts = of_analyses if subject == "rca" else ("incident-known", "incident-known", *EVENT_ACTS)
    agree(story, data.draw(rules(subject, starts, EVENT_ACTS)), place, as_of, Side.EVENT)


@SLOW
@given(st.data(), st.sampled_from(["obligation", "case", "assignment"]), places(), support_stories(), ENDS)
def test_engine_and_auditor_agree_about_people(
    data: Any, subject: str, place: Organisation, story: Story, as_of: datetime
) -> None:
    starts = {"obligation": ("obligation-opened", *SUPPORT_ACTS), "case": SUPPORT_ACTS, "assignment": SUPPORT_ACTS}
    agree(story, data.draw(rules(subject, starts[subject], SUPPORT_ACTS)), place, as_of, Side.SUPPORT)
