"""From what was told to the clocks: a pure function of a set. See `model.py` for what has to be told together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from aftercare.programme.clocks import Subject
from aftercare.programme.model import Organisation
from aftercare.sla.domain.forms import frame_of
from aftercare.sla.domain.groups import SUBJECTS, Index, kind_of
from aftercare.sla.domain.marks import marks_of
from aftercare.sla.domain.model import Clock, Edition, Editions, Told, View
from aftercare.sla.domain.outcomes import first_end, last_round, outcome_of, stops_of
from aftercare.sla.domain.places import Place, place_of
from aftercare.sla.domain.starts import Birth, Past, Start, find_birth, find_start
from aftercare.sla.domain.views import Group


def derive(editions: Editions, organisation: Organisation, told: Told) -> tuple[Clock, ...]:
    """All clocks of the subjects of `told`, by subject and rule. Raises `UnreckonableError`."""
    index = Index(told)
    looked_at = {edition.rule.subject for each in editions.by_jurisdiction.values() for edition in each}
    found: list[Clock] = []
    for subject in sorted(index.subjects):
        kinds = looked_at.intersection(SUBJECTS[kind_of(subject)])
        if kinds:
            group = Group(index.around(subject))
            found += (one for kind in sorted(kinds) for one in _clocks_of(editions, organisation, group, subject, kind))
    return tuple(found)


def _clocks_of(
    editions: Editions, organisation: Organisation, group: Group, subject: str, kind: Subject
) -> Iterator[Clock]:
    """The clocks by rules of one kind of subject."""
    candour = kind is Subject.RELEVANT_PERSON
    view = group.view(subject, candour=candour)
    site = organisation.site(view.site)
    past = Past(group, subject, candour=candour)
    for versions in _by_rule(editions.of(site), kind):
        birth = find_birth(versions, past)
        if birth is None or not birth.edition.rule.enabled or _comes_too_late(birth, view):
            continue
        start = find_start(birth.edition.rule, view)
        if start is not None:
            yield _clock(birth, start, view, place_of(site))


def _comes_too_late(birth: Birth, view: View) -> bool:
    """An incident that names whom it befell stands for them no longer."""
    return view.named is not None and birth.at >= view.named


def _by_rule(editions: Iterable[Edition], kind: Subject) -> list[Sequence[Edition]]:
    """All versions of each rule that looks at such a subject."""
    found: dict[str, list[Edition]] = defaultdict(list)
    for edition in editions:
        if edition.rule.subject is kind:
            found[edition.rule.id].append(edition)
    return [found[rule] for rule in sorted(found)]


def _clock(birth: Birth, start: Start, view: View, place: Place) -> Clock:
    rule = birth.edition.rule
    stops, end = stops_of(rule, view.done), first_end(rule, view)
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
        attempted=min((one.at for one in view.done if one.kind in rule.stop.attempted), default=None),
        marks=marks_of(rule, frame, birth.at),
    )
