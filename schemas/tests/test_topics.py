"""The registry of topics is complete, and nobody may read what is not theirs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from aftercare.schemas.base import Message
from aftercare.schemas.registry import MESSAGE_TYPES
from aftercare.schemas.topic_registry import (
    OPERATOR,
    Cleanup,
    DataClass,
    Grant,
    Operation,
    Side,
    TopicSpec,
    grants,
    group_grants,
    users,
)
from aftercare.schemas.topics import Topic

EVENT_SIDE = {"intake", "sla-event", "sla-event-auditor"}
OF_SUPPORT = (Topic.SUPPORT_CLOCK, Topic.SUPPORT_CLOCK_AUDIT)
SUPPORT_SIDE = {"support", "outreach", "sla-support", "sla-support-auditor"}


def readers_of(topic: str) -> set[str]:
    return {grant.user for grant in grants() if grant.topic == topic and grant.operation is Operation.READ}


def writers_of(topic: str) -> set[str]:
    return {grant.user for grant in grants() if grant.topic == topic and grant.operation is Operation.WRITE}


def test_every_topic_in_code_has_its_file_and_every_file_its_topic(topics: tuple[TopicSpec, ...]) -> None:
    assert {spec.topic for spec in topics} == set(Topic)
    assert len(topics) == len(Topic)


def test_a_file_is_called_as_its_topic(repository: Path) -> None:
    for file in (repository / "schemas" / "topics").iterdir():
        assert yaml.safe_load(file.read_text())["topic"] == f"aftercare.{file.stem}"


def test_every_message_type_stands_in_the_topic_it_is_sent_to(topics: tuple[TopicSpec, ...]) -> None:
    stated = {name: spec.topic for spec in topics for name in spec.message_types}
    assert stated == {name: model.topic for name, model in MESSAGE_TYPES.items()}
    assert len(stated) == sum(len(spec.message_types) for spec in topics)


@pytest.mark.parametrize("model", MESSAGE_TYPES.values(), ids=lambda model: model.type)
def test_a_type_is_named_aggregate_past_tense_version(model: type[Message]) -> None:
    aggregate = model.topic.value.removeprefix("aftercare.")
    match = re.fullmatch(rf"org\.aftercare\.{re.escape(aggregate)}\.([a-z]+(?:-[a-z]+)*)\.v\d+", model.type)
    assert match, f"{model.type} is not org.aftercare.{aggregate}.<what-happened>.v<number>"
    last = match[1].rpartition("-")[2]
    assert last.endswith("ed") or last in {"found", "given", "held", "met", "undone", "withdrawn"}, (
        f"{model.type} is not past tense"
    )


def test_versions_of_a_type_are_one_to_n() -> None:
    versions: dict[str, list[int]] = {}
    for model in MESSAGE_TYPES.values():
        versions.setdefault(model.type.rpartition(".")[0], []).append(model.version())
    for stem, numbers in versions.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), stem


def test_support_side_and_dead_letters_forget_after_fourteen_days(topics: tuple[TopicSpec, ...]) -> None:
    for spec in topics:
        assert spec.dead_letter.retention_days == 14
        assert spec.side is not Side.SUPPORT or spec.retention_days == 14


def test_raw_records_forget_soonest_and_only_intake_reads_them(topics: tuple[TopicSpec, ...]) -> None:
    raw = [spec for spec in topics if spec.data_class is DataClass.RAW_RECORD]
    assert [spec.topic for spec in raw] == [Topic.SOURCE]
    assert raw[0].retention_days == min(spec.retention_days for spec in topics if spec.retention_days)
    assert readers_of(Topic.SOURCE) == {"intake"}


def test_staff_is_compacted_within_a_day(topics: tuple[TopicSpec, ...]) -> None:
    compacted = [spec for spec in topics if spec.cleanup is Cleanup.COMPACT]
    assert [spec.topic for spec in compacted] == [Topic.STAFF]
    assert compacted[0].broker_config()["max.compaction.lag.ms"] == "86400000"
    assert "retention.ms" not in compacted[0].broker_config()


def test_a_dead_letter_topic_takes_the_original_and_its_headers(topics: tuple[TopicSpec, ...]) -> None:
    for spec in topics:
        room = int(spec.dead_letter_config()["max.message.bytes"]) - int(spec.broker_config()["max.message.bytes"])
        assert room == 65_536


def test_no_service_of_the_event_side_reads_what_support_does() -> None:
    """The wall between *what happened* and *who was helped* (architecture, two sides)."""
    for topic in (Topic.SUPPORT_CASE, Topic.OUTREACH_REQUEST, Topic.OUTREACH, Topic.ANSWER, *OF_SUPPORT):
        assert readers_of(topic) <= SUPPORT_SIDE
        assert writers_of(topic) <= SUPPORT_SIDE | {OPERATOR}


def test_nobody_on_the_support_side_learns_who_was_harmed() -> None:
    assert readers_of(Topic.INCIDENT_PATIENT) == set()
    assert not readers_of(Topic.DISCLOSURE_MILESTONE) & SUPPORT_SIDE
    assert not (readers_of(Topic.SOURCE) | readers_of(Topic.IDENTITY_QUESTION)) & SUPPORT_SIDE


def test_only_support_keeps_the_map_of_staff() -> None:
    assert readers_of(Topic.STAFF) == {"support"}
    assert writers_of(Topic.STAFF) == {"directory", OPERATOR}


def test_only_services_of_today_have_rights_and_an_account() -> None:
    sla = ["sla-event", "sla-event-auditor", "sla-support", "sla-support-auditor"]
    readers = ["directory", "intake", OPERATOR, "outreach", *sla, "support"]
    assert users() == sorted([*readers, "source"])
    assert [grant.user for grant in group_grants()] == readers
    assert all(grant.group == f"aftercare.{grant.user}" for grant in group_grants())


def test_a_consumer_writes_dead_letters_of_what_it_reads_and_of_nothing_else(topics: tuple[TopicSpec, ...]) -> None:
    for spec in topics:
        assert writers_of(spec.dead_letter.topic) == set(spec.consumers)
        assert readers_of(spec.dead_letter.topic) == {OPERATOR}


def test_a_service_cannot_write_the_topic_it_reads_except_by_the_operator(topics: tuple[TopicSpec, ...]) -> None:
    for spec in topics:
        assert not set(spec.producers) & set(spec.consumers)
        assert OPERATOR in writers_of(spec.topic)


def test_rights_follow_from_the_files_alone(topics: tuple[TopicSpec, ...]) -> None:
    one = tuple(spec for spec in topics if spec.topic is Topic.ANSWER)
    assert grants(one) == [
        Grant(user=OPERATOR, operation=Operation.READ, topic="aftercare.answer.dlq"),
        Grant(user=OPERATOR, operation=Operation.WRITE, topic="aftercare.answer"),
        Grant(user="outreach", operation=Operation.WRITE, topic="aftercare.answer"),
        Grant(user="support", operation=Operation.READ, topic="aftercare.answer"),
        Grant(user="support", operation=Operation.WRITE, topic="aftercare.answer.dlq"),
    ]


def test_every_topic_has_a_line_in_codeowners(repository: Path, topics: tuple[TopicSpec, ...]) -> None:
    lines = (repository / "CODEOWNERS").read_text().splitlines()
    owned = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    assert {f"/schemas/topics/{spec.name}.yaml" for spec in topics} <= owned


@pytest.fixture
def good(repository: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((repository / "schemas" / "topics" / "answer.yaml").read_text())
    TopicSpec.model_validate(loaded)
    return loaded


@pytest.mark.parametrize(
    "fault",
    [
        {"owner": None},
        {"retention_days": 15},
        {"retention_days": None},
        {"cleanup": "compact"},
        {"compaction_lag_hours": 24},
        {"dead_letter": {"topic": "aftercare.incident.dlq", "retention_days": 14}},
        {"dead_letter": {"topic": "aftercare.answer.dlq", "retention_days": 90}},
        {"producers": []},
        {"producers": ["support"]},
        {"partitions": 0},
        {"side": "both"},
        {"data_class": "public"},
        {"description": "short"},
        {"aditional": "a misspelt key"},
    ],
    ids=lambda fault: ",".join(f"{key}={value}"[:40] for key, value in fault.items()),
)
def test_a_faulty_topic_file_is_refused(good: dict[str, Any], fault: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TopicSpec.model_validate({**good, **fault})


def test_a_compacted_topic_may_not_lag_more_than_a_day(repository: Path) -> None:
    staff = yaml.safe_load((repository / "schemas" / "topics" / "staff.yaml").read_text())
    with pytest.raises(ValidationError, match="compaction_lag_hours"):
        TopicSpec.model_validate(staff | {"compaction_lag_hours": 25})
