"""What is worded before its instant holds until the next one: between two instants there is nothing else to say."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aftercare.sla.domain.model import Missed, Published, Warned
from aftercare.sla.domain.transitions import next_due_instant, transitions

from .telling import at, clock, known, rule

RECEIVED = at("2026-03-02T10:00")
FORMS: tuple[dict[str, Any], ...] = (
    {"kind": "deadline", "within": {"hours": 24}},
    {"kind": "deadline", "within": {"days": 10}, "calendar": "working-days"},
    {"kind": "window", "opens": {"hours": 2}, "closes": {"hours": 24}},
    {"kind": "recurring", "every": {"days": 7}},
)
SINCE = {"on": ["incident-known"], "at": "occurred"}


def told(said: Published, when: datetime) -> tuple[Any, Published]:
    """On whatever occasion."""
    events, after = transitions(said, said.clock, when)
    assert after is not None
    return [replace(one, occasion="") if isinstance(one, Warned | Missed) else one for one in events], after


@given(
    st.sampled_from(FORMS),
    st.sets(st.integers(1, 100), min_size=1, max_size=4),
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.integers(0, 4),
    st.floats(0, 1, exclude_max=True),
)
def test_the_same_is_said_at_any_moment_from_one_instant_to_the_next(
    form: dict[str, Any], marks: set[int], ago: timedelta, step: int, share: float
) -> None:
    warns = {"at": sorted(marks), "route": "worklist"}
    held = clock(rule(form, start=SINCE, warnings=warns), known("2026-03-02T10:00", occurred=str(RECEIVED - ago)))
    said = transitions(None, held, RECEIVED)[1]
    assert said is not None
    for _ in range(step):
        if (due := next_due_instant(said)) is not None:
            said = told(said, due)[1]
    if (due := next_due_instant(said)) is None:
        return
    foreseen = told(said, due)
    assert foreseen[0]
    following = next_due_instant(foreseen[1]) or due + timedelta(days=1000)
    assert told(said, due + (following - due) * share) == foreseen
    assert told(said, due - timedelta(microseconds=1)) == ([], said)
