"""What an engine may have heard by an instant, while news was on its way to it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product
from math import prod

from aftercare.programme.happenings import Happening
from aftercare.sla.auditor.dossier import REVISIONS
from aftercare.sla.auditor.facts import Fact

AHEAD = timedelta(seconds=5)
"""What was known so little later it may have heard too: a transaction says when it began, and clocks differ."""
AT_MOST = 200
"""So many sets are looked at. Where there are more, news came in the order in which it was known."""
_BY_RECIPIENT = frozenset({Happening.MESSAGE_SENT, Happening.PERSON_REACHED})


def may_have_heard(facts: Sequence[Fact], instant: datetime, settle: timedelta) -> Iterator[tuple[Fact, ...]]:
    """Every set of facts that may have come by `instant`, the whole at first.

    What was known `settle` before has come. Of what is younger, each subject's news on one topic comes in its order,
    and nothing is certain between them: partitions are read apart.
    """
    sure = [fact for fact in facts if fact.known <= instant - settle]
    open_ = [fact for fact in facts if instant - settle < fact.known <= instant + AHEAD]
    ways: dict[tuple[bool, str], list[Fact]] = {}
    for fact in sorted(open_, key=lambda one: (one.revision, one.time)):
        ways.setdefault(_way(fact), []).append(fact)
    lines = list(ways.values())
    if prod(len(line) + 1 for line in lines) > AT_MOST:
        lines = [sorted(open_, key=lambda one: one.known)]
    for counts in product(*(range(len(line), -1, -1) for line in lines)):
        yield (*sure, *(fact for line, count in zip(lines, counts, strict=True) for fact in line[:count]))


def _way(fact: Fact) -> tuple[bool, str]:
    """What comes in its order: news on one topic with one key. Those of outreach have the key of who was written to."""
    return fact.happening in REVISIONS, fact.id if fact.happening in _BY_RECIPIENT else fact.subject
