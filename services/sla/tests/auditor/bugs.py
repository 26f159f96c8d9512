"""Bugs as somebody might make them in the engine, each planted in one of its functions or in what it publishes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aftercare.programme.clocks import Calendar, ClockRule, Span, Timestamp
from aftercare.programme.happenings import Happening
from aftercare.schemas.support_case import ObligationOpenedV1
from aftercare.sla import translation_in
from aftercare.sla.auditor.facts import Change, Said
from aftercare.sla.domain import calendars, derive, merges, outcomes, places, starts, views
from aftercare.sla.domain.model import Clock, Happened, State, Told

from .bugs_in_warnings import (
    Patch,
    Plant,
    all_marks_at_birth,
    first_mark_at_birth,
    forgets_warnings,
    next_mark_at_news,
    of_marks,
)

Spoil = Callable[[Sequence[Said]], list[Said]]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Bug:
    """`plant` changes the engine, `spoil` what it published."""

    name: str
    what: str
    plant: Plant = lambda _patch: None
    spoil: Spoil = list


def _elapsed_on_the_wall(patch: Patch) -> None:
    def due(start: datetime, span: Span, place: places.Place) -> datetime:
        wall = place.wall(start).to_plain().to_stdlib() + span.elapsed
        return place.at(wall.date(), wall.time())

    patch.setitem(calendars._CALENDARS, Calendar.CONTINUOUS, due)


def _at_another_site(**other: Any) -> Plant:
    def plant(patch: Patch) -> None:
        right = places.place_of
        patch.setattr(derive, "place_of", lambda site: right(site.model_copy(update=other)))

    return plant


def _count_the_first_day(patch: Patch) -> None:
    right = calendars.counted_days
    patch.setattr(calendars, "counted_days", lambda start, *rest: right(start - DAY, *rest))


def _late_at_the_due_instant(patch: Patch) -> None:
    patch.setattr(outcomes, "_in_time", lambda frame, at: frame.due is None or at < frame.due)


def _no_fallback(patch: Patch) -> None:
    right = starts._of_times

    def of_times(rule: ClockRule, *rest: Any) -> starts.Start:
        hasty = rule.start.model_copy(update={"otherwise": (Timestamp.RECEIVED,)})
        return right(rule.model_copy(update={"start": hasty}), *rest)

    patch.setattr(starts, "_of_times", of_times)


def _newest_version(patch: Patch) -> None:
    right = starts.find_birth

    def find_birth(versions: Any, past: Any) -> Any:
        birth = right(versions, past)
        newest = max(versions, key=lambda edition: edition.rule.version)
        return replace(birth, edition=newest) if birth is not None else None

    patch.setattr(derive, "find_birth", find_birth)


def _stops(change: Callable[[Any, Any, list[Any]], list[Any]]) -> Plant:
    def plant(patch: Patch) -> None:
        right = outcomes.stops_of
        patch.setattr(derive, "stops_of", lambda rule, acts: change(rule, acts, right(rule, acts)))

    return plant


def _newest_harm_only(patch: Patch) -> None:
    right = starts.applies

    def applies(when: Any, view: Any) -> bool:
        return right(when, replace(view, files=tuple(file[-1:] for file in view.files)))

    patch.setattr(starts, "applies", applies)


def _forgets_the_merged(patch: Patch) -> None:
    patch.setattr(merges.Merges, "members", lambda _self, incident: {incident})


def _merged_goes_on(patch: Patch) -> None:
    patch.setattr(merges.Merges, "merged_at", lambda _self, _incident: None)


def _withdrawal_is_not_heard(patch: Patch) -> None:
    patch.setattr(views.Group, "_ends", lambda _self, _incident: ())


def _told(change: Callable[[Told], Told]) -> Plant:
    def plant(patch: Patch) -> None:
        right = derive.derive
        patch.setattr(derive, "derive", lambda editions, place, told: right(editions, place, change(told)))

    return plant


def _without_what_came_first(told: Told) -> Told:
    known = {
        one.subject: one.received
        for one in told.happenings
        if one.kind is Happening.INCIDENT_KNOWN and one.revision == 1
    }
    kept = (one for one in told.happenings if one.received >= known.get(one.subject, one.received))
    return Told(frozenset(kept), told.links)


def _everything_loud(told: Told) -> Told:
    return Told(frozenset(replace(one, mute=False) for one in told.happenings), told.links)


def _latest_instead_of_earliest(told: Told) -> Told:
    return Told(frozenset(replace(one, earliest=None) for one in told.happenings), told.links)


def _without_what_was_required(told: Told) -> Told:
    return Told(frozenset(one for one in told.happenings if one.kind is not Happening.DISCLOSURE_REQUIRED), told.links)


def _each(change: Callable[[Happened, Told], Happened]) -> Plant:
    return _told(lambda told: Told(frozenset(change(one, told) for one in told.happenings), told.links))


def _regards_everybody(one: Happened, told: Told) -> Happened:
    everybody = {person for other in told.happenings if other.subject == one.subject for person in other.persons}
    return replace(one, persons=frozenset(everybody)) if one.persons else one


def _without_own_harm(one: Happened, _told: Told) -> Happened:
    return replace(one, persons=frozenset(replace(person, harm=None) for person in one.persons))


def _without_names_that_came_later(one: Happened, _told: Told) -> Happened:
    return replace(one, persons=frozenset()) if (one.revision or 1) > 1 else one


def _incident_ends_with_its_analysis(told: Told) -> Told:
    of = {one.source: one.target for one in told.links if one.target[:3] == "inc"}
    ended = [one for one in told.happenings if one.kind is Happening.RCA_CANCELLED]
    gone = {replace(one, subject=of[one.subject], kind=Happening.INCIDENT_WITHDRAWN, revision=99) for one in ended}
    return Told(told.happenings | gone, told.links)


def _latest_of_an_obligation(patch: Patch) -> None:
    read = translation_in._opened
    patch.setitem(
        translation_in._READERS,  # type: ignore[arg-type] # a dict
        ObligationOpenedV1,
        lambda message, heard: read(message.model_copy(update={"occurred_earliest": None}), heard),
    )


def _born_late_is_missed(patch: Patch) -> None:
    patch.setattr(outcomes, "_too_late", lambda _frame, _born: State.MISSED)
    patch.setattr(Clock, "unmeetable", property(lambda _self: False))


def _early_counts(patch: Patch) -> None:
    patch.setattr(outcomes, "_is_early", lambda _frame, _at: False)


def _one_round(patch: Patch) -> None:
    patch.setattr(derive, "last_round", lambda *_what: None)


def _through_the_night(patch: Patch) -> None:
    patch.setitem(calendars._CALENDARS, Calendar.WORKING_HOURS, lambda start, span, _place: start + span.elapsed)


def _month_overflows(patch: Patch) -> None:
    def due(start: datetime, span: Span, _place: places.Place) -> datetime:
        first = start.replace(day=1, month=start.month + span.months)
        return first + (start.day - 1 + span.days) * DAY

    patch.setitem(calendars._CALENDARS, Calendar.CALENDAR_DAYS, due)


def _born_again(patch: Patch) -> None:
    right = starts.find_birth

    def find_birth(versions: Any, past: Any) -> Any:
        birth = right(versions, past)
        return replace(birth, at=past._instants[-1]) if birth is not None else None

    patch.setattr(derive, "find_birth", find_birth)


def _said_later(change: Change, by: timedelta) -> Spoil:
    return lambda said: [replace(one, time=one.time + by) if one.change is change else one for one in said]


def _cancelled_anyway(patch: Patch) -> None:
    right = outcomes.outcome_of

    def outcome_of(form: Any, frame: Any, born: datetime, stops: Any, end: Any) -> Any:
        return right(form, replace(frame, due=None) if end is not None else frame, born, stops, end)

    patch.setattr(derive, "outcome_of", outcome_of)


BUGS: dict[str, Bug] = {
    bug.name: bug
    for bug in (
        Bug("wall-time-for-elapsed", "A change of clocks shifts a continuous clock by an hour.", _elapsed_on_the_wall),
        Bug(
            "holiday-of-the-neighbours",
            "Public holidays of another jurisdiction are counted.",
            _at_another_site(holidays="GB-SCT"),
        ),
        Bug("first-day-counts", "The day of the start counts as the first working day.", _count_the_first_day),
        Bug("exactly-due-is-late", "What is done at the very due instant is called late.", _late_at_the_due_instant),
        Bug("no-fallback", "A time that the source leaves out is replaced by the receipt at once.", _no_fallback),
        Bug(
            "newest-version", "A clock follows the newest version of its rule, not that of its birth.", _newest_version
        ),
        Bug(
            "decline-is-no-stop",
            "A person who declines does not stop the promise to offer.",
            _stops(lambda _rule, _acts, found: [one for one in found if one.kind is not Happening.CASE_DECLINED]),
        ),
        Bug(
            "attempted-is-done",
            "An attempt counts as the act itself.",
            _stops(lambda rule, acts, found: [*found, *(one for one in acts if one.kind in rule.stop.attempted)]),
        ),
        Bug("lowered-harm-ends", "Harm that is lowered later takes a running clock away.", _newest_harm_only),
        Bug("warns-again", "News about a clock repeat the warnings that were given.", forgets_warnings),
        Bug(
            "warns-early",
            "Warnings come ten minutes before their instant.",
            of_marks(lambda right: tuple(replace(mark, at=mark.at - 10 * MINUTE) for mark in right)),
        ),
        Bug(
            "half-time-unsaid",
            "The first of the warnings is never given.",
            of_marks(lambda right: right[1:]),
        ),
        Bug("every-mark-at-birth", "A clock born late on its way gives all passed marks at once.", all_marks_at_birth),
        Bug("warns-at-birth", "The first of the warnings is given when the clock is born.", first_mark_at_birth),
        Bug("warns-at-news", "Any news about a clock brings its next warning at once.", next_mark_at_news),
        Bug("merge-gives-time", "A merge lets the surviving incident keep its own, later start.", _forgets_the_merged),
        Bug("merged-goes-on", "The clocks of a merged incident run on beside those of the surviving.", _merged_goes_on),
        Bug("withdrawn-goes-on", "A withdrawn record's clocks run on.", _withdrawal_is_not_heard),
        Bug("order-matters", "What is heard before its incident is forgotten.", _told(_without_what_came_first)),
        Bug("history-starts", "A replay of history starts clocks.", _told(_everything_loud)),
        Bug("bounds-swapped", "An uncertain start is taken as late as possible.", _told(_latest_instead_of_earliest)),
        Bug("born-late-is-missed", "What was due before anybody could know is called a miss.", _born_late_is_missed),
        Bug("early-stop-counts", "An act before the window opens closes it.", _early_counts),
        Bug("one-round-only", "A recurring promise does not start anew when it is kept.", _one_round),
        Bug("works-at-night", "Working hours go on through the night.", _through_the_night),
        Bug("day-by-utc", "A local day ends at midnight UTC.", _at_another_site(zone="UTC")),
        Bug("month-overflows", "A month after the 31st is the 3rd.", _month_overflows),
        Bug("born-again", "A record that comes back gives its clocks a new birth.", _born_again),
        Bug("cancelled-anyway", "A cancellation after the miss takes the miss away.", _cancelled_anyway),
        Bug(
            "one-talk-for-all",
            "A talk with one family ends the clocks of every family of the incident.",
            _each(_regards_everybody),
        ),
        Bug(
            "staff-owed-candour",
            "A member of staff who was struck starts the clocks of candour.",
            _each(lambda one, _told: replace(one, of_staff=False)),
        ),
        Bug("own-harm-ignored", "Of a person's own harm nothing is made.", _each(_without_own_harm)),
        Bug("named-too-late", "Whoever is named later has no clock.", _each(_without_names_that_came_later)),
        Bug(
            "finding-unheard",
            "That disclosure was found to be owed does not stand in for harm.",
            _told(_without_what_was_required),
        ),
        Bug(
            "any-method",
            "Analyses of every method have the clock of one.",
            _each(lambda one, _told: replace(one, method=one.method and "psii")),
        ),
        Bug(
            "analysis-ends-incident",
            "An analysis that is cancelled ends the clocks of its incident.",
            _told(_incident_ends_with_its_analysis),
        ),
        Bug("latest-of-bounds", "An obligation runs from the latest that it may have been.", _latest_of_an_obligation),
        Bug(
            "miss-said-late",
            "The miss is published ten minutes after it is due.",
            spoil=_said_later(Change.MISSED, 10 * MINUTE),
        ),
        Bug("clock-lost", "A clock is never published.", spoil=lambda _said: []),
        Bug(
            "clock-invented",
            "A clock is published for an incident that nobody told of.",
            spoil=lambda said: [
                *said,
                *(replace(one, id=f"again {one.id}", subject="inc_" + "0" * 32) for one in said),
            ],
        ),
    )
}
