"""Plays a pack's scenarios against the engine: what a pack promises in plain words is a test of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from aftercare.programme.clocks import ClockPack, Scenario
from aftercare.programme.model import Organisation
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.model import Clock, Edition, Editions, State
from aftercare.sla.domain.reasons import on_the_wall
from aftercare.sla.domain.scenario_stories import INCIDENT, SURVIVOR, Story, person_of
from aftercare.sla.domain.scenario_words import Claim, NotUnderstoodError, read_expected

_STATES = {
    "is met": State.MET,
    "is missed": State.MISSED,
    "runs": State.RUNNING,
    "is unmeetable": State.UNMEETABLE,
    "is cancelled": State.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold, in words for whoever wrote the pack."""

    scenario: str
    what: str


def editions_of(pack: ClockPack) -> Editions:
    """One pack that holds everywhere."""
    return Editions({"generic": tuple(Edition(pack.name, pack.version, rule) for rule in pack.rules)})


def play(pack: ClockPack, scenario: Scenario, organisation: Organisation) -> tuple[Failure, ...]:
    """What does not hold. A scenario that can't be read fails too."""
    try:
        story = Story(scenario, organisation)
        clocks = derive(editions_of(pack), organisation, story.told)
        wrong = [one for line in scenario.expect for one in _check(pack, line, clocks, story)]
    except NotUnderstoodError as error:
        wrong = [str(error)]
    return tuple(Failure(scenario.name, what) for what in wrong)


def _check(pack: ClockPack, line: str, clocks: Iterable[Clock], story: Story) -> Iterator[str]:
    expected = read_expected(line)
    if all(rule.id != expected.rule for rule in pack.rules):
        raise NotUnderstoodError(f"{line!r}: the pack {pack.name} has no rule {expected.rule}")
    of_rule = [
        clock for clock in clocks if clock.rule.id == expected.rule and _is_of(expected.whose, clock, line, story)
    ]
    if expected.claims == (Claim("does not start"),):
        if of_rule:
            yield f"{expected.rule} does not start: but it starts {_shown(of_rule[0].start, story)}"
    elif not of_rule:
        yield f"{line}: but it does not start"
    elif not any(all(_holds(claim, clock, story) for claim in expected.claims) for clock in of_rule):
        yield f"{line}: but it {' | it '.join(_told(clock, story) for clock in of_rule)}"


def _is_of(whose: str | None, clock: Clock, line: str, story: Story) -> bool:
    if whose is None:
        return clock.subject != SURVIVOR
    if whose != "the incident" and whose not in story.persons:
        raise NotUnderstoodError(f"{line!r}: the incident names no relevant person {whose}")
    return clock.subject == (INCIDENT if whose == "the incident" else person_of(whose))


def _holds(claim: Claim, clock: Clock, story: Story) -> bool:
    if claim.what in _STATES:
        return clock.state_at(story.now) is _STATES[claim.what]
    if claim.what == "does not start":
        raise NotUnderstoodError("a clock that does not start does nothing else: give it a line of its own")
    at = story.instant(claim.value)
    if claim.what == "warns":
        return any(mark.percent == claim.percent and mark.at == at for mark in clock.marks)
    return {"starts": clock.start, "is due": clock.due, "opens": clock.opens}[claim.what] == at


def _told(clock: Clock, story: Story) -> str:
    times = {"starts": clock.start, "opens": clock.opens, "is due": clock.due}
    said = [f"{what} {_shown(at, story)}" for what, at in times.items() if at is not None]
    said += [f"warns {mark.percent}% at {_shown(mark.at, story)}" for mark in clock.marks]
    return ", ".join([*said, f"is {clock.state_at(story.now)}"])


def _shown(at: datetime, story: Story) -> str:
    return on_the_wall(at, story.place)
