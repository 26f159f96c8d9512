"""Topics, users and rights on a broker, as `schemas/topics/*.yaml` state them and in no other way."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError, TopicAlreadyExistsError

from aftercare.schemas.topic_registry import Operation, grants, group_grants, load_topics, users
from aftercare_local.failures import StackError


@dataclass(frozen=True)
class KafkaAccess:
    """How one user reaches a broker."""

    bootstrap: str
    protocol: str
    mechanism: str
    username: str
    password: str

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments of kafka-python and aiokafka."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.protocol}
        if self.protocol.startswith("SASL"):
            options |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options

    def environment(self) -> dict[str, str]:
        """The settings of a service."""
        return {
            "AFTERCARE_KAFKA_BOOTSTRAP": self.bootstrap,
            "AFTERCARE_KAFKA_SECURITY_PROTOCOL": self.protocol,
            "AFTERCARE_KAFKA_SASL_MECHANISM": self.mechanism,
            "AFTERCARE_KAFKA_USERNAME": self.username,
            "AFTERCARE_KAFKA_PASSWORD": self.password,
        }


def admin_client(access: KafkaAccess) -> KafkaAdminClient:
    return KafkaAdminClient(**access.client_options(), bootstrap_timeout_ms=5_000)


def is_ready(access: KafkaAccess) -> bool:
    """Whether the broker answers, and can say where a consumer group stands.

    Right after a restart it can't yet, and aiokafka 0.14 takes that error for *nothing was ever committed*.
    """
    try:
        client = admin_client(access)
    except (KafkaError, OSError):
        return False
    try:
        client.list_group_offsets({"aftercare.probe": None})
    except (KafkaError, OSError):
        return False
    else:
        return True
    finally:
        client.close()


def _seen_topics(access: KafkaAccess) -> set[str] | None:
    """The topics that this user may know of, `None` when it isn't let in."""
    try:
        client = admin_client(access)
    except (KafkaError, OSError):
        return None
    try:
        return set(client.list_topics())
    except (KafkaError, OSError):
        return None
    finally:
        client.close()


def create_everything(access: KafkaAccess) -> dict[str, KafkaAccess]:
    """Create topics, users with fresh passwords, and rights; returns how each user logs in.

    What exists stays. Returns when every partition has a leader that clients can see, and every user is let in and
    sees its topics: the broker says *done* a moment before it is.
    """
    client = admin_client(access)
    try:
        _create_topics(client)
        created = _create_users(client, access)
        _create_rights(client)
    finally:
        client.close()
    _wait_for_rights(created)
    return created


def _wait_for_rights(created: dict[str, KafkaAccess], within: float = 30) -> None:
    granted: dict[str, set[str]] = {name: set() for name in created}
    for grant in grants():
        granted[grant.user].add(grant.topic)
    end = time.monotonic() + within
    for name, access in created.items():
        while not granted[name] <= (_seen_topics(access) or set()):
            if time.monotonic() > end:
                raise StackError(f"Kafka doesn't let the user {name} in, or not to all its topics.")
            time.sleep(0.05)


def _create_topics(client: KafkaAdminClient) -> None:
    wanted: dict[str, dict[str, Any]] = {}
    for spec in load_topics():
        wanted[spec.topic.value] = {"num_partitions": spec.partitions, "configs": spec.broker_config()}
        wanted[spec.dead_letter.topic] = {"num_partitions": 1, "configs": spec.dead_letter_config()}
    there = set(client.list_topics())
    missing = {name: options for name, options in wanted.items() if name not in there}
    if missing:
        try:
            client.create_topics(missing, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            client.wait_for_topics(list(missing))


def _create_users(client: KafkaAdminClient, access: KafkaAccess) -> dict[str, KafkaAccess]:
    created = {
        name: KafkaAccess(access.bootstrap, access.protocol, "SCRAM-SHA-512", name, secrets.token_urlsafe(24))
        for name in users()
    }
    outcome = client.alter_user_scram_credentials(
        [
            UserScramCredentialUpsertion(user.username, ScramMechanism.SCRAM_SHA_512, user.password)
            for user in created.values()
        ]
    )
    refused = {name: error for name, error in outcome.items() if error}
    if refused:
        raise StackError(
            f"Kafka refused to create users ({refused}): give AFTERCARE_KAFKA_USERNAME of an administrator."
        )
    return created


def _create_rights(client: KafkaAdminClient) -> None:
    operations = {Operation.READ: ACLOperation.READ, Operation.WRITE: ACLOperation.WRITE}
    rights = [_allow(grant.user, operations[grant.operation], ResourceType.TOPIC, grant.topic) for grant in grants()]
    rights += [_allow(grant.user, ACLOperation.READ, ResourceType.GROUP, grant.group) for grant in group_grants()]
    outcome = client.create_acls(rights)
    if outcome["failed"]:
        raise StackError(f"Kafka refused {len(outcome['failed'])} rights: is an authorizer switched on there?")


def _allow(user: str, operation: ACLOperation, kind: ResourceType, name: str) -> ACL:
    return ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, ResourcePattern(kind, name))
