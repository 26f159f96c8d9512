"""What every message has: a type, a topic, a key, and values that cannot carry a name.

Every text value is an enum, a reference or a pattern. A free string field is a leak waiting to
happen, so there is none: `tests/test_no_free_text.py` walks all models and fails on one.
"""

import re
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from aftercare.schemas.topics import Topic


def _reference(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_[0-9a-f]{{32}}$")


IncidentRef = Annotated[str, _reference("inc")]
InvolvementRef = Annotated[str, _reference("inv")]
RcaRef = Annotated[str, _reference("rca")]
QuestionRef = Annotated[str, _reference("que")]
ObligationRef = Annotated[str, _reference("obl")]
CaseRef = Annotated[str, _reference("cas")]
AssignmentRef = Annotated[str, _reference("asg")]
TaskRef = Annotated[str, _reference("tsk")]
RequestRef = Annotated[str, _reference("req")]
MessageRef = Annotated[str, _reference("msg")]
AnswerRef = Annotated[str, _reference("ans")]
CardRef = Annotated[str, _reference("crd")]
PatientRef = Annotated[str, _reference("pat")]
RelevantPersonRef = Annotated[str, _reference("pat")]
OccasionRef = Annotated[str, _reference("occ")]
PersonToken = Annotated[str, _reference("per")]

IdentifierToken = Annotated[str, StringConstraints(pattern=r"^v1\.[a-z0-9-]{1,16}\.[A-Za-z0-9_-]{43}$")]
LoginToken = Annotated[str, StringConstraints(pattern=r"^login\.v1\.[A-Za-z0-9_-]{43}$")]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A name from configuration: a source, a site, a unit, a rule. Never taken from a record as it stands."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$")]
"""An IANA time zone name."""

UtcInstant = AwareDatetime
Revision = Annotated[int, Field(ge=1)]


class Shape(BaseModel):
    """A part of a message. Unknown fields are ignored, so producers can move first."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Message(Shape):
    """One message type. Subclasses set `topic` and `type`, and say what the record's key is."""

    topic: ClassVar[Topic]
    type: ClassVar[str]
    tombstone: ClassVar[bool] = False

    def key(self) -> str:
        """The record key: an opaque reference. Order is kept per key."""
        raise NotImplementedError

    def probe_began(self) -> datetime | None:
        """When the way of a synthetic message began; `None` for all that is about somebody."""
        return None

    @classmethod
    def version(cls) -> int:
        """The version in the type's suffix: `…reported.v1` is 1."""
        match = re.search(r"\.v(\d+)$", cls.type)
        if match is None:
            raise ValueError(f"{cls.__name__}.type must end in .v<number>, not {cls.type!r}")
        return int(match.group(1))

    @classmethod
    def dataschema(cls) -> str:
        """The `dataschema` attribute: a URN, since a schema must be findable without a network."""
        return f"urn:{cls.type.replace('.', ':')}"
