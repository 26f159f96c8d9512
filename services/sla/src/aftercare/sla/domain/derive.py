"""From what was told to the clocks: a pure function of a set. See `model.py` for what has to be told together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from aftercare.programme.model import Organisation
from aftercare.sla.domain.forms import frame_of
from aftercare.sla.domain.groups import SUBJECTS, Index, kind_of
from aftercare.sla.domain.marks import marks_of
from aftercare.sla.domain.model import Clock, Edition, Editions, Told
from aftercare.sla.domain.outcomes import first_end, last_round, outcome_of, stops_of
from aftercare.sla.domain.places import Place, place_of
from aftercare.sla.domain.starts import Birth, Past, Start, find_birth, find_start
from aftercare.sla.domain.views import Group, View


def derive(editions: Editions, organisation: Organisation, told: Told) -> tuple[Clock, ...]:
    """All clocks of the subjects of `told`, by subject and rule. Raises `UnreckonableError`."""
    index = Index(told)
    looked_at = {edition.rule.subject for each in editions.by_jurisdiction.values() for edition in each}
    return tuple(
        clock
        for subject in sorted(index.subjects)
        if not looked_at.isdisjoint(SUBJECTS[kind_of(subject)])
        for clock in _clocks_of(editions, organisation, Group(index.around(subject)), subject)
    )


def _clocks_of(editions: Editions, organisation: Organisation, group: Group, subject: str) -> Iterator[Clock]:
    view = group.view(subject)
    site = organisation.site(view.site)
    past = Past(group, subject)
    for versions in _by_rule(editions.of(site), subject):
        birth = find_birth(versions, past)
        if birth is None or not birth.edition.rule.enabled:
            continue
        start = find_start(birth.edition.rule, view)
        if start is not None:
            yield _clock(birth, start, view, place_of(site))


def _by_rule(editions: Iterable[Edition], subject: str) -> list[Sequence[Edition]]:
    """All versions of each rule that looks at such a subject."""
    found: dict[str, list[Edition]] = defaultdict(list)
    for edition in editions:
        if edition.rule.subject in SUBJECTS[kind_of(subject)]:
            found[edition.rule.id].append(edition)
    return [found[rule] for rule in sorted(found)]


def _clock(birth: Birth, start: Start, view: View, place: Place) -> Clock:
    rule = birth.edition.rule
    stops, end = stops_of(rule, view.acts), first_end(rule, view)
    begun = last_round(rule.form, start.at, stops, end)
    frame = frame_of(rule.form, begun.at if begun else start.at, view.acts, place)
    return Clock(
        edition=birth.edition,
        subject=view.subject,
        incident=view.home,
        site=view.site,
        start=start.at,
        start_from=start.named,
        opens=frame.opens,
        due=frame.due,
        born=birth.at,
        outcome=outcome_of(rule.form, frame, birth.at, stops, end),
        attempted=min((one.at for one in view.acts if one.kind in rule.stop.attempted), default=None),
        marks=marks_of(rule, frame, birth.at),
    )
