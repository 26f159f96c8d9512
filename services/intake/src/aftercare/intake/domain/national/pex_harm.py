"""Harm of a product experience: seriousness, consequence and outcome of its observations (PEO-9, -11, -12)."""

from collections.abc import Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.harm import Axes, derive_harm, worst
from aftercare.intake.domain.national.segments import Segment
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, Outcome, Seriousness, Severity

RULE = "hl7-pex.1"
_OUTCOMES = {
    "D": Outcome.FATAL,
    "S": Outcome.RESOLVED_WITH_SEQUELAE,
    "W": Outcome.ONGOING,
    "N": Outcome.ONGOING,
    "R": Outcome.RECOVERING,
    "F": Outcome.RESOLVED,
}
"""HL7 table 0241, from the gravest."""
_SERIOUS = {"Y": Seriousness.SERIOUS, "S": Seriousness.SERIOUS, "N": Seriousness.NON_SERIOUS}
_SEVERITIES = {"severe": Severity.SEVERE, "moderate": Severity.MODERATE, "mild": Severity.MILD}
_LOOKED_FOR_SEVERITY = range(4, 13)
"""No field of PEO is a severity, so senders put one where a date or a code is due."""


def read(observations: Sequence[Segment], context: Context) -> tuple[Axes, HarmLevel]:
    """The axes, and the worst that they and the stated consequences say."""
    outcomes = [code for one in observations if (code := one.text(12).upper()) in _OUTCOMES]
    serious = [_SERIOUS[code] for one in observations if (code := one.text(9).upper()) in _SERIOUS]
    severities = [found for one in observations if (found := _severity(one)) is not None]
    axes = Axes(
        Actuality.ACTUAL,
        severity=next((level for level in _SEVERITIES.values() if level in severities), Severity.UNKNOWN),
        seriousness=_gravest(serious),
        outcome=next((_OUTCOMES[code] for code in _OUTCOMES if code in outcomes), Outcome.UNKNOWN),
        effect_stated=True,
    )
    return axes, worst([derive_harm(axes), *_consequences(observations, context)])


def _gravest(serious: list[Seriousness]) -> Seriousness:
    if Seriousness.SERIOUS in serious:
        return Seriousness.SERIOUS
    return Seriousness.NON_SERIOUS if serious else Seriousness.UNKNOWN


def _severity(observation: Segment) -> Severity | None:
    words = [word.casefold() for number in _LOOKED_FOR_SEVERITY for word in observation.words(number)]
    return next((_SEVERITIES[word] for word in words if word in _SEVERITIES), None)


def _consequences(observations: Sequence[Segment], context: Context) -> list[HarmLevel]:
    levels = []
    for code in (one[0].strip() for observation in observations for one in observation.repetitions(11) if one):
        stated = context.harm("hl7-event-consequence", code, "PEO-11")
        levels.extend([stated.level] if stated is not None else [])
    return levels
