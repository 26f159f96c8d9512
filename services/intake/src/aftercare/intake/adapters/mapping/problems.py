"""What is wrong with a mapping file, in words that say what to do: `FILE:LINE:COLUMN: field: what`."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from aftercare.intake.adapters.mapping.page import Page, Place, Step

_WORDS: Mapping[str, str] = {
    "missing": "is needed here",
    "string_type": "must be a text here",
    "list_type": "must be a list: begin each item with a dash",
    "tuple_type": "must be a list: begin each item with a dash",
    "dict_type": "must have names below it, each with a colon",
    "model_type": "must have fields below it, each with a colon",
    "model_attributes_type": "must have fields below it, each with a colon",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "greater_than_equal": "must be 1 or more",
    "string_pattern_mismatch": "takes lower-case letters, digits and dashes, such as hill-incidents",
    "too_short": "must not be empty",
    "union_tag_not_found": "needs a `type`, such as incident-reported",
}


_BELOW_A_FIELD = frozenset({"value", "always", "codes", "default", "display", "system", "relation", "route", "date"})
_OF_A_MESSAGE = frozenset(
    {"record", "when", "numbers", "site", "unit", "occurred", "discovered", "staff", "staff_count", "reporter"}
    | {"patients", "flags", "narrative_present", "incident", "rca", "interviewee", "milestone", "at", "team"}
)


class MappingError(ValueError):
    """A mapping file can't be used. The text has one line per problem."""


def wrong(problem: str, *inside: Step, column: int | None = None) -> PydanticCustomError:
    """An error that a validator raises. `inside`: steps below the validated value; `column`: within its text."""
    return PydanticCustomError("mapping", "{problem}", {"problem": problem, "inside": list(inside), "column": column})


def unknown_key(name: str, known: list[str]) -> PydanticCustomError:
    """For a field that does not exist."""
    close = get_close_matches(name, known, 1, 0.6)
    hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(known)}"
    if name in _BELOW_A_FIELD:
        hint = "it goes below a field: is it indented far enough?"
    elif name in _OF_A_MESSAGE and "value" in known:
        hint = "it is a field of the message: is it indented too far?"
    return wrong(f"there is no `{name}` here; {hint}", name)


def again(error: ErrorDetails) -> InitErrorDetails:
    """The same error, to be raised once more beside others."""
    context = error.get("ctx", {})
    kind = PydanticCustomError("mapping", "{problem}", context) if error["type"] == "mapping" else error["type"]
    made = InitErrorDetails(type=kind, loc=error["loc"], input=error["input"])
    return made if isinstance(kind, PydanticCustomError) else {**made, "ctx": context}


def told(file: str, page: Page, error: ValidationError | None) -> str:
    """All problems of a file, in order of their places."""
    lines = [(page.place(path), ".".join(map(str, path)), problem) for path, problem in page.problems]
    if error is not None:
        lines.extend(_problem(page, one) for one in error.errors(include_url=False, include_input=False))
    first = {(place, field): (place, field, problem) for place, field, problem in reversed(lines)}
    ordered = sorted(first.values(), key=lambda line: (line[0].line, line[0].column))
    return "\n".join(line(file, place, f"{field}: {problem}") for place, field, problem in ordered)


def line(file: str, place: Place, problem: str) -> str:
    return f"{file}:{place.line}:{place.column}: {problem}"


def _problem(page: Page, error: ErrorDetails) -> tuple[Place, str, str]:
    context = error.get("ctx", {})
    path = [*_written(page, error["loc"], missing=error["type"] == "missing"), *context.get("inside", ())]
    place = page.place(path, context.get("column"))
    return place, ".".join(map(str, path)) or "file", _said(error, context)


def _written(page: Page, location: tuple[Step, ...], *, missing: bool) -> Iterator[Step]:
    """The steps as they stand in the file: pydantic adds the names of types between them."""
    where: tuple[Step, ...] = ()
    for number, step in enumerate(location):
        if (*where, step) in page.places or (missing and number == len(location) - 1):
            where = (*where, step)
            yield step


def _said(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    if error["type"] == "union_tag_invalid":
        return f"there is no type of this name; there are {context.get('expected_tags', '')}".replace("'", "")
    return _WORDS.get(error["type"], error["msg"])
