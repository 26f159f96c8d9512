"""The settings of the one-node broker (`stream-runtime.md` N1)."""

from dataclasses import dataclass
from pathlib import Path

from aftercare_local.kafka_access import KafkaAccess
from aftercare_local.ports import HOST

ADMIN = "admin"
BROKER = "broker"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"

_FIXED = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "BROKER",
    "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,BROKER:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "listener.name.clients.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "listener.name.clients.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
    "listener.name.broker.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": f"User:{ADMIN};User:{BROKER}",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "controlled.shutdown.enable": "true",
    "broker.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "200",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "log.segment.bytes": "16777216",
    "message.max.bytes": "8454144",
    "replica.fetch.max.bytes": "8454144",
}


@dataclass(frozen=True)
class BrokerConfig:
    """Where the broker listens and keeps its data, and the passwords drawn for this run."""

    data: Path
    clients: int
    brokers: int
    controller: int
    admin_password: str
    broker_password: str
    bind: str = HOST
    """Where clients are listened to: all addresses inside a container, else the loopback alone."""

    def admin_access(self) -> KafkaAccess:
        """How the administrator gets in."""
        return KafkaAccess(f"{HOST}:{self.clients}", "SASL_PLAINTEXT", "PLAIN", ADMIN, self.admin_password)

    def text(self) -> str:
        """The contents of `server.properties`. The administrator and the broker itself log in by PLAIN, all others
        by SCRAM: their passwords are created through the administrator and live in the metadata."""
        own = f'{_PLAIN} required username="{BROKER}" password="{self.broker_password}"'
        changing = {
            "log.dirs": str(self.data),
            "listeners": (
                f"CLIENTS://{self.bind}:{self.clients},BROKER://{HOST}:{self.brokers},"
                f"CONTROLLER://{HOST}:{self.controller}"
            ),
            "advertised.listeners": f"CLIENTS://{HOST}:{self.clients},BROKER://{HOST}:{self.brokers}",
            "controller.quorum.voters": f"1@{HOST}:{self.controller}",
            "listener.name.clients.plain.sasl.jaas.config": f'{_PLAIN} required user_{ADMIN}="{self.admin_password}";',
            "listener.name.broker.plain.sasl.jaas.config": f'{own} user_{BROKER}="{self.broker_password}";',
            "listener.name.controller.plain.sasl.jaas.config": f'{own} user_{BROKER}="{self.broker_password}";',
        }
        return "".join(f"{name}={value}\n" for name, value in (_FIXED | changing).items())


LOG4J = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
