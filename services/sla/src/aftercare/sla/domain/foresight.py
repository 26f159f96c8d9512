"""Which promises something later would start, for the dry run."""

from collections.abc import Iterable

from aftercare.programme.clocks import ClockRule, Subject
from aftercare.programme.happenings import Happening
from aftercare.sla.domain.groups import SUBJECTS, Index, kind_of
from aftercare.sla.domain.model import Clock, Told, View
from aftercare.sla.domain.starts import applies
from aftercare.sla.domain.views import Group

_AT_ONCE = frozenset({Happening.INCIDENT_KNOWN, Happening.OBLIGATION_OPENED})
_BEFORE_IT_COMES = {
    Subject.CASE: Subject.OBLIGATION,
    Subject.ASSIGNMENT: Subject.OBLIGATION,
    Subject.SUPPORTER: Subject.INCIDENT,
    Subject.RCA: Subject.INCIDENT,
}
"""What of an incident stands for a subject that nobody has heard of yet."""


def waiting_rules(rules: Iterable[ClockRule], told: Told, clocks: Iterable[Clock]) -> tuple[ClockRule, ...]:
    """Rules for such an incident whose start has not happened. What this incident is not grave enough for is none."""
    index = Index(told)
    views = [view for subject in sorted(index.subjects) for view in _views(Group(index.around(subject)), subject)]
    running = {clock.rule.id for clock in clocks}
    waiting = {
        rule.id: rule
        for rule in rules
        if rule.enabled and rule.id not in running and _AT_ONCE.isdisjoint(rule.start.on) and _concerns(rule, views)
    }
    return tuple(waiting.values())


def _views(group: Group, subject: str) -> list[tuple[Subject, View]]:
    """What rules of each kind of subject see of it."""
    kinds = SUBJECTS[kind_of(subject)]
    return [(kind, group.view(subject, candour=kind is Subject.RELEVANT_PERSON)) for kind in kinds]


def _concerns(rule: ClockRule, views: Iterable[tuple[Subject, View]]) -> bool:
    """By what is there already; an analysis that may come has any method."""
    looked_at = _BEFORE_IT_COMES.get(rule.subject, rule.subject)
    when = rule.when.model_copy(update={"methods": ()})
    return any(applies(when, view) for kind, view in views if kind is looked_at)
