"""The whole stack in one object: start it, speak to it, hurt it, and leave nothing behind."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from aftercare.kit.clock import FileClock, SystemClock
from aftercare_local import ports
from aftercare_local.child import Child
from aftercare_local.environment import AUDITORS, SERVICES, Surroundings, environment_of
from aftercare_local.failures import StackError
from aftercare_local.kafka import EmbeddedKafka, kafka_for
from aftercare_local.keys import Keys
from aftercare_local.leftovers import close_run, record_run, sweep
from aftercare_local.mail_server import MailServer
from aftercare_local.parts import Part
from aftercare_local.paths import new_run_folder, runs_folder
from aftercare_local.postgres import EmbeddedPostgres, postgres_for
from aftercare_local.prometheus import Prometheus
from aftercare_local.service_process import Run, ServiceProcess, end_migration, start_migration
from aftercare_local.token_issuer import TokenIssuer
from aftercare_local.watchdog import Watchdog

ROLES = ("api", "stream")


@dataclass(frozen=True)
class Options:
    """How a stack is to be. `test_clock` is the instant at which a shared test clock starts to run."""

    purpose: str = "stack"
    durable: bool = False
    test_clock: datetime | None = None
    organisation: str = "demo-organisation"
    auditors: bool = False
    """Whether the clocks' auditors run too."""
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """More `AFTERCARE_*` variables, by service."""


class Stack:
    """Everything around the services, and the services. Use it in a `with`."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        sweep(runs_folder())
        self.folder = new_run_folder(self.options.purpose)
        self._ending = ExitStack()
        self.watchdog = Watchdog()
        self._ending.callback(self.watchdog.close)
        self.keys = Keys()
        self.clock = FileClock(self.folder / "clock.json")
        self.clock.set(self.options.test_clock or SystemClock().now(), running=True)
        self._runs = {run.name: run for run in _runs()}
        self.postgres = postgres_for(self.folder, self.watchdog, durable=self.options.durable)
        self.kafka = kafka_for(self.folder, self.watchdog)
        self.issuer = TokenIssuer(self.folder, self.watchdog)
        self.mail = MailServer(
            self.folder,
            self.watchdog,
            clock=self.clock_setting,
            receipts=f"{self.url('outreach')}/receipts",
            receipt_token=self.keys.receipts,
        )
        self.prometheus = Prometheus(self.folder, self.watchdog)
        """Not started by `start`: only the demo wants it, where the machine has one."""
        self.services: dict[str, ServiceProcess] = {}
        """Processes of services by name, such as `intake-stream`."""
        record_run(self.folder, self.watchdog.stack, self._outside())

    # -- life

    def start(self, services: Iterable[str] = SERVICES) -> None:
        """Start the parts, bring the databases up to date, and start both processes of each service."""
        self.start_parts()
        self.start_services(services)

    def start_parts(self) -> None:
        """Everything that is not a service of ours."""
        with ThreadPoolExecutor(4) as pool:
            for started in [pool.submit(part.start) for part in (self.postgres, self.kafka, self.issuer, self.mail)]:
                started.result()

    def start_services(self, services: Iterable[str] = SERVICES) -> None:
        """Both processes of each service, once its database is up to date."""
        wanted = list(services)
        auditors = [name for name, audited in AUDITORS.items() if self.options.auditors and audited in wanted]
        migrations = {name: start_migration(name, self.env_for(name), self.folder) for name in [*wanted, *auditors]}
        for name, migration in migrations.items():
            end_migration(name, migration, self.folder)
        fresh = [self._service(name) for name in [*(f"{name}-{role}" for name in wanted for role in ROLES), *auditors]]
        for process in fresh:
            process.launch()
        for process in fresh:
            process.wait_ready()

    def close(self) -> None:
        """End everything, services first; data goes, logs and mails stay in `folder`."""
        self.prometheus.close()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda process: process.close(), self.services.values()))
        for part in (self.mail, self.issuer, self.kafka, self.postgres):
            part.close()
        self._ending.close()
        close_run(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # -- speaking to it

    @property
    def clock_setting(self) -> str:
        """What `AFTERCARE_CLOCK` is in this stack."""
        return "system" if self.options.test_clock is None else f"file:{self.folder / 'clock.json'}"

    def url(self, service: str) -> str:
        """Where the service's `api` answers."""
        return self._runs[f"{service}-api"].url

    @property
    def process_urls(self) -> dict[str, str]:
        """Where each process answers (`/healthz`, `/readyz`, `/metrics`), by name."""
        runs = self._runs.items()
        return {name: run.url for name, run in runs if self.options.auditors or name not in AUDITORS}

    def env_for(self, service: str) -> dict[str, str]:
        """The whole environment of a service."""
        around = Surroundings(
            databases=self.postgres.urls,
            brokers=self.kafka.users,
            issuer=self.issuer,
            mail=self.mail,
            keys=self.keys,
            clock=self.clock_setting,
            organisation=self.options.organisation,
            urls={name: self.url(name) for name in SERVICES},
            folder=self.folder,
        )
        return environment_of(service, around) | dict(self.options.settings.get(service, {}))

    def log(self, name: str) -> Path:
        """The log file of a part or process."""
        return self.folder / "logs" / f"{name}.log"

    def troubles(self) -> dict[str, str]:
        """Which processes can't do their work, and why."""
        asked = {name: process.trouble() for name, process in self.services.items()}
        return {name: trouble for name, trouble in asked.items() if trouble is not None}

    # -- hurting it

    def part(self, name: str) -> Part:
        """`postgres`, `kafka`, `mail`, `issuer`, or a process such as `intake-stream`.

        Raises `StackError` for a part that is not ours to touch.
        """
        own: dict[str, Part] = {"mail": self.mail, "issuer": self.issuer, **self.services}
        if isinstance(self.postgres, EmbeddedPostgres):
            own["postgres"] = self.postgres
        if isinstance(self.kafka, EmbeddedKafka):
            own["kafka"] = self.kafka
        if name not in own:
            raise StackError(f"{name} is no part that this stack started; there are {', '.join(sorted(own))}.")
        return own[name]

    def child(self, name: str) -> Child:
        return self.part(name).child

    def kill(self, name: str) -> None:
        """`kill -9`."""
        self.child(name).kill()

    def stop(self, name: str) -> None:
        self.part(name).stop()

    def resume(self, name: str) -> None:
        """Start again what was stopped or killed, and wait until it is ready."""
        self.part(name).start()

    def restart(self, name: str) -> None:
        self.stop(name)
        self.resume(name)

    def _service(self, name: str) -> ServiceProcess:
        if name not in self.services:
            run = self._runs[name]
            env = self.env_for(name if name in AUDITORS else run.service)
            self.services[name] = ServiceProcess(run, env, self.folder, self.watchdog)
        return self.services[name]

    def _outside(self) -> list[str]:
        if isinstance(self.postgres, EmbeddedPostgres) and self.postgres.outside:
            return [str(self.postgres.home)]
        return []


def _runs() -> list[Run]:
    names = [(service, role) for service in SERVICES for role in ROLES]
    names += [(audited, "auditor") for audited in AUDITORS.values()]
    return [Run(service, role, ports.port_for(f"{service}-{role}")) for service, role in names]
