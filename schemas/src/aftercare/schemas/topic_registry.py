"""The registry of topics: one YAML file each, and all that follows from it (who may read, who may write).

Brokers are set up from here and nowhere else, so a right that is not written in `schemas/topics` does not exist.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from aftercare.schemas.locations import contract_folder
from aftercare.schemas.topics import Topic

OPERATOR = "operator"
"""The user that replays dead letters: reads every dead-letter topic, writes every topic."""

Principal = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,31}$")]
Sentence = Annotated[str, StringConstraints(min_length=20, max_length=500)]


class Side(StrEnum):
    """What happened, who was helped, and who is who never share a reader (`architecture.md` 2)."""

    SOURCE = "source"
    EVENT = "event"
    IDENTITY = "identity"
    SUPPORT = "support"


class DataClass(StrEnum):
    """What the worst record of a topic can hold."""

    RAW_RECORD = "raw-record"
    """A source's record as it is: names, patients, free text."""
    PATIENT_PSEUDONYM = "patient-pseudonym"
    STAFF_PSEUDONYM = "staff-pseudonym"
    SEALED_IDENTIFIER = "sealed-identifier"
    """A token and a ciphertext that only `directory` opens."""
    SUPPORT_STATE = "support-state"
    """States and references of cases; no person."""
    SUPPORT_PERSON = "support-person"
    """That a person, by token, was offered support: the most sensitive thing there is here."""


class Cleanup(StrEnum):
    DELETE = "delete"
    COMPACT = "compact"


class Operation(StrEnum):
    READ = "read"
    WRITE = "write"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeadLetterSpec(_Strict):
    topic: str
    retention_days: Annotated[int, Field(ge=1, le=14)]
    content: Sentence = "the original bytes and key, with reason, origin, handler and attempts as headers"


class TopicSpec(_Strict):
    """One topic, as `schemas/topics/<name>.yaml` states it."""

    topic: Topic
    description: Sentence
    owner: Principal
    side: Side
    data_class: DataClass
    key: Annotated[str, StringConstraints(min_length=10, max_length=160)]
    producers: Annotated[tuple[Principal, ...], Field(min_length=1)]
    consumers: tuple[Principal, ...]
    planned_consumers: tuple[Principal, ...] = ()
    """Services of a later release. They get no right before they exist."""
    partitions: Annotated[int, Field(ge=1, le=64)]
    cleanup: Cleanup
    retention_days: Literal[7, 14, 21] | None = None
    """How long a record lives; absent on a compacted topic."""
    compaction_lag_hours: Annotated[int, Field(ge=1, le=24)] | None = None
    """How long an older record of the same key may outlive the newer one, at most."""
    max_message_bytes: Annotated[int, Field(ge=65_536, le=8_388_608)]
    message_types: tuple[str, ...]
    dead_letter: DeadLetterSpec

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.dead_letter.topic != self.topic.dead_letters:
            raise ValueError(f"the dead-letter topic of {self.topic} must be {self.topic.dead_letters}")
        compacted = self.cleanup is Cleanup.COMPACT
        if compacted != (self.retention_days is None) or compacted != (self.compaction_lag_hours is not None):
            raise ValueError("a compacted topic states compaction_lag_hours, every other one retention_days")
        if self.owner not in self.producers and self.side is not Side.SOURCE:
            raise ValueError("the owner of a topic writes it")
        return self

    @property
    def name(self) -> str:
        """The topic without its prefix: `incident-patient`. Files of this topic are called so."""
        return self.topic.value.removeprefix("aftercare.")

    def broker_config(self) -> dict[str, str]:
        """The topic-level settings of Kafka for this topic."""
        config = {"cleanup.policy": self.cleanup.value, "max.message.bytes": str(self.max_message_bytes)}
        if self.retention_days is not None:
            config["retention.ms"] = str(_days(self.retention_days))
        if self.compaction_lag_hours is not None:
            lag = str(self.compaction_lag_hours * 3_600_000)
            config |= {"max.compaction.lag.ms": lag, "delete.retention.ms": str(_days(7)), "segment.ms": lag}
        return config

    def dead_letter_config(self) -> dict[str, str]:
        """The settings of the dead-letter topic: room for the headers beside the original bytes."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(_days(self.dead_letter.retention_days)),
            "max.message.bytes": str(self.max_message_bytes + 65_536),
        }


class Grant(_Strict):
    """One right: `user` may do `operation` on `topic` (a dead-letter topic counts as one)."""

    user: Principal
    operation: Operation
    topic: str


class GroupGrant(_Strict):
    """`user` may join the consumer group `group`."""

    user: Principal
    group: str


def _days(days: int) -> int:
    return days * 86_400_000


def load_topics(folder: Path | None = None) -> tuple[TopicSpec, ...]:
    """Every topic of the registry, in the order of the file names.

    Raises `pydantic.ValidationError` when a file does not say what it must.
    """
    files = sorted((folder or contract_folder("topics")).glob("*.yaml"))
    return tuple(TopicSpec.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)


def grants(topics: tuple[TopicSpec, ...] | None = None) -> list[Grant]:
    """All rights on topics, without doubles, in a stable order. What is not here is refused by the broker."""
    rights: set[tuple[str, Operation, str]] = set()
    for spec in topics if topics is not None else load_topics():
        topic, dead_letters = spec.topic.value, spec.dead_letter.topic
        rights |= {(user, Operation.WRITE, topic) for user in (*spec.producers, OPERATOR)}
        rights |= {(user, Operation.READ, topic) for user in spec.consumers}
        rights |= {(user, Operation.WRITE, dead_letters) for user in spec.consumers}
        rights.add((OPERATOR, Operation.READ, dead_letters))
    return [Grant(user=user, operation=operation, topic=topic) for user, operation, topic in sorted(rights)]


def group_grants(topics: tuple[TopicSpec, ...] | None = None) -> list[GroupGrant]:
    """The consumer group of every user that reads: `aftercare.<user>`."""
    readers = {grant.user for grant in grants(topics) if grant.operation is Operation.READ}
    return [GroupGrant(user=user, group=f"aftercare.{user}") for user in sorted(readers)]


def users(topics: tuple[TopicSpec, ...] | None = None) -> list[str]:
    """Every user that the broker needs an account for."""
    return sorted({grant.user for grant in grants(topics)})
