"""A message type as a JSON Schema 2020-12 document, for readers that are not ours."""

from typing import Any, Final

from aftercare.schemas.base import Message
from aftercare.schemas.registry import MESSAGE_TYPES

Document = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PREFIX: Final = "org.aftercare."


def message_name(message_type: str) -> str:
    """`reported.v1` of `org.aftercare.incident.reported.v1`: what files of the type are called."""
    return message_type.removeprefix(_PREFIX).partition(".")[2]


def schema_path(model: type[Message]) -> str:
    """Where the schema of a type lies, below `schemas/json`."""
    topic = model.topic.value.removeprefix("aftercare.")
    return f"{topic}/{message_name(model.type)}.schema.json"


def message_schema(model: type[Message]) -> Document:
    """The schema of one message type. Unknown fields are allowed, so that producers can move first."""
    body = model.model_json_schema(mode="validation")
    head: Document = {
        "$schema": DIALECT,
        "$id": model.dataschema(),
        "x-type": model.type,
        "x-topic": model.topic.value,
        "x-tombstone": model.tombstone,
    }
    return head | body


def all_schemas() -> dict[str, Document]:
    """Every schema by its path below `schemas/json`, in a stable order."""
    return {schema_path(model): message_schema(model) for model in models()}


def models() -> list[type[Message]]:
    """Every message type, ordered by topic and then as the registry lists them."""
    return sorted(MESSAGE_TYPES.values(), key=lambda model: model.topic.value)
