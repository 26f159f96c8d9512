"""Harm derived from what a source said: from several axes together, never from one field (`interop.md` 5).

Every rule has a name with a version that travels with the value, so that a later, better rule can be told
apart from this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, Outcome, Seriousness, Severity

FHIR_R4_RULE = "fhir-r4.1"
AXES_RULE = "aftercare-axes.1"

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


@dataclass(frozen=True, slots=True)
class HarmScale:
    """A published scale, as data. `rule` names it and the version of this reading."""

    name: str
    rule: str
    provenance: str
    codes: Mapping[str, HarmLevel]


def _scale(name: str, provenance: str, **codes: HarmLevel) -> HarmScale:
    return HarmScale(name, f"{name}.1", provenance, MappingProxyType({key.strip("_"): v for key, v in codes.items()}))


_H = HarmLevel
HARM_SCALES: Mapping[str, HarmScale] = {
    scale.name: scale
    for scale in (
        HarmScale("aftercare", "aftercare.1", "our own words", {level.value: level for level in HarmLevel}),
        HarmScale(
            "ahrq",
            "ahrq.1",
            "AHRQ Common Formats harm scale",
            {
                "unsafe condition": _H.UNSAFE_CONDITION,
                "near miss": _H.NEAR_MISS,
                "no harm": _H.NO_HARM,
                "mild harm": _H.LOW,
                "moderate harm": _H.MODERATE,
                "severe harm": _H.SEVERE,
                "death": _H.DEATH,
                "unknown": _H.UNKNOWN,
            },
        ),
        _scale(
            "ncc-merp",
            "NCC MERP index, medication errors only; D straddles no harm and low",
            a=_H.UNSAFE_CONDITION,
            b=_H.NEAR_MISS,
            c=_H.NO_HARM,
            d=_H.NO_HARM,
            e=_H.MODERATE,
            f=_H.MODERATE,
            g=_H.SEVERE,
            h=_H.SEVERE,
            i=_H.DEATH,
        ),
        _scale(
            "lfpse-physical",
            "LFPSE v5 physical harm: 1 is the worst",
            _1=_H.DEATH,
            _2=_H.SEVERE,
            _3=_H.MODERATE,
            _4=_H.LOW,
            _5=_H.NO_HARM,
        ),
        _scale(
            "lfpse-psychological",
            "LFPSE v5 psychological harm: 1 is the worst",
            _1=_H.SEVERE,
            _2=_H.MODERATE,
            _3=_H.LOW,
            _4=_H.NO_HARM,
        ),
        _scale(
            "nrls",
            "NRLS degree of harm",
            no_harm=_H.NO_HARM,
            low=_H.LOW,
            moderate=_H.MODERATE,
            severe=_H.SEVERE,
            death=_H.DEATH,
        ),
        _scale(
            "who-icps",
            "WHO ICPS 2009 degree of harm",
            none=_H.NO_HARM,
            mild=_H.LOW,
            moderate=_H.MODERATE,
            severe=_H.SEVERE,
            death=_H.DEATH,
        ),
    )
}


def read_harm(scale_name: str, code: str) -> tuple[HarmLevel, str] | None:
    """Harm and rule for a code of a scale; `None` when the scale or the code is not known."""
    scale = HARM_SCALES.get(scale_name.casefold())
    if scale is None:
        return None
    words = " ".join(code.casefold().replace("-", " ").replace("_", " ").split())
    for candidate, level in scale.codes.items():
        if candidate.replace("-", " ").replace("_", " ") == words:
            return level, scale.rule
    return None
