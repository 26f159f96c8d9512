"""The audit itself: a pure function of what happened, what was published, the rules and the organisation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aftercare.programme.model import Organisation
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor.calendars import Wall
from aftercare.sla.auditor.comparing import Moment, Pair, compare
from aftercare.sla.auditor.crossing import may_have_heard
from aftercare.sla.auditor.deriving import Derived, derive, revisions_begin
from aftercare.sla.auditor.dossier import REVISIONS, Dossier
from aftercare.sla.auditor.facts import Difference, Fact, Said
from aftercare.sla.auditor.marks import Life, phases, way_points
from aftercare.sla.auditor.published import Account
from aftercare.sla.auditor.starting import Birth, PacksAt, births
from aftercare.sla.auditor.timely import said_in_time

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit of one family of references gives."""

    differences: tuple[Difference, ...] = ()
    compared: int = 0
    """Clocks that were derived and compared."""
    is_judged: bool = True
    """False while something is so new that both sides may still be at it."""
    look_again: datetime | None = None
    """When the passing of time alone makes a new look worth while."""


def audit(
    happenings: Iterable[Fact], published: Iterable[Said], rules: PacksAt, organisation: Organisation, moment: Moment
) -> Finding:
    """Derive every clock of these facts and hold it against what was published."""
    dossier, accounts = Dossier.of(happenings), _accounts(published)
    newest = max((one for one in _heard(dossier, accounts) if one is not None), default=None)
    if newest is not None and newest > moment.settled:
        return Finding(is_judged=False, look_again=newest + moment.settle)
    known = dossier.known(moment.as_of)
    lives = {_key(birth): _live(birth, known, organisation, moment) for birth in births(known, rules)}
    older = {key for key, account in accounts.items() if _by_older_rules(account, known, rules)}
    keys = sorted({*lives, *accounts} - older)
    differences = [one for key in keys for one in _judge(key, lives, accounts, moment, known)]
    later = [one for life in lives.values() for one in _later(life, moment)]
    return Finding(tuple(dict.fromkeys(differences)), len(lives), look_again=min(later, default=None))


def _by_older_rules(account: Account, known: Dossier, rules: PacksAt) -> bool:
    """Whether it was born by an older version of its pack: what that said, only the engine still knows."""
    packs = [pack for site in {None, *(fact.site for fact in known.facts)} for pack in rules(site)]
    return any(pack.name == account.newest.pack and pack.version > account.newest.pack_version for pack in packs)


def _heard(dossier: Dossier, accounts: dict[Key, Account]) -> list[datetime | None]:
    said = [event.heard for account in accounts.values() for event in account.events]
    return [*(fact.heard for fact in dossier.facts), *said]


def _accounts(published: Iterable[Said]) -> dict[Key, Account]:
    by_clock: dict[Key, list[Said]] = {}
    for event in published:
        by_clock.setdefault((event.rule, event.subject), []).append(event)
    return {key: Account.of(events) for key, events in by_clock.items()}


def _key(birth: Birth) -> Key:
    return birth.rule.id, birth.reference


def _live(birth: Birth, dossier: Dossier, organisation: Organisation, moment: Moment) -> Life:
    """The clock's life until now."""

    def play(known: Dossier, instant: datetime) -> Derived | None:
        return derive(birth, known, Wall(organisation.site(known.site_of(birth.reference))), instant)

    def at(instant: datetime) -> Derived | None:
        return play(dossier.known(instant), instant)

    @cache
    def may_be(instant: datetime) -> Sequence[Derived | None]:
        heard = may_have_heard(dossier.facts, instant, moment.settle)
        return [play(Dossier.of(facts), instant) for facts in heard]

    news = sorted({fact.known for fact in dossier.facts})
    instants = sorted({max(one, birth.at) for one in news})  # before its birth there is no clock
    return Life(phases(instants, moment.as_of, at), news, at, may_be)


def _judge(
    key: Key, lives: dict[Key, Life], accounts: dict[Key, Account], moment: Moment, known: Dossier
) -> Sequence[Difference]:
    life, account = lives.get(key), accounts.get(key)
    if _began_unseen(life, account, moment, known):
        return ()
    if life is None or not life.phases:
        is_known = account is None or account.was_taken_back or _moved_house(known)
        return () if is_known else (Difference(Kind.UNKNOWN_CLOCK, *key),)
    settled = life.at(moment.settled)
    if settled != life.at(moment.as_of):
        return ()
    if settled is None:
        return _unless_taken_back(key, account)
    if account is None:
        return (Difference(Kind.MISSING_CLOCK, *key, expected=settled.birth.at),)
    pair = Pair(settled, account)
    return (*compare(pair), *said_in_time(pair, life, moment))


def _unless_taken_back(key: Key, account: Account | None) -> Sequence[Difference]:
    """What is known by now gives no such clock any more: where it was published, it has to be cancelled."""
    if account is None or account.status is Status.CANCELLED:
        return ()
    return (Difference(Kind.WRONG_END, *key, expected_status=Status.CANCELLED, published_status=account.status),)


def _began_unseen(life: Life | None, account: Account | None, moment: Moment, known: Dossier) -> bool:
    """Whether a part of its past can't be read any more, so that nothing may be said of it."""
    if not revisions_begin(known.facts) or (account is not None and not life and not account.is_whole):
        return True
    since = [phase.clock.birth.at for phase in life.phases[:1]] if life else []
    since += [account.newest.born] if account is not None else []
    return moment.known_since is not None and min(since) < moment.known_since


def _moved_house(known: Dossier) -> bool:
    """Whether a source corrected a site: a clock by the rules of the old one was right and is no more."""
    sites: dict[str, set[str | None]] = {}
    for fact in known.facts:
        if fact.happening in REVISIONS:
            sites.setdefault(fact.subject, set()).add(fact.site)
    return any(len(of_one) > 1 for of_one in sites.values())


def _later(life: Life, moment: Moment) -> list[datetime]:
    """Instants still to come at which this clock will have to have said something."""
    if not life.phases:
        return []
    clock = life.phases[-1].clock
    instants = [*way_points(clock).values(), clock.due]
    return [one + moment.settle for one in instants if one is not None and one > moment.settled]
