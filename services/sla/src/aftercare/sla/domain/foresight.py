"""Which promises something later would start, for the dry run."""

from collections.abc import Iterable, Sequence

from aftercare.programme.clocks import ClockRule, Subject
from aftercare.programme.happenings import Happening
from aftercare.sla.domain.groups import Index, kind_of
from aftercare.sla.domain.model import Clock, Told
from aftercare.sla.domain.starts import applies
from aftercare.sla.domain.views import Group, View

_AT_ONCE = frozenset({Happening.INCIDENT_KNOWN, Happening.OBLIGATION_OPENED})
_PERSONAL = frozenset({Subject.OBLIGATION, Subject.CASE, Subject.ASSIGNMENT})


def waiting_rules(rules: Iterable[ClockRule], told: Told, clocks: Iterable[Clock]) -> tuple[ClockRule, ...]:
    """Rules for such an incident whose start has not happened. What this incident is not grave enough for is none."""
    index = Index(told)
    views = [Group(index.around(subject)).view(subject) for subject in sorted(index.subjects)]
    running = {clock.rule.id for clock in clocks}
    waiting = {
        rule.id: rule
        for rule in rules
        if rule.enabled and rule.id not in running and _AT_ONCE.isdisjoint(rule.start.on) and _concerns(rule, views)
    }
    return tuple(waiting.values())


def _concerns(rule: ClockRule, views: Sequence[View]) -> bool:
    kind = "obl" if rule.subject in _PERSONAL else "inc"
    return any(applies(rule.when, view) for view in views if kind_of(view.subject) == kind)
