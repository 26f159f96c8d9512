"""No message can carry a name or a sentence: every string of every model is looked at, and the looking is tested."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, StringConstraints

from aftercare.schemas.base import Message, PersonToken, Shape
from aftercare.schemas.documents import models
from aftercare.schemas.free_text import PROBES, SAFE_PATTERNS, free_text_fields


@pytest.mark.parametrize("model", models(), ids=lambda model: model.type)
def test_no_field_of_a_message_takes_free_text(model: type[Message]) -> None:
    assert free_text_fields(model) == []


class _Colour(StrEnum):
    RED = "red"


class _Inner(BaseModel):
    comment: str


class _Harmless(BaseModel):
    person: PersonToken
    colour: _Colour | None = None
    colours: tuple[_Colour, ...] = ()
    since: datetime
    count: int
    sure: bool = True


def test_enums_references_instants_and_numbers_are_fine() -> None:
    assert free_text_fields(_Harmless) == []


@pytest.mark.parametrize(
    ("annotation", "finding"),
    [
        (str, "free text"),
        (str | None, "free text"),
        (tuple[str, ...], "free text"),
        (list[_Inner], "free text"),
        (dict[str, int], "its keys are free text"),
        (dict[str, Any], "its keys are free text"),
        (Any, "anything at all fits"),
        (object, "anything at all fits"),
        (tuple[Any, ...], "anything at all fits"),
        (Annotated[str, StringConstraints(max_length=20)], "free text"),
        (Annotated[str, StringConstraints(pattern=r"^.{1,20}$")], "not on the list"),
        (Annotated[str, StringConstraints(pattern=r"^[A-Z][a-z]+$")], "not on the list"),
        (Annotated[str, StringConstraints(pattern=r"[a-z]{3}_[0-9a-f]{32}")], "not on the list"),
    ],
    ids=str,
)
def test_a_field_that_could_name_somebody_is_found(annotation: Any, finding: str) -> None:
    model = type("Bad", (Shape,), {"__annotations__": {"field": annotation}, "__module__": __name__})
    found = free_text_fields(model)
    assert found
    assert all("field" in path and finding in path for path in found)


def test_a_bad_field_deep_inside_is_found_with_its_path() -> None:
    class Outer(BaseModel):
        inner: tuple[_Inner, ...]

    assert free_text_fields(Outer) == ["Outer.inner[].comment: free text"]


def test_a_pattern_on_the_list_that_lets_a_name_through_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    loose = r"^[A-Za-z ]{1,40}$"
    monkeypatch.setattr("aftercare.schemas.free_text.SAFE_PATTERNS", {**SAFE_PATTERNS, loose: "an accident"})

    class Bad(BaseModel):
        name: Annotated[str, StringConstraints(pattern=loose)]

    assert "lets a person be named" in free_text_fields(Bad)[0]
    assert PROBES
