"""What E2B R2 and R3 have in common: codes of seriousness and outcome, as the ICH defines them.

The code being there is not the fact being there: R2 says 1 for yes and 2 for no, R3 true, false, or nothing.
"""

from collections.abc import Iterable
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.harm import Axes, derive_harm
from aftercare.intake.domain.national.parts import WITHHELD, written
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, Outcome, Seriousness

_OUTCOMES = {
    "1": Outcome.RESOLVED,
    "2": Outcome.RECOVERING,
    "3": Outcome.ONGOING,
    "4": Outcome.RESOLVED_WITH_SEQUELAE,
    "5": Outcome.FATAL,
}
_UNKNOWN = frozenset({"6", "0"})
"""In R2 and in R3."""
_FROM_THE_WORST = (
    Outcome.FATAL,
    Outcome.RESOLVED_WITH_SEQUELAE,
    Outcome.ONGOING,
    Outcome.RECOVERING,
    Outcome.RESOLVED,
)
HEALTH_PROFESSIONALS = frozenset({"1", "2", "3"})
"""Qualifications of a reporter: physician, pharmacist, another health professional. 4 is a lawyer, 5 a consumer."""


def full_name(parts: Iterable[Any]) -> str:
    """A name of its parts as they are written, without words that stand for none."""
    words = [found for part in parts if (found := written(part)) is not None]
    return " ".join(word for word in words if word.casefold() not in WITHHELD)


def worst_outcome(codes: list[str | None], context: Context) -> Outcome:
    """The gravest outcome of all reactions; unknown when none is known."""
    if any(code is not None and code not in _OUTCOMES and code not in _UNKNOWN for code in codes):
        context.doubts.note("unknown-code:reactionoutcome")
    known = {_OUTCOMES[code] for code in codes if code in _OUTCOMES}
    return next((outcome for outcome in _FROM_THE_WORST if outcome in known), Outcome.UNKNOWN)


def read_axes(*, died: bool, serious: bool | None, outcome: Outcome) -> tuple[Axes, HarmLevel]:
    """The axes of a safety report and the harm that follows. A reaction was named, so nothing is without harm."""
    seriousness = Seriousness.UNKNOWN
    if serious is not None:
        seriousness = Seriousness.SERIOUS if serious else Seriousness.NON_SERIOUS
    final = Outcome.FATAL if died else outcome
    axes = Axes(Actuality.ACTUAL, seriousness=seriousness, outcome=final, effect_stated=True)
    return axes, derive_harm(axes)
