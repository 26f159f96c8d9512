"""Real Apache Kafka (KRaft, one node) for demo and tests, with SASL, and with the rights that the registry states."""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from aftercare_local import containers, ports
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.containers import ContainerKafka
from aftercare_local.failures import PartFailedError
from aftercare_local.java import Java, find_java
from aftercare_local.kafka_access import KafkaAccess, create_everything, is_ready
from aftercare_local.kafka_config import LOG4J, BrokerConfig
from aftercare_local.kafka_jars import KAFKA_VERSION, fetch_jars
from aftercare_local.paths import cache_folder
from aftercare_local.watchdog import Watchdog

_JVM = ("-Xmx256m", "-Xms64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")
_TRAINING_SECONDS = 300  # writing the archive takes some seconds, and minutes on a busy machine


class EmbeddedKafka:
    """One broker. Data and offsets survive `stop`, `kill` and `start`."""

    def __init__(self, folder: Path, watchdog: Watchdog, *, archive: Path | None = None) -> None:
        self._watchdog = watchdog
        self._home = folder / "kafka"
        self._log = folder / "logs" / "kafka.log"
        self._java = find_java()
        self._train_into = archive
        self._config = BrokerConfig(
            data=self._home / "data",
            clients=ports.port_for("kafka"),
            brokers=ports.free_port(),
            controller=ports.free_port(),
            admin_password=secrets.token_urlsafe(24),
            broker_password=secrets.token_urlsafe(24),
        )
        self._child: Child | None = None
        self.access = self._config.admin_access()
        self.users: dict[str, KafkaAccess] = {}
        """How each service logs in, by its name; also `source` (the systems before us) and `operator`."""

    def start(self) -> None:
        """Start; the first time also create topics, users and rights."""
        fresh = not self._home.exists()
        if fresh:
            self._lay_out()
        self._child = Child(
            Command(
                name="kafka",
                argv=[*self._jvm(self._java, self._archive_options()), "kafka.Kafka", str(self._properties)],
                log=self._log,
                env=bare_environment(),
                cwd=self._home,
            ),
            self._watchdog,
        )
        self._child.wait_until(lambda: ports.answers(self._config.clients) and is_ready(self.access), within=90)
        if fresh and self._train_into is None:
            self.users = create_everything(self.access)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(signal.SIGTERM, within=30 if self._train_into is None else _TRAINING_SECONDS)

    def close(self) -> None:
        self.stop()

    @property
    def child(self) -> Child:
        if self._child is None:
            raise PartFailedError("Kafka has not been started.")
        return self._child

    @property
    def _properties(self) -> Path:
        return self._home / "server.properties"

    def _lay_out(self) -> None:
        self._home.mkdir(parents=True)
        self._properties.touch(mode=0o600)
        self._properties.write_text(self._config.text())
        (self._home / "log4j2.properties").write_text(LOG4J)
        template = cache_folder() / "kafka" / KAFKA_VERSION / "formatted"
        if template.is_dir():
            shutil.copytree(template, self._config.data)
        else:
            self._format()
            self._keep(template)

    def _format(self) -> None:
        done = subprocess.run(
            [
                *self._jvm(self._java, []),
                *("kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(self._properties)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=bare_environment(),
        )
        if done.returncode != 0:
            shutil.rmtree(self._home)
            raise PartFailedError(f"Kafka could not format its storage: {done.stdout}{done.stderr}")

    def _keep(self, template: Path) -> None:
        fresh = template.with_name(f"formatted-{secrets.token_hex(4)}")
        shutil.copytree(self._config.data, fresh)
        try:
            fresh.rename(template)
        except OSError:  # another run was faster
            shutil.rmtree(fresh)

    def _archive_options(self) -> list[str]:
        if self._train_into is not None:
            return [self._java.archive_option(self._train_into, write=True)]
        archive = archive_file(self._java)
        return [self._java.archive_option(archive, write=False)] if archive.exists() else []

    def _jvm(self, java: Java, options: list[str]) -> list[str]:
        classpath = os.pathsep.join(str(jar) for jar in fetch_jars())
        log4j = f"-Dlog4j2.configurationFile={self._home / 'log4j2.properties'}"
        return [str(java.executable), *_JVM, *options, log4j, "-cp", classpath]


def archive_file(java: Java) -> Path:
    """Where the archive of loaded classes lies; it halves the time to start."""
    return cache_folder() / "kafka" / KAFKA_VERSION / java.archive_name


def archive_is_ready() -> bool:
    """Whether the broker can start fast."""
    return archive_file(find_java()).exists()


def prepare_archive(folder: Path, watchdog: Watchdog) -> Path:
    """Run the broker once and keep its loaded classes. Does nothing when that was done before.

    Raises `PartFailedError` when Java writes none.
    """
    archive = archive_file(find_java())
    if archive.exists():
        return archive
    fresh = archive.with_name(f"{secrets.token_hex(4)}-{archive.name}")
    broker = EmbeddedKafka(folder, watchdog, archive=fresh)
    broker.start()
    broker.stop()
    if not fresh.exists():
        raise PartFailedError(f"Java did not write its archive of classes: read {folder / 'logs' / 'kafka.log'}")
    fresh.replace(archive)
    return archive


def _cluster_id() -> str:
    """Sixteen random bytes; the tool takes an id that starts with `-` for an option."""
    while (drawn := secrets.token_urlsafe(16)).startswith("-"):
        continue
    return drawn


class ExternalKafka:
    """A broker that `AFTERCARE_KAFKA_BOOTSTRAP` names, entered with the administrator's credentials."""

    def __init__(self, bootstrap: str) -> None:
        self.access = KafkaAccess(
            bootstrap=bootstrap,
            protocol=os.environ.get("AFTERCARE_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
            mechanism=os.environ.get("AFTERCARE_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
            username=os.environ.get("AFTERCARE_KAFKA_USERNAME", ""),
            password=os.environ.get("AFTERCARE_KAFKA_PASSWORD", ""),
        )
        self.users: dict[str, KafkaAccess] = {}

    def start(self) -> None:
        self.users = create_everything(self.access)

    def stop(self) -> None:
        """Nothing: the broker is not ours."""

    def close(self) -> None:
        """Nothing: topics stay, as their data may be wanted."""


Kafka = EmbeddedKafka | ExternalKafka | ContainerKafka


def kafka_for(folder: Path, watchdog: Watchdog) -> Kafka:
    """The broker that the environment names, else one in a container where it asks for that, else an embedded one."""
    bootstrap = os.environ.get("AFTERCARE_KAFKA_BOOTSTRAP")
    if bootstrap:
        return ExternalKafka(bootstrap)
    return ContainerKafka(folder) if containers.asked_for() else EmbeddedKafka(folder, watchdog)
