"""The axes of harm in a FHIR AdverseEvent: four fields and three extensions, read together (`interop.md` 1.5, 1.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.fhir.codes import candidates, find_code, read_code, read_worst
from aftercare.intake.domain.fhir.releases import RELEASES, Release, ReleaseTable
from aftercare.intake.domain.harm import Axes
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text
from aftercare.intake.domain.vocabulary import Actuality, Outcome, Seriousness, Severity

_ACTUALITY = {"actual": Actuality.ACTUAL, "potential": Actuality.POTENTIAL}
_CATEGORY = {"ae": Actuality.ACTUAL, "pae": Actuality.POTENTIAL}
_SEVERITY = {
    "mild": Severity.MILD,
    "moderate": Severity.MODERATE,
    "severe": Severity.SEVERE,
    "255604002": Severity.MILD,
    "6736007": Severity.MODERATE,
    "24484000": Severity.SEVERE,
}
_GRADE = {
    "c41338": Severity.MILD,
    "c41339": Severity.MODERATE,
    "c41340": Severity.SEVERE,
    "c41337": Severity.SEVERE,
    "c48275": Severity.SEVERE,
    "1": Severity.MILD,
    "2": Severity.MODERATE,
    "3": Severity.SEVERE,
    "4": Severity.SEVERE,
    "5": Severity.SEVERE,
    "grade 1": Severity.MILD,
    "grade 2": Severity.MODERATE,
    "grade 3": Severity.SEVERE,
    "grade 4": Severity.SEVERE,
    "grade 5": Severity.SEVERE,
    **_SEVERITY,
}
"""CTCAE grades, as NCI Thesaurus codes and as digits."""
_DEATH = frozenset({"c48275", "5", "grade 5", "405535005", "419620001"})
_SERIOUSNESS = {
    "serious": Seriousness.SERIOUS,
    "non-serious": Seriousness.NON_SERIOUS,
    "nonserious": Seriousness.NON_SERIOUS,
    "non serious": Seriousness.NON_SERIOUS,
    "not serious": Seriousness.NON_SERIOUS,
}
_OUTCOME: Mapping[str, Outcome] = {
    **dict.fromkeys(
        (
            "resolved", "recovered", "recovered/resolved", "c49498", "397882007", "398056004", "405491001",
            "1352007006",
        ),
        Outcome.RESOLVED,
    ),
    **dict.fromkeys(("recovering", "recovering/resolving", "c49496", "1336140009"), Outcome.RECOVERING),
    **dict.fromkeys(
        (
            "ongoing", "not recovered/not resolved", "not recovering/not resolved", "not recovered", "c49494",
            "1339036001",
        ),
        Outcome.ONGOING,
    ),
    **dict.fromkeys(
        (
            "resolvedwithsequelae", "resolved with sequelae", "recovered/resolved with sequelae", "c49495",
            "405531001", "405532008", "1335890004",
        ),
        Outcome.RESOLVED_WITH_SEQUELAE,
    ),
    **dict.fromkeys(("fatal", "death", "died", "c48275", "405535005", "419620001", "419099009"), Outcome.FATAL),
    **dict.fromkeys(("unknown", "c17998", "261665006"), Outcome.UNKNOWN),
}  # fmt: skip
_HARMLESS = frozenset({"405491001"})
"""Outcomes that say outright that nobody was harmed."""
_WORST_OUTCOME = (
    Outcome.FATAL,
    Outcome.RESOLVED_WITH_SEQUELAE,
    Outcome.ONGOING,
    Outcome.RECOVERING,
    Outcome.RESOLVED,
)
_WORST_SEVERITY = (Severity.SEVERE, Severity.MODERATE, Severity.MILD)


def read_axes(event: JsonObject, table: ReleaseTable, doubts: Doubts) -> Axes:
    """All axes of one event. What nobody can read is noted, and keeps `no harm` from being derived."""
    axes = Axes(
        actuality=_actuality(event, doubts),
        severity=_severity(event, table, doubts),
        seriousness=_seriousness(event, doubts),
        outcome=read_worst(_OUTCOME, event.get("outcome"), Outcome.UNKNOWN, "outcome", doubts, _WORST_OUTCOME),
    )
    axes = _with_criteria(event, axes, doubts)
    if any(_is_death(value) for value in _extension_values(event, "ae-grade")):
        axes = replace(axes, outcome=Outcome.FATAL)
    return replace(
        axes,
        unread=any(slug.startswith("unknown-code:") for slug in doubts.slugs),
        effect_stated=_effect_stated(event, table),
    )


def _actuality(event: JsonObject, doubts: Doubts) -> Actuality:
    """Its own field, or the category of STU3, which says the same by `AE` and `PAE`."""
    stated = read_code(_ACTUALITY, event.get("actuality"), Actuality.UNKNOWN, "actuality", doubts)
    category = find_code(_CATEGORY, event.get("category"))
    if category is None:
        if isinstance(event.get("category"), str) and stated is Actuality.UNKNOWN:
            doubts.note("unknown-code:category")
        return stated
    if Actuality.UNKNOWN in (stated, category) or stated is category:
        return category if stated is Actuality.UNKNOWN else stated
    doubts.note("contradiction:actuality")
    return Actuality.UNKNOWN


def _severity(event: JsonObject, table: ReleaseTable, doubts: Doubts) -> Severity:
    """R4 has a field, the research guides extensions, STU3 put these words into the seriousness."""
    found = [read_code(_SEVERITY, event.get("severity"), Severity.UNKNOWN, "severity", doubts)]
    for name, words in (("ae-severity", _SEVERITY), ("ae-grade", _GRADE)):
        found += [read_code(words, value, Severity.UNKNOWN, name, doubts) for value in _extension_values(event, name)]
    misplaced = find_code(_SEVERITY, event.get("seriousness"))
    if misplaced is not None:
        found.append(misplaced)
        if table.release is not Release.STU3:
            doubts.note("severity-as-seriousness")
    return next((word for word in _WORST_SEVERITY if word in found), Severity.UNKNOWN)


def _seriousness(event: JsonObject, doubts: Doubts) -> Seriousness:
    value = event.get("seriousness")
    if find_code(_SEVERITY, value) is not None and find_code(_SERIOUSNESS, value) is None:
        return Seriousness.UNKNOWN
    return read_code(_SERIOUSNESS, value, Seriousness.UNKNOWN, "seriousness", doubts)


def _with_criteria(event: JsonObject, axes: Axes, doubts: Doubts) -> Axes:
    """Criteria that are present. Guides list those that do not apply too, with `criterionPresent` false."""
    present = list(_present_criteria(event, doubts))
    if not present:
        return axes
    if axes.seriousness is Seriousness.NON_SERIOUS:
        doubts.note("contradiction:seriousness")
    outcome = Outcome.FATAL if any(_is_death(code) for code in present) else axes.outcome
    return replace(axes, seriousness=Seriousness.SERIOUS, outcome=outcome)


def _present_criteria(event: JsonObject, doubts: Doubts) -> Iterator[Any]:
    for extension in _extensions(event, "seriousness-criteria"):
        parts = {_tail(part): part for part in objects(extension.get("extension"))}
        said = _value(obj(parts.get("criterionpresent")))
        if said is True or said == "true":
            yield _value(obj(parts.get("criterioncode")))
        elif said is not False and said != "false":
            doubts.note("unclear:seriousness-criteria")


def _effect_stated(event: JsonObject, table: ReleaseTable) -> bool:
    effects = {name for each in RELEASES.values() for name in each.effects}
    if any(event.get(name) for name in effects):
        return True
    harmless = any(words in _HARMLESS for words in candidates(event.get("outcome")))
    return not (table.resolved_is_harmless or harmless)


def _is_death(value: Any) -> bool:
    return any(words.casefold() in _DEATH for words in candidates(value))


def _extension_values(event: JsonObject, name: str) -> list[Any]:
    return [_value(extension) for extension in _extensions(event, name)]


def _extensions(event: JsonObject, name: str) -> list[JsonObject]:
    """By the end of the address: the same extension lives under the addresses of several guides and releases."""
    return [extension for extension in objects(event.get("extension")) if _tail(extension) == name]


def _tail(extension: JsonObject) -> str:
    return (text(extension.get("url")) or "").rstrip("/").rsplit("/", 1)[-1].casefold()


def _value(extension: JsonObject) -> Any:
    return next((value for name, value in extension.items() if name.startswith("value")), None)
