"""The mapping file as a whole: read, checked, and turned into what the domain maps by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from aftercare.intake.adapters.mapping.messages import AnyTold
from aftercare.intake.adapters.mapping.page import Page, UnreadablePageError, read_page
from aftercare.intake.adapters.mapping.problems import MappingError, line, told
from aftercare.intake.adapters.mapping.specs import Expr, Pattern, Strict, Zone, expression
from aftercare.intake.domain.mapping import plan
from aftercare.intake.domain.mapping.expressions import parse
from aftercare.intake.domain.mapping.placeholders import plain_words

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class MappingFile(Strict):
    """How records of an in-house system are told in our words. See docs/mapping.md."""

    mapping: Name = Field(description="Its name: lower case, digits and dashes")
    version: int = Field(ge=1, le=999_999, description="Raise it with each change: every record says which one it met")
    input: plan.Input = Field(plan.Input.JSON, description="What the bodies are written in")
    zone: Zone | None = None
    formats: list[Pattern] = Field([], description="How moments are written, tried in order, before ISO 8601")
    nulls: list[str] = Field(["", "N/A", "-", "NULL"], description="Texts that mean nothing, in any field")
    nobody: list[str] = Field([], description="Texts that stand for a person and name nobody, beside those we know")
    recognise: list[Expr] = Field([], description="All of these must hold of a body, or the mapping leaves it alone")
    records: Expr | None = Field(None, description="Finds the records in a body; without it, the items of a list")
    group: Expr | None = Field(None, description="Records of a body for which this gives the same are told as one")
    ignore: list[Expr] = Field([], description="Records for which one of these holds are no incidents")
    messages: list[AnyTold] = Field(min_length=1, description="What each record is told as; all whose `when` holds")

    def plan(self) -> plan.SourceMapping:
        """The same for the domain."""
        zones = (self.zone, self.formats)
        return plan.SourceMapping(
            name=self.mapping,
            version=self.version,
            input=self.input,
            messages=tuple(message.message(zones) for message in self.messages),
            recognise=tuple(map(parse, self.recognise)),
            records=expression(self.records),
            group=expression(self.group),
            ignore=tuple(map(parse, self.ignore)),
            nulls=frozenset("".join(words.split()).casefold() for words in self.nulls),
            nobody=frozenset(map(plain_words, self.nobody)),
        )


def read_mapping(file: str, text: str) -> plan.SourceMapping:
    """The mapping in a file's text. Raises `MappingError` with all problems at once, each with its place."""
    try:
        page = read_page(text)
    except UnreadablePageError as error:
        raise MappingError(line(file, error.place, str(error))) from None
    try:
        checked = MappingFile.model_validate(page.content if page.content is not None else {})
    except ValidationError as error:
        raise MappingError(told(file, page, error)) from None
    if page.problems:
        raise MappingError(told(file, page, None))
    return checked.plan()


def load_mapping(path: Path) -> plan.SourceMapping:
    """The mapping in a file. Raises `MappingError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror or 'it can not be read'}") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path}: the file is not UTF-8; save it as UTF-8") from None
    return read_mapping(str(path), text)


@dataclass(frozen=True, slots=True)
class Lines:
    file: str
    page: Page = field(repr=False)

    def of(self, name: str, words: str) -> str:
        """`FILE:LINE` of the expression; of the file's beginning where it can't be told."""
        places = [(path, place) for path, place in self.page.places.items() if self.page.at(path) == words]
        named = [place for path, place in places if _field(path).startswith(name)]
        place = next(iter([*named, *(place for _, place in places)]), None)
        return f"{self.file}:{place.line if place is not None else 1}"

    def of_field(self, name: str) -> str:
        """`FILE:LINE` of the first field of this name in any message."""
        named = [place for path, place in self.page.places.items() if _field(path) == name]
        return f"{self.file}:{named[0].line if named else 1}"

    def of_message(self, number: int, name: str) -> str:
        """`FILE:LINE` of a field of a message, by the message's place from 0."""
        return f"{self.file}:{self.page.place(('messages', number, name)).line}"


def lines_of(files: Iterable[Path]) -> Mapping[str, Lines]:
    """For each of these mapping files, by the name of the mapping: where an expression of a field stands in it."""
    found: dict[str, Lines] = {}
    for file in files:
        page = read_page(file.read_text(encoding="utf-8-sig"))
        if isinstance(page.content, dict) and isinstance(page.content.get("mapping"), str):
            found[page.content["mapping"]] = Lines(str(file), page)
    return found


def _field(path: tuple[str | int, ...]) -> str:
    """A path in the file as fields are named elsewhere: `messages.0.staff.each` is `staff.each`."""
    return ".".join(step for step in path if isinstance(step, str) and step != "messages")


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file, for editors."""
    schema = MappingFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Aftercare mapping file"}
