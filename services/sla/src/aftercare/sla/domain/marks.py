"""The warnings of a clock: `docs/clocks.md` 5."""

from datetime import datetime

from aftercare.programme.clocks import Age, ClockRule
from aftercare.sla.domain.forms import Frame
from aftercare.sla.domain.model import Mark

WHOLE = 100


def marks_of(rule: ClockRule, frame: Frame, born: datetime) -> tuple[Mark, ...]:
    """The warnings that a clock gives if nothing comes of it, in order. The miss itself is none of them."""
    if frame.way is None:
        return ()
    if frame.due is not None and frame.due <= born:
        return (Mark(WHOLE, born),)
    begins, ends = frame.way
    percents = (percent for percent in rule.warnings.at if percent < WHOLE or isinstance(rule.form, Age))
    marks = [Mark(percent, begins + (ends - begins) * percent / WHOLE) for percent in percents]
    passed = [mark for mark in marks if mark.at <= born]
    at_birth = (Mark(passed[-1].percent, born),) if passed else ()
    return (*at_birth, *marks[len(passed) :])
