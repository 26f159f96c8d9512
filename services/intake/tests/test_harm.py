"""Harm is derived from several axes together, by a rule with a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.harm import HARM_SCALES, Axes, derive_harm, read_harm
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, Outcome, Seriousness, Severity

ACTUAL = Actuality.ACTUAL


@pytest.mark.parametrize(
    ("axes", "harm"),
    [
        (Axes(ACTUAL, outcome=Outcome.FATAL), HarmLevel.DEATH),
        (Axes(ACTUAL, severity=Severity.MILD, seriousness=Seriousness.SERIOUS), HarmLevel.SEVERE),
        (Axes(ACTUAL, severity=Severity.SEVERE, seriousness=Seriousness.NON_SERIOUS), HarmLevel.SEVERE),
        (Axes(ACTUAL, outcome=Outcome.RESOLVED_WITH_SEQUELAE), HarmLevel.SEVERE),
        (Axes(ACTUAL, severity=Severity.MODERATE), HarmLevel.MODERATE),
        (Axes(ACTUAL, severity=Severity.MILD, seriousness=Seriousness.NON_SERIOUS), HarmLevel.LOW),
        (Axes(ACTUAL, outcome=Outcome.RESOLVED), HarmLevel.NO_HARM),
        (Axes(outcome=Outcome.RESOLVED), HarmLevel.UNKNOWN),
        (Axes(ACTUAL, outcome=Outcome.RESOLVED, unread=True), HarmLevel.UNKNOWN),
        (Axes(ACTUAL, outcome=Outcome.RESOLVED, effect_stated=True), HarmLevel.UNKNOWN),
        (Axes(ACTUAL, seriousness=Seriousness.NON_SERIOUS), HarmLevel.UNKNOWN),
        (Axes(Actuality.POTENTIAL, Severity.SEVERE, Seriousness.SERIOUS), HarmLevel.NEAR_MISS),
        (Axes(), HarmLevel.UNKNOWN),
    ],
)
def test_harm_follows_from_the_axes_together(axes: Axes, harm: HarmLevel) -> None:
    assert derive_harm(axes) is harm


@given(st.sampled_from(Severity), st.sampled_from(Seriousness), st.sampled_from(Outcome))
def test_a_potential_event_is_a_near_miss_however_grave_it_could_have_been(
    severity: Severity, seriousness: Seriousness, outcome: Outcome
) -> None:
    assert derive_harm(Axes(Actuality.POTENTIAL, severity, seriousness, outcome)) is HarmLevel.NEAR_MISS


def test_scales_that_run_in_opposite_directions_are_told_apart() -> None:
    assert read_harm("lfpse-physical", "1") == (HarmLevel.DEATH, "lfpse-physical.1")
    assert read_harm("lfpse-physical", "5") == (HarmLevel.NO_HARM, "lfpse-physical.1")


@pytest.mark.parametrize(("scale", "code"), [("nrls", "No harm"), ("nrls", "no-harm"), ("ahrq", "NO HARM")])
def test_a_code_is_known_however_it_is_written(scale: str, code: str) -> None:
    assert read_harm(scale, code) == (HarmLevel.NO_HARM, f"{scale}.1")


def test_unknown_scales_and_codes_are_not_guessed() -> None:
    assert read_harm("sac", "1") is None
    assert read_harm("nrls", "3") is None


def test_every_scale_says_where_it_comes_from() -> None:
    assert all(scale.provenance and scale.rule.startswith(name) for name, scale in HARM_SCALES.items())
