"""What types can't say: a pack that is well formed and would still leave somebody without help."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aftercare.programme.model import Coordinator, Ladder, Organisation, Programme, Site

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Where something is wrong (`("sites", 0, "zone")`), and what to do about it."""

    where: Path
    what: str


def programme_problems(programme: Programme) -> list[Problem]:
    """Everything that is wrong with a programme, all at once."""
    problems = [
        *_languages(programme),
        *_nights(programme),
        *_triggers(programme),
    ]
    ladders = {
        "offer": programme.outreach.offer,
        "urgent": programme.outreach.urgent,
        "supporter": programme.outreach.supporter,
    }
    for name, ladder in ladders.items():
        problems.extend(_ladder(("outreach", name), ladder))
    return problems


def organisation_problems(
    organisation: Organisation,
    *,
    calendars: bool = True,
    own_packs: Collection[str] = (),
    shipped_packs: Collection[str] = (),
) -> list[Problem]:
    """Everything that is wrong with an organisation, all at once; without `calendars` but for public holidays.

    The clock packs are those that a site's jurisdiction can name.
    """
    problems: list[Problem] = []
    for index, site in enumerate(organisation.sites):
        problems.extend(_site(("sites", index), site))
        if calendars and site.holidays is not None and not _holidays_known(site.holidays):
            what = f"{site.holidays} is not a known calendar, such as GB-ENG or US-MA"
            problems.append(Problem(("sites", index, "holidays"), what))
        if site.jurisdiction not in {*own_packs, *shipped_packs}:
            what = unknown_pack(site.jurisdiction, shipped_packs)
            problems.append(Problem(("sites", index, "jurisdiction"), what))
        if not _somebody_on_call(site, organisation.coordinators):
            problems.append(Problem(("coordinators",), f"nobody is on call for site {site.code}: add a coordinator"))
    codes = {site.code for site in organisation.sites}
    for index, coordinator in enumerate(organisation.coordinators):
        problems.extend(_coordinator(("coordinators", index), coordinator, codes))
    problems.extend(_twice(("sites",), "site code", [site.code for site in organisation.sites]))
    problems.extend(_twice(("coordinators",), "coordinator code", [one.code for one in organisation.coordinators]))
    problems.extend(_twice(("sites",), "unit code", [unit.code for site in organisation.sites for unit in site.units]))
    problems.extend(_twice(("sites",), "name of a site", _site_names(organisation.sites)))
    return problems


def unknown_pack(name: str, shipped: Iterable[str]) -> str:
    """What is said of a name that is no clock pack."""
    return f"there is no clock pack {name}: write your own beside this file, or use one of {', '.join(sorted(shipped))}"


def known_as_key(written: str) -> str:
    """How names of sites and units are compared: without case and without spaces."""
    return "".join(written.split()).casefold()


def _triggers(programme: Programme) -> Iterator[Problem]:
    if not programme.triggers.relations:
        yield Problem(("triggers", "relations"), "name at least one relation, or nobody is ever offered anything")


def _languages(programme: Programme) -> Iterator[Problem]:
    if not programme.languages:
        yield Problem(("languages",), "name at least one language")
    for language in programme.languages:
        if language not in programme.title:
            yield Problem(("title",), f"add the title in {language}")
        for index, line in enumerate(programme.crisis_lines):
            if language not in line.label:
                yield Problem(("crisis_lines", index, "label"), f"add the label in {language}")


def _nights(programme: Programme) -> Iterator[Problem]:
    waking = programme.outreach.waking
    any_day = date(2000, 1, 1)
    awake = datetime.combine(any_day, waking.end) - datetime.combine(any_day, waking.start)
    if awake <= timedelta(0):
        yield Problem(("outreach", "waking"), "the end must be later than the start")
    elif programme.coordination.unsent_after <= timedelta(days=1) - awake:
        yield Problem(("coordination", "unsent_after"), "must be longer than the hours in which nothing is sent")


def _ladder(where: Path, ladder: Ladder) -> Iterator[Problem]:
    if not ladder.rungs:
        yield Problem((*where, "rungs"), "a ladder needs at least one rung")
    waits = [rung.after for rung in ladder.rungs]
    if waits != sorted(waits) or any(wait < timedelta(0) for wait in waits):
        yield Problem((*where, "rungs"), "put the rungs in the order of their 'after', none below zero")
    if waits and ladder.human_after < waits[-1]:
        yield Problem((*where, "human_after"), "a human is asked after the last rung, not before it")


def _site(where: Path, site: Site) -> Iterator[Problem]:
    try:
        ZoneInfo(site.zone)
    except (KeyError, ValueError, OSError):
        yield Problem((*where, "zone"), f"{site.zone} is not an IANA time zone, such as Europe/London")
    yield from _twice((*where, "units"), "name of a unit", _unit_names(site))


def _holidays_known(code: str) -> bool:
    import holidays  # noqa: PLC0415 - one country brings the calendars of all into memory: 12 MB

    country, _, subdivision = code.partition("-")
    try:
        holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return False
    return True


def _coordinator(where: Path, coordinator: Coordinator, sites: set[str]) -> Iterator[Problem]:
    name, at, domain = coordinator.email.partition("@")
    if not (name and at and "." in domain and " " not in coordinator.email):
        yield Problem((*where, "email"), "this is not an e-mail address")
    for code in coordinator.sites:
        if code not in sites:
            yield Problem((*where, "sites"), f"there is no site {code}")


def _somebody_on_call(site: Site, coordinators: Iterable[Coordinator]) -> bool:
    return any(not one.sites or site.code in one.sites for one in coordinators)


def _site_names(sites: Iterable[Site]) -> list[str]:
    return [key for site in sites for key in _spellings(site.code, site.name, site.known_as)]


def _unit_names(site: Site) -> list[str]:
    return [key for unit in site.units for key in _spellings(unit.code, unit.name, unit.known_as)]


def _spellings(code: str, name: str, known_as: tuple[str, ...]) -> set[str]:
    return {known_as_key(written) for written in (code, name, *known_as)}


def _twice(where: Path, what: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(where, f"{name} is the {what} twice")
