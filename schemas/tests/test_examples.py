"""Every type has an example, every example is true, and none of them is an orphan."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from aftercare.schemas.base import Message
from aftercare.schemas.documents import all_schemas, message_name, message_schema, models, schema_path
from aftercare.schemas.registry import UnreadableMessageError, decode

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").rglob("*.json"))
OPAQUE_KEY = re.compile(r"(?:inc|rca|que|per|obl|cas|req|msg)_[0-9a-f]{32}|v1\.[a-z0-9-]{1,16}\.[A-Za-z0-9_-]{43}")


def folder_of(model: type[Message]) -> Path:
    return ROOT / "examples" / model.topic.value.removeprefix("aftercare.") / message_name(model.type)


MODEL_OF_FOLDER = {folder_of(model): model for model in models()}


def read(model: type[Message], file: Path) -> Message:
    data = file.read_bytes()
    key = json.loads(data)["person"] if model.tombstone else None
    message = decode(model.type, None if model.tombstone else data, key=key)
    assert isinstance(message, model)
    return message


@pytest.mark.parametrize("model", models(), ids=lambda model: model.type)
def test_every_type_has_an_example_and_a_schema(model: type[Message]) -> None:
    assert list(folder_of(model).glob("*.json"))
    assert (ROOT / "json" / schema_path(model)).is_file()


def test_no_example_and_no_schema_is_an_orphan() -> None:
    assert {file.parent for file in EXAMPLES} == set(MODEL_OF_FOLDER)
    on_disk = {str(file.relative_to(ROOT / "json")) for file in (ROOT / "json").rglob("*") if file.is_file()}
    assert on_disk == set(all_schemas())


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(ROOT / "examples")))
def test_an_example_is_read_and_validated_and_comes_back_as_it_was(file: Path) -> None:
    model = MODEL_OF_FOLDER[file.parent]
    example = json.loads(file.read_text())
    message = read(model, file)
    schema = json.loads((ROOT / "json" / schema_path(model)).read_text())
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    checker.validate(example)
    written = json.loads(message.model_dump_json(exclude_none=True))
    checker.validate(written)
    assert {name: written[name] for name in example} == example, "an example names a field that the model ignores"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(ROOT / "examples")))
def test_the_key_of_a_message_is_an_opaque_reference(file: Path) -> None:
    assert OPAQUE_KEY.fullmatch(read(MODEL_OF_FOLDER[file.parent], file).key())


@pytest.mark.parametrize("model", models(), ids=lambda model: model.type)
def test_a_schema_is_a_valid_schema_and_refuses_an_empty_message(model: type[Message]) -> None:
    schema = message_schema(model)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == model.dataschema()
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate({})
    if not model.tombstone:
        with pytest.raises(UnreadableMessageError):
            decode(model.type, b"{}")


@pytest.mark.parametrize("file", EXAMPLES[:1], ids=["any"])
def test_a_wrong_example_is_seen_by_both_validators(file: Path) -> None:
    model = MODEL_OF_FOLDER[file.parent]
    example = json.loads(file.read_text()) | {"person": "Anna Berger"}
    with pytest.raises(ValidationError):
        Draft202012Validator(message_schema(model)).validate(example)
    with pytest.raises(UnreadableMessageError, match="person"):
        decode(model.type, json.dumps(example).encode())
