"""Words to say what happened, short enough that a test reads as a story."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aftercare.programme.clocks import ClockRule
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel, Organisation
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.model import Clock, Edition, Editions, Happened, Link, Person, Told

INC, OTHER, THIRD = (f"inc_{number:032x}" for number in (1, 2, 3))
ANN, BEN, CAT = (f"pat_{number:032x}" for number in (1, 2, 3))
OBL, CAS, ASG, RCA = (f"{kind}_{1:032x}" for kind in ("obl", "cas", "asg", "rca"))

ORGANISATION = Organisation.model_validate(
    {
        "name": "Made up",
        "sites": [
            {"code": "london", "name": "L", "zone": "Europe/London", "jurisdiction": "england", "holidays": "GB-ENG"},
            {"code": "boston", "name": "B", "zone": "America/New_York", "holidays": "US-MA"},
            {
                "code": "amman",
                "name": "A",
                "zone": "Asia/Amman",
                "working": {"days": ["sunday", "monday", "tuesday", "wednesday", "thursday"]},
            },
        ],
        "coordinators": [{"code": "one", "name": "One", "email": "one@example.org"}],
    }
)

HOUR = {"kind": "deadline", "within": {"hours": 1}}
DAY = {"kind": "deadline", "within": {"hours": 24}}


def at(words: str) -> datetime:
    """An instant; without an offset, in UTC."""
    moment = datetime.fromisoformat(words)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def rule(form: dict[str, Any] | None = None, **more: Any) -> ClockRule:
    """A rule of incidents: a day from receipt until the first talk, unless said otherwise."""
    said = {
        "id": "r",
        "title": "T",
        "catalogue": "local",
        "side": "event",
        "subject": "incident",
        "start": {"on": ["incident-known"], "at": "received"},
        "stop": {"on": ["disclosure-initial-done"], "cancelled": ["disclosure-not-required"]},
        "form": form or DAY,
        "standing": "local",
        "source": "S",
        "verified": False,
        "owner": "coordinator",
    }
    return ClockRule.model_validate(said | more)


def obligation_rule(form: dict[str, Any] | None = None, **more: Any) -> ClockRule:
    """A day from the event until somebody is reached."""
    said = {
        "side": "support",
        "subject": "obligation",
        "start": {"on": ["obligation-opened"], "at": "occurred"},
        "stop": {"on": ["person-reached", "case-declined"], "cancelled": ["no-offer-made"]},
    }
    return rule(form, **(said | more))


def known(received: str, harm: str = "severe", *, incident: str = INC, revision: int = 1, **more: Any) -> Happened:
    times = {name: at(more.pop(name)) for name in ("occurred", "discovered", "reported") if name in more}
    if "flags" in more:
        more["flags"] = frozenset(more["flags"])
    heard = at(received)
    return Happened(
        incident,
        Happening.INCIDENT_KNOWN,
        heard,
        heard,
        revision=revision,
        harm=HarmLevel(harm),
        **({"event_kind": "adverse-event", "site": "london"} | times | more),
    )


def ended(kind: str, when: str, *, incident: str = INC, revision: int, **more: Any) -> Happened:
    """A record that was withdrawn or merged."""
    return Happened(incident, Happening(f"incident-{kind}"), at(when), at(when), revision=revision, **more)


def named(*persons: str, **harmed: str) -> frozenset[Person]:
    """Relevant persons by their references; `ann="low"` with a harm of her own."""
    own = {{"ann": ANN, "ben": BEN}[name]: HarmLevel(harm) for name, harm in harmed.items()}
    return frozenset([*map(Person, persons), *(Person(one, harm) for one, harm in own.items())])


def act(kind: str, when: str, *, subject: str = INC, received: str | None = None, **more: Any) -> Happened:
    if "earliest" in more:
        more["earliest"] = at(more["earliest"])
    return Happened(subject, Happening(kind), at(when), at(received or when), **more)


def opened(received: str, *, subject: str = OBL, occurred: str | None = None, **more: Any) -> Happened:
    heard = at(received)
    since = at(occurred) if occurred else None
    said = {"route": "incident", "occurred": since} | more
    return Happened(subject, Happening.OBLIGATION_OPENED, heard, heard, **said)


def told(happenings: Iterable[Happened], links: Iterable[tuple[str, str]] = ()) -> Told:
    return Told(frozenset(happenings), frozenset(Link(*pair) for pair in links))


def editions(*rules: ClockRule) -> Editions:
    return Editions({"generic": tuple(Edition("p", 1, one) for one in rules)})


def clocks(
    rules: ClockRule | Iterable[ClockRule], *happenings: Happened, links: Iterable[tuple[str, str]] = ()
) -> list[Clock]:
    rules = [rules] if isinstance(rules, ClockRule) else list(rules)
    return list(derive(editions(*rules), ORGANISATION, told(happenings, links)))


def clock(
    rules: ClockRule | Iterable[ClockRule], *happenings: Happened, links: Iterable[tuple[str, str]] = (), of: str = ""
) -> Clock:
    """The only one there is (`of` that subject)."""
    found = [one for one in clocks(rules, *happenings, links=links) if one.subject == (of or one.subject)]
    assert len(found) == 1, f"{len(found)} clocks"
    return found[0]
