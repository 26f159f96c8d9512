"""What a caller sees of a clock. References, words of the pack, and instants; never a name."""

from datetime import datetime
from typing import Any

from aftercare.programme.clocks import ClockRule
from aftercare.sla.adapters.clocks import Kept
from aftercare.sla.domain.model import Clock, Told
from aftercare.sla.service_layer.measuring import missed_by

View = dict[str, Any]


def listed(kept: Kept, now: datetime) -> View:
    """A line of the work list."""
    clock, rule = kept.clock, kept.clock.rule
    return {
        "clock": clock.reference,
        "rule": rule.id,
        "title": rule.title,
        "catalogue": rule.catalogue,
        "class": rule.standing,
        "source": rule.source,
        "verified": rule.verified,
        "owner": rule.owner,
        "route": missed_by(clock.edition),
        "state": kept.published.state,
        "open": kept.is_open,
        "subject": clock.subject,
        "incident": clock.incident,
        "site": clock.site,
        "start": clock.start,
        "opens": clock.opens,
        "due": clock.due,
        "seconds_left": (clock.due - now).total_seconds() if clock.due is not None else None,
        "progress_percent": progress(clock, now),
        "warned_percent": max(kept.published.warned, default=None),
    }


def progress(clock: Clock, now: datetime) -> float | None:
    """How much of the way from start to due had passed when it was stopped, else by now. Over 100 is late."""
    if clock.due is None or clock.due <= clock.start:
        return None
    at = clock.outcome.stopped or clock.outcome.cancelled or now
    return round(max((at - clock.start) / (clock.due - clock.start) * 100, 0.0), 1)


def explained(kept: Kept, told: Told, now: datetime) -> View:
    """One clock with why it is as it is: the rule, the time that it uses, and everything that happened."""
    clock, rule = kept.clock, kept.clock.rule
    counted = {*rule.start.on, *rule.stop.on, *rule.stop.attempted, *rule.stop.cancelled}
    return listed(kept, now) | {
        "pack": clock.edition.pack,
        "pack_version": clock.edition.pack_version,
        "rule_version": rule.version,
        "revision": kept.published.revision,
        "start_from": clock.start_from,
        "born": clock.born,
        "detection_lag_seconds": (clock.born - clock.start).total_seconds(),
        "unmeetable": clock.unmeetable,
        "attempted": clock.attempted,
        "stopped": clock.outcome.stopped,
        "stopped_by": clock.outcome.stopped_by,
        "cancelled": clock.outcome.cancelled,
        "cancel_reason": clock.outcome.reason,
        "why": {
            "in_words": _in_words(rule),
            "applies_when": rule.when.model_dump(mode="json", exclude_defaults=True),
            "starts_by": rule.start.on,
            "starts_at": (rule.start.at, *rule.start.otherwise),
            "counts": rule.form.model_dump(mode="json", exclude_defaults=False),
            "met_by": rule.stop.on,
            "cancelled_by": rule.stop.cancelled,
            "warnings": _warnings(kept),
            "happened": [
                {
                    "kind": one.kind,
                    "subject": one.subject,
                    "at": one.at,
                    "received": one.received,
                    "relevant_persons": sorted(each.reference for each in one.persons),
                }
                for one in sorted(told.happenings, key=lambda each: (each.received, each.at, each.kind))
                if one.kind in counted
            ],
        },
    }


def _warnings(kept: Kept) -> list[View]:
    given = kept.published.warned
    return [{"percent": mark.percent, "at": mark.at, "given": mark.percent in given} for mark in kept.clock.marks]


def _in_words(rule: ClockRule) -> str:
    """From which moment, and until what."""
    begins = " or ".join(word.replace("-", " ") for word in rule.start.on)
    ends = " or ".join(word.replace("-", " ") for word in rule.stop.on) or "nothing"
    named = "its own time" if rule.start.at == "at" else f"the time it was {rule.start.at}"
    return f"It runs from {begins}, by {named}, until {ends}."
