"""Harm is derived from several axes together, by a rule with a name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.crosswalk import CrosswalkError, read_scale
from aftercare.intake.domain.harm import HARM_SCALES, Axes, derive_harm, read_harm, stated_harm, worst
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


def test_every_scale_says_where_it_comes_from_and_whether_that_was_checked() -> None:
    for name, scale in HARM_SCALES.items():
        assert scale.provenance
        assert scale.title
        assert scale.rule == f"{name}.{scale.version}"
        assert isinstance(scale.verified, bool)


@pytest.mark.parametrize(
    ("scale", "best", "worst_code"),
    [
        ("lfpse-physical", "5", "1"),
        ("lfpse-psychological", "4", "1"),
        ("nsw-harm-score", "4", "1"),
        ("ncc-merp", "A", "I"),
        ("ctcae", "1", "5"),
        ("ahrq", "No harm", "Death"),
        ("jcqhc", "障害なし", "死亡"),
        ("melde-equipment", "MayHaveCausedDeathOrSeriousDeterioration", "Death"),
        ("sac-consequence", "Minimum", "Serious"),
        ("who-icps", "none", "death"),
    ],
)
def test_each_scale_runs_in_its_own_direction(scale: str, best: str, worst_code: str) -> None:
    good, bad = stated_harm(scale, best), stated_harm(scale, worst_code)
    assert good is not None
    assert bad is not None
    assert bad.level.at_least(good.level)
    assert good.level is not bad.level


@given(st.sampled_from(sorted(HARM_SCALES)), st.data())
def test_a_graver_code_is_never_a_lesser_harm(name: str, data: st.DataObject) -> None:
    scale = HARM_SCALES[name]
    codes = [code for code, level in scale.levels.items() if level is not HarmLevel.UNKNOWN]
    first, second = sorted(data.draw(st.tuples(st.integers(0, len(codes) - 1), st.integers(0, len(codes) - 1))))
    assert scale.levels[codes[second]].at_least(scale.levels[codes[first]])
    if scale.direction != "words":
        assert (codes[second] <= codes[first]) if scale.direction == "lower-is-worse" else codes[second] >= codes[first]


@given(st.lists(st.sampled_from(HarmLevel), max_size=5))
def test_the_worst_of_many_is_as_grave_as_each_that_is_known(levels: list[HarmLevel]) -> None:
    found = worst(levels)
    assert all(found.at_least(level) for level in levels if level is not HarmLevel.UNKNOWN)
    assert found in (*levels, HarmLevel.UNKNOWN)
    assert (found is HarmLevel.UNKNOWN) == (set(levels) <= {HarmLevel.UNKNOWN})


@pytest.mark.parametrize(
    ("scale", "code"), [(None, "1"), ("", "1"), ("sac", "1"), ("lfpse-physical", "0"), ("nrls", None)]
)
def test_a_bare_number_is_never_guessed(scale: str | None, code: str | None) -> None:
    assert stated_harm(scale, code) is None


@given(st.sampled_from(sorted(HARM_SCALES)), st.text(max_size=20))
def test_what_is_kept_of_a_stated_code_is_a_word_of_its_scale(name: str, written: str) -> None:
    stated = stated_harm(name, written)
    assert stated is None or stated.code in HARM_SCALES[name].levels


def good_scale() -> dict[str, Any]:
    return {
        "title": "A scale",
        "version": 1,
        "provenance": "made up",
        "verified": True,
        "direction": "lower-is-worse",
        "codes": [{"code": 2, "harm": "low"}, {"code": 1, "harm": "severe"}],
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"codes": [{"code": 1, "harm": "severe"}, {"code": 2, "harm": "low"}]}, "from the least to the worst"),
        ({"codes": [{"code": 1, "harm": "low"}, {"code": 2, "harm": "severe"}]}, "as direction says"),
        ({"codes": [{"code": 1, "harm": "low"}, {"code": 1, "harm": "low"}]}, "twice"),
        ({"codes": [{"code": "a", "harm": "low", "also": ["b"]}, {"code": "B", "harm": "low"}]}, "twice"),
        ({"direction": "words"}, "need a direction"),
        ({"direction": "sideways"}, "direction must be"),
        ({"codes": [{"code": 1, "harm": "dreadful"}]}, "ValueError"),
        ({"provenance": None, "codes": None}, "TypeError"),
    ],
)
def test_a_scale_that_contradicts_itself_stops_the_start(change: dict[str, Any], words: str) -> None:
    read_scale("made-up", good_scale())
    with pytest.raises(CrosswalkError, match=words):
        read_scale("made-up", good_scale() | change)
