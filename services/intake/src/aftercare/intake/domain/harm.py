"""Harm derived from what a source said: from several axes together, never from one field (`interop.md` 5).

Every rule has a name with a version that travels with the value, so that a later, better rule can be told
apart from this one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aftercare.intake.domain.crosswalk import RANK, HarmScale, load_scales
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, Outcome, Seriousness, Severity

AXES_RULE = "aftercare-axes.1"
WORST_RULE = "worst-of-patients.1"

_BY_SEVERITY = {
    Severity.MILD: HarmLevel.LOW,
    Severity.MODERATE: HarmLevel.MODERATE,
    Severity.SEVERE: HarmLevel.SEVERE,
}


@dataclass(frozen=True, slots=True)
class Axes:
    """Four axes that stand apart. `unread` says that a code was there and nobody knew it."""

    actuality: Actuality = Actuality.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    seriousness: Seriousness = Seriousness.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    unread: bool = False
    effect_stated: bool = False
    """A resulting condition is named, so it was not without harm."""


def derive_harm(axes: Axes) -> HarmLevel:
    """The worst that the axes say together; `UNKNOWN` where they don't say enough.

    A potential event is a near miss however grave it could have been: its seriousness says what might have
    happened. No harm needs an actual event, a good outcome, and nothing that speaks against it.
    """
    if axes.actuality is Actuality.POTENTIAL:
        return HarmLevel.NEAR_MISS
    if axes.outcome is Outcome.FATAL:
        return HarmLevel.DEATH
    if axes.seriousness is Seriousness.SERIOUS or axes.outcome is Outcome.RESOLVED_WITH_SEQUELAE:
        return HarmLevel.SEVERE
    if axes.severity is not Severity.UNKNOWN:
        return _BY_SEVERITY[axes.severity]
    harmless = axes.outcome is Outcome.RESOLVED and not axes.unread and not axes.effect_stated
    if axes.actuality is Actuality.ACTUAL and harmless:
        return HarmLevel.NO_HARM
    return HarmLevel.UNKNOWN


OWN_SCALE = "aftercare"
"""Our own words: a code of theirs says no more than the harm."""
HARM_SCALES: Mapping[str, HarmScale] = load_scales()


@dataclass(frozen=True, slots=True)
class StatedHarm:
    """A code of a scale, as a source stated it, with what it means. Kept beside the derived value."""

    scale: str
    code: str
    level: HarmLevel
    rule: str

    def __str__(self) -> str:
        return f"{self.scale}:{self.code}"


def stated_harm(scale_name: str | None, written: str | None) -> StatedHarm | None:
    """What a code of a scale says; `None` without a scale, or when the code is not of it: nothing is guessed."""
    scale = HARM_SCALES.get(scale_name.casefold()) if scale_name else None
    code = scale.code_of(written) if scale and written else None
    if scale is None or code is None:
        return None
    return StatedHarm(scale.name, code, scale.levels[code], scale.rule)


def read_harm(scale_name: str, code: str) -> tuple[HarmLevel, str] | None:
    """Harm and rule for a code of a scale; `None` when the scale or the code is not known."""
    stated = stated_harm(scale_name, code)
    return (stated.level, stated.rule) if stated is not None else None


def worst(levels: Iterable[HarmLevel]) -> HarmLevel:
    """The worst of many that are known: of patients, of physical and psychological harm. Unknown when none is."""
    return max((level for level in levels if level in RANK), key=lambda level: RANK[level], default=HarmLevel.UNKNOWN)
