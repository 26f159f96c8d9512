"""What `aftercare-sla explain` and `test` print: one JSON line per clock, or tables for people."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.box import SIMPLE
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from aftercare.programme.clocks import ClockPack, ClockRule, Side, Subject
from aftercare.programme.happenings import Happening
from aftercare.programme.model import Organisation
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.foresight import waiting_rules
from aftercare.sla.domain.model import Clock, Edition, Editions
from aftercare.sla.domain.places import Place, place_of
from aftercare.sla.domain.reasons import reason_of
from aftercare.sla.domain.scenarios import Failure
from aftercare.sla.entrypoints.explain_reading import Reading


def as_line(clock: Clock, place: Place, names: Mapping[str, str], whose: str | None = None) -> str:
    """One clock as one line of JSON; instants in UTC."""
    rule = clock.rule
    return json.dumps(
        {
            "rule": rule.id,
            "subject": names.get(clock.subject, clock.subject),
            "start": _utc(clock.start),
            "warn": [_utc(at) for at in _warnings(clock)],
            "due": _utc(clock.due),
            "class": rule.standing.value,
            "source": rule.source,
            "verified": rule.verified,
            "reason": reason_of(clock, place),
            "start_from": clock.start_from.value,
            "opens": _utc(clock.opens),
            "born": _utc(clock.born),
            "unmeetable": clock.unmeetable,
            "state": clock.outcome.verdict.value,
            "catalogue": rule.catalogue,
            "side": rule.side.value,
            "owner": rule.owner.value,
            "route": rule.warnings.route.value,
            "incident": clock.incident,
            "whose": whose,
        },
        ensure_ascii=False,
    )


@dataclass(frozen=True, slots=True)
class Page:
    """What the dry run found, with all that is needed to show it."""

    pack: ClockPack
    clocks: Sequence[Clock]
    places: Mapping[str, Place]
    """By the subject of a clock."""
    names: Mapping[str, str]
    whose: Mapping[str, str]
    """By the reference of a clock: to whom it is owed, in plain words."""
    waiting: Sequence[ClockRule]
    """Rules for which nothing in the file was enough: something later would start them."""


def foresee(pack: ClockPack, organisation: Organisation, reading: Reading, side: Side | None) -> Page:
    """The clocks that the pack gives for what was read, whatever the jurisdiction of its sites."""
    rules = [rule for rule in pack.rules if side is None or rule.side is side]
    editions = Editions({"generic": tuple(Edition(pack.name, pack.version, rule) for rule in rules)})
    clocks = derive(editions, organisation, reading.told)
    places = {clock.subject: place_of(organisation.site(clock.site)) for clock in clocks}
    whose = {clock.reference: words for clock in clocks if (words := _whose(clock, reading.whose)) is not None}
    return Page(pack, clocks, places, reading.names, whose, waiting_rules(rules, reading.told, clocks))


def lines_of(page: Page) -> Iterator[str]:
    """One line of JSON per clock."""
    for clock in page.clocks:
        yield as_line(clock, page.places[clock.subject], page.names, page.whose.get(clock.reference))


def show(page: Page, console: Console) -> None:
    """All of it for somebody who reads it on a screen."""
    console.print(Text(f"{page.pack.title} ({page.pack.name} {page.pack.version})", style="bold"))
    for subject in dict.fromkeys(clock.subject for clock in page.clocks):
        of_subject = [clock for clock in page.clocks if clock.subject == subject]
        console.print()
        who = page.whose[of_subject[0].reference] if subject.startswith("pat_") else page.names.get(subject, subject)
        console.print(Text(f"{who}, {page.places[subject].zone}", style="bold"))
        console.print(_table(of_subject, page.places[subject]))
        for clock in of_subject:
            console.print(
                Padding(Text(_spelt_out(clock, page.places[subject], page.whose.get(clock.reference))), (0, 2))
            )
    if not page.clocks:
        console.print("No clock runs for it by this pack.")
    if page.waiting:
        console.print()
        console.print(Text("Later, perhaps", style="bold"))
    for rule in page.waiting:
        console.print(Text(f"  {rule.id} waits for {_or(rule.start.on)}{_untold(rule)}."), soft_wrap=True)


def show_failures(pack: ClockPack, failures: Iterable[Failure], console: Console) -> None:
    """What of a pack's scenarios does not hold, and how many were played."""
    wrong = list(failures)
    for failure in wrong:
        console.print(Text(f"{failure.scenario}", style="bold red"), soft_wrap=True)
        console.print(Text(f"  {failure.what}"), soft_wrap=True)
    failed = len({failure.scenario for failure in wrong})
    console.print(f"{pack.name}: {len(pack.scenarios)} scenarios, {failed or 'none'} failed")


def _table(clocks: Iterable[Clock], place: Place) -> Table:
    table = Table(box=SIMPLE)
    table.add_column("clock", no_wrap=True)
    for column in ("starts", "warns", "due", "class"):
        table.add_column(column, overflow="fold")
    for clock in clocks:
        warns = "\n".join(f"{mark.percent:>3} % {_short(mark.at, place)}" for mark in clock.marks)
        table.add_row(clock.rule.id, _short(clock.start, place), warns or "-", _due(clock, place), clock.rule.standing)
    return table


def _spelt_out(clock: Clock, place: Place, whose: str | None) -> str:
    rule = clock.rule
    read = "verified" if rule.verified else "not verified"
    owed = f"owed to {whose}; " if whose else ""
    head = f"{rule.id} ({rule.catalogue}, {rule.owner}): {owed}{reason_of(clock, place)}."
    return f"{head} Source ({read}): {rule.source.rstrip('.')}."


def _whose(clock: Clock, persons: Mapping[str, str]) -> str | None:
    """Of clocks of relevant persons: to whom candour is owed."""
    if clock.rule.subject is not Subject.RELEVANT_PERSON:
        return None
    nobody = f"whoever {clock.incident} befell, as long as it names nobody"
    return f"{persons[clock.subject]} of {clock.incident}" if clock.subject in persons else nobody


def _due(clock: Clock, place: Place) -> str:
    if clock.due is not None:
        return _short(clock.due, place)
    return f"not before {_short(clock.opens, place)}" if clock.opens is not None else "none"


def _short(instant: datetime, place: Place) -> str:
    local = place.wall(instant).to_plain().to_stdlib()
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _warnings(clock: Clock) -> list[datetime]:
    """The instants at which somebody is told, the miss among them where the rule says so."""
    at_due = [clock.due] if clock.due is not None and 100 in clock.rule.warnings.at and not clock.unmeetable else []
    return [*(mark.at for mark in clock.marks), *at_due]


def _or(happenings: Sequence[Happening]) -> str:
    return " or ".join(happenings)


def _untold(rule: ClockRule) -> str:
    return ", of which no message tells yet" if rule.waits_for else ""


def _utc(instant: datetime | None) -> str | None:
    return instant.isoformat().replace("+00:00", "Z") if instant is not None else None
