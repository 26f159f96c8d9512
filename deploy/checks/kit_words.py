"""The kit knows messages, not medicine: no word of the field in its names, or it slowly becomes everybody's drawer.

Texts for people (docstrings, help) may give an example. Coordinator is a word of both fields: a Kafka group has one.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from checks.source import Finding, Source

RULE: Final = "kit-words"
_STEMS: Final = (
    "adverse",
    "clinician",
    "diagnosis",
    "disclosure",
    "doctor",
    "harm",
    "hospital",
    "incident",
    "involvement",
    "medication",
    "nurse",
    "obligation",
    "offer",
    "patient",
    "rca",
    "roster",
    "supporter",
    "ward",
    "wish",
)
_FIELD: Final = frozenset(form for stem in _STEMS for form in (stem, f"{stem}s", f"{stem}es"))


def find(source: Source) -> Iterator[Finding]:
    """Names and slugs in the kit that belong to the field."""
    if source.package != "kit":
        return
    for word in _FIELD & _words(source.path.stem):
        yield Finding(source.path, 1, RULE, f"`{word}` is a word of the field; the kit knows messages only")
    for node in ast.walk(source.tree):
        for word in sorted(_FIELD & _words(_name(node))):
            yield source.finding(node, RULE, f"`{word}` is a word of the field; the kit knows messages only")


def _name(node: ast.AST) -> str:
    """The name that a node gives or uses, or a text without spaces: a slug, a column, a path."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
            return name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Constant(value=str() as text) if not re.search(r"\s", text):
            return text
        case _:
            return ""


def _words(name: str) -> set[str]:
    """`{"offer", "made"}` of `OfferMade`, `offer_made` and `offer-made`."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name)}
