"""The harm scales of the world, as data: a file per scale, from the least to the worst.

    title, version, provenance, verified, direction, note?
    codes: [{code, harm, also?: [other spellings]}, …]

`direction` says how its codes run: `lower-is-worse`, `higher-is-worse`, or `words` that have no number. `verified`
says that the codes were held against the scale's own document. A file that contradicts itself stops the start.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from aftercare.intake.domain.vocabulary import HarmLevel

LOWER, HIGHER, WORDS = "lower-is-worse", "higher-is-worse", "words"
RANK: Mapping[HarmLevel, int] = {
    level: rank for rank, level in enumerate(one for one in HarmLevel if one is not HarmLevel.UNKNOWN)
}
"""From an unsafe condition to death. Unknown has no rank."""


class CrosswalkError(ValueError):
    """A scale's file can't be used. The text says which, and what is wrong."""


@dataclass(frozen=True, slots=True)
class HarmScale:
    """A published scale. `rule` names it and the version of this reading, and travels with every value from it."""

    name: str
    title: str
    version: int
    provenance: str
    verified: bool
    direction: str
    levels: Mapping[str, HarmLevel]
    """By code, from the least to the worst."""
    spellings: Mapping[str, str]
    """The code that a plain spelling means."""

    @property
    def rule(self) -> str:
        return f"{self.name}.{self.version}"

    def code_of(self, written: str) -> str | None:
        """The scale's own code for what a source wrote; `None` when it is not of this scale."""
        return self.spellings.get(plain_code(written))


def plain_code(written: str) -> str:
    """A code as it is compared: without case, width, hyphens and doubled spaces."""
    folded = unicodedata.normalize("NFKC", written).casefold()
    return " ".join(folded.replace("-", " ").replace("_", " ").split())


def load_scales() -> Mapping[str, HarmScale]:
    """All scales by name. Raises `CrosswalkError`."""
    return MappingProxyType({scale.name: scale for scale in _read_all()})


def _read_all() -> Iterator[HarmScale]:
    for file in sorted(resources.files(__name__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            yield read_scale(file.name.removesuffix(".yaml"), yaml.safe_load(file.read_text(encoding="utf-8")))


def read_scale(name: str, said: Any) -> HarmScale:
    """One file's content as a scale. Raises `CrosswalkError`."""
    try:
        levels = {str(one["code"]): HarmLevel(one["harm"]) for one in said["codes"]}
        written = [(plain_code(str(word)), str(one["code"])) for one in said["codes"] for word in _spellings(one)]
        scale = HarmScale(
            name,
            str(said["title"]),
            int(said["version"]),
            str(said["provenance"]),
            bool(said["verified"]),
            str(said["direction"]),
            MappingProxyType(levels),
            MappingProxyType(dict(written)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CrosswalkError(f"{name}: {type(error).__name__} in {error}") from None
    if len(scale.levels) != len(said["codes"]) or len(scale.spellings) != len(written):
        raise CrosswalkError(f"{name}: a code stands twice")
    _refuse_contradictions(scale)
    return scale


def _spellings(said: Mapping[str, Any]) -> tuple[Any, ...]:
    return (said["code"], *said.get("also", ()))


def _refuse_contradictions(scale: HarmScale) -> None:
    if scale.direction not in (LOWER, HIGHER, WORDS):
        raise CrosswalkError(f"{scale.name}: direction must be {LOWER}, {HIGHER} or {WORDS}")
    ranks = [RANK[level] for level in scale.levels.values() if level in RANK]
    if ranks != sorted(ranks):
        raise CrosswalkError(f"{scale.name}: codes must stand from the least to the worst")
    codes = list(scale.levels)
    ordered = sorted(codes, reverse=scale.direction == LOWER)
    if scale.direction != WORDS and codes != ordered:
        raise CrosswalkError(f"{scale.name}: the codes do not run as direction says")
    if scale.direction == WORDS and any(code.isdigit() for code in codes):
        raise CrosswalkError(f"{scale.name}: numbers need a direction")
