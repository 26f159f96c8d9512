"""What types can't say of a clock pack: rules that are well formed and would measure nothing, or the wrong thing."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

from aftercare.programme.clock_spans import form_problems
from aftercare.programme.clock_subjects import side_of, subjects_of, times_of
from aftercare.programme.clocks import (
    Age,
    BeforeState,
    Calendar,
    ClockPack,
    ClockRule,
    Deadline,
    NotBefore,
    Owner,
    Recurring,
    Route,
    Standing,
    Subject,
    When,
)
from aftercare.programme.happenings import TOLD, Happening
from aftercare.programme.model import HarmLevel
from aftercare.programme.validation import Problem

_TOO_SHORT_FOR_A_LIST = timedelta(hours=4)
"""A list is looked at by day, now and then; a promise shorter than this would be broken before anybody looks."""
_NAMED = frozenset({Subject.OBLIGATION, Subject.CASE, Subject.ASSIGNMENT})
_ANALYSED = frozenset({Subject.INCIDENT, Subject.RELEVANT_PERSON, Subject.RCA})
_DECLINING = frozenset({Subject.OBLIGATION, Subject.CASE})
_AFTER_A_DECLINE = frozenset(
    {
        Happening.RED_FLAG_RAISED,
        Happening.CRISIS_CALL,
        Happening.CASE_DECLINED,
        Happening.CASE_WITHDRAWN,
        Happening.CASE_CLOSED,
    }
)
"""What starts by these goes on whatever the person answered: danger, and tidying up."""


def clock_pack_problems(pack: ClockPack) -> list[Problem]:
    """Everything that is wrong with the pack's own rules, all at once; what they include is not looked at."""
    problems = list(_versions(pack))
    for index, rule in enumerate(pack.rules):
        for check in _CHECKS:
            problems.extend(Problem(("rules", index, *one.where), one.what) for one in check(rule))
    return problems


def _versions(pack: ClockPack) -> Iterator[Problem]:
    """One promise in several versions: the highest in force on the day of a clock's birth holds."""
    by_id: dict[str, list[tuple[int, ClockRule]]] = defaultdict(list)
    for index, rule in enumerate(pack.rules):
        by_id[rule.id].append((index, rule))
    for versions in by_id.values():
        ordered = sorted(versions, key=lambda one: one[1].version)
        for (_, before), (index, rule) in pairwise(ordered):
            where = ("rules", index)
            if rule.version == before.version:
                yield Problem((*where, "version"), f"{rule.id} has a version {rule.version} already: give it the next")
            elif rule.in_force is None:
                yield Problem((*where, "in_force"), f"say from which day version {rule.version} of {rule.id} holds")
            elif before.in_force is not None and rule.in_force <= before.in_force:
                yield Problem((*where, "in_force"), f"version {before.version} would never hold: it must begin earlier")
            if (rule.subject, rule.side, rule.catalogue) != (before.subject, before.side, before.catalogue):
                yield Problem(where, f"versions of {rule.id} differ in subject, side or row: give it an id of its own")


def _side(rule: ClockRule) -> Iterator[Problem]:
    side = side_of(rule.subject)
    if rule.side is not side:
        yield Problem(("side",), f"clocks of {_a(rule.subject)} are on the {side} side: no engine sees both")


def _happenings(rule: ClockRule) -> Iterator[Problem]:
    fields = {
        ("start", "on"): rule.start.on,
        ("stop", "on"): rule.stop.on,
        ("stop", "attempted"): rule.stop.attempted,
        ("stop", "cancelled"): rule.stop.cancelled,
    }
    if isinstance(rule.form, BeforeState):
        fields["form", "happening"] = (rule.form.happening,)
    for where, happenings in fields.items():
        for happening in happenings:
            if rule.subject not in subjects_of(happening):
                heard = ", ".join(sorted(subjects_of(happening)))
                what = f"{happening} never happens to {_a(rule.subject)}, only to: {heard or 'nothing that has clocks'}"
                yield Problem(where, what)


def _start_times(rule: ClockRule) -> Iterator[Problem]:
    named = {rule.start.at, *rule.start.otherwise}
    said = frozenset().union(*(times_of(happening) for happening in rule.start.on))
    for time in sorted(named - said):
        yield Problem(("start",), f"{', '.join(rule.start.on)} has no time called {time}")
    for happening in rule.start.on:
        if not named & times_of(happening):
            yield Problem(("start",), f"say which time of {happening} counts: {', '.join(sorted(times_of(happening)))}")


def _stops(rule: ClockRule) -> Iterator[Problem]:
    stop = rule.stop
    if not stop.on:
        yield Problem(("stop", "on"), "name what ends it: without that it could only be missed, or grow old")
    if not isinstance(rule.form, Recurring):
        yield from _both(rule.start.on, stop.on, ("stop", "on"), "would start and end it at once")
    yield from _both(stop.on, stop.attempted, ("stop", "attempted"), "is an attempt and the thing itself")
    yield from _both(stop.on, stop.cancelled, ("stop", "cancelled"), "would both meet and cancel it")
    yield from _both(rule.start.on, stop.cancelled, ("stop", "cancelled"), "would start and cancel it at once")
    if isinstance(rule.form, BeforeState):
        yield from _both(
            (rule.form.happening,), stop.on, ("form", "happening"), "is both the end and what it must precede"
        )
    if rule.enabled and rule.is_endless and stop.on and not rule.waits_for and not isinstance(rule.form, NotBefore):
        untold = " or ".join(one for one in stop.on if one not in TOLD) or "more than a decline"
        what = f"no message says {untold} yet, so nothing could ever end it: write `enabled: false`"
        yield Problem(("stop", "on"), what)


def _decline(rule: ClockRule) -> Iterator[Problem]:
    ends = {*rule.stop.on, *rule.stop.cancelled}
    if rule.subject not in _DECLINING or _AFTER_A_DECLINE.intersection(rule.start.on):
        return
    if Happening.CASE_DECLINED not in ends:
        yield Problem(("stop",), "a person who declines has been offered: add case-declined to `on` or `cancelled`")
    if isinstance(rule.form, NotBefore) and Happening.CASE_DECLINED in rule.stop.on:
        yield Problem(("stop", "on"), "a decline would count as acting too soon: put case-declined under `cancelled`")


def _when(rule: ClockRule) -> Iterator[Problem]:
    when = rule.when
    if when.routes and rule.subject not in _NAMED:
        yield Problem(("when", "routes"), "only a person is named by a route: for obligations, cases and assignments")
    if when.methods and rule.subject not in _ANALYSED:
        yield Problem(("when", "methods"), "only analyses have a method: for incidents, relevant persons and analyses")
    if when.methods and Happening.RCA_COMMISSIONED in rule.stop.on:
        what = "nothing has a method before it is commissioned: such a clock would be born when it ends"
        yield Problem(("when", "methods"), what)
    if rule.subject is Subject.SUPPORTER and when != When():
        yield Problem(("when",), "no incident stands behind a supporter's training: leave it out")
    if when.harm_at_least is HarmLevel.UNKNOWN:
        yield Problem(("when", "harm_at_least"), "unknown is no gravity: leave it out, or use unknown_harm")
    if when.unknown_harm and when.harm_at_least is None:
        yield Problem(("when", "unknown_harm"), "means something only beside harm_at_least")


def _standing(rule: ClockRule) -> Iterator[Problem]:
    if rule.standing is Standing.LEGAL and not rule.verified and not isinstance(rule.form, Age):
        what = "a number that nobody has read in the law draws no legal line: use `age`, or another standing"
        yield Problem(("standing",), what)
    if rule.catalogue == "local" and rule.standing is not Standing.LOCAL and not rule.verified:
        yield Problem(("standing",), "a rule of your own is local, unless you have read it in its source")
    for name, text in (("title", rule.title), ("source", rule.source)):
        if not text.strip():
            yield Problem((name,), "say it in words: somebody tired will read it")


def _warnings(rule: ClockRule) -> Iterator[Problem]:
    warnings = rule.warnings
    pages = Route.PAGE in {warnings.route, warnings.missed or warnings.route}
    if pages and rule.owner in {Owner.SYSTEM, Owner.ORGANISATION}:
        yield Problem(("owner",), f"nobody carries a pager called {rule.owner}: name who is paged")
    if isinstance(rule.form, NotBefore) or (isinstance(rule.form, Age) and rule.form.objective is None):
        return
    if not warnings.at:
        yield Problem(("warnings", "at"), "name at least one mark, or nobody is told in time")
    if warnings.route is Route.PAGE and warnings.missed is Route.WORKLIST:
        yield Problem(("warnings", "missed"), "a miss is never quieter than its warning")
    if rule.standing in {Standing.LEGAL, Standing.CONTRACT} and warnings.at and warnings.at[0] == 100:
        yield Problem(("warnings", "at"), "warn before a legal or contractual line is crossed, not when it is")
    if _is_short(rule) and not pages:
        yield Problem(("warnings", "route"), "a promise this short can't wait in a list: page somebody")


def _is_short(rule: ClockRule) -> bool:
    form = rule.form
    if not isinstance(form, Deadline) or form.calendar is not Calendar.CONTINUOUS or form.within.months:
        return False
    return form.within.elapsed <= _TOO_SHORT_FOR_A_LIST


def _both(
    first: tuple[Happening, ...], second: tuple[Happening, ...], where: tuple[str, ...], what: str
) -> Iterator[Problem]:
    for happening in first:
        if happening in second:
            yield Problem(where, f"{happening} {what}")


def _a(subject: Subject) -> str:
    words = subject.replace("-", " ")
    return f"an {words}" if words[0] in "aio" or subject is Subject.RCA else f"a {words}"


_CHECKS: tuple[Callable[[ClockRule], Iterator[Problem]], ...] = (
    _side,
    _happenings,
    _start_times,
    _stops,
    _decline,
    _when,
    form_problems,
    _standing,
    _warnings,
)
