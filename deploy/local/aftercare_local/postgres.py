"""A real PostgreSQL server for demo and tests: loopback TCP only, scram passwords, gone when the stack is gone."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from aftercare_local import containers, ports
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.containers import ContainerPostgres
from aftercare_local.databases import (
    DATABASES,
    OWN_PREFIX,
    Server,
    close_to_everyone,
    create_databases,
    drop_database,
    run_sql,
)
from aftercare_local.failures import PartFailedError
from aftercare_local.postgres_binaries import installation_for, open_to_others, server_user
from aftercare_local.watchdog import Watchdog

ADMIN = "aftercare_admin"
_SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "log_statement": "none",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One server with a database and a role per service.

    `durable=False` leaves out the waits for the disk. It still survives a kill of its processes, not of the machine.
    """

    def __init__(self, folder: Path, watchdog: Watchdog, *, durable: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._user = server_user()
        self._installation = installation_for(self._user)
        self._watchdog = watchdog
        self._log = folder / "logs" / "postgres.log"
        self.outside = self._user is not None and not open_to_others(folder)
        self.home = Path(tempfile.mkdtemp(prefix="aftercare-postgres-")) if self.outside else folder / "postgres"
        self._settings = _SETTINGS if durable else _SETTINGS | _NOT_DURABLE
        self._child: Child | None = None
        self.server = Server(ports.HOST, ports.port_for("postgres"), ADMIN, secrets.token_urlsafe(24))
        self.urls: dict[str, str] = {}
        """The URL of each database with its own role, by name."""

    def start(self) -> None:
        """Start; the first time also create the cluster, the databases and the roles."""
        fresh = not self._data.exists()
        if fresh:
            self._create_cluster()
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        self._child = Child(
            Command(
                name="postgres",
                argv=[str(self._bin("postgres")), "-D", str(self._data), "-p", str(self.server.port), *settings],
                log=self._log,
                env=bare_environment(LC_ALL="C"),
                user=self._user,
                cwd=self.home,
            ),
            self._watchdog,
        )
        self._child.wait_until(self._ready, within=60)
        if fresh:
            close_to_everyone(self.server)
            self.urls = create_databases(self.server)

    def stop(self) -> None:
        """End it in order, ending its clients' connections."""
        if self._child is not None:
            self._child.stop(signal.SIGINT)

    def close(self) -> None:
        """Stop it, and remove what lies outside the run's folder."""
        self.stop()
        if self.outside:
            shutil.rmtree(self.home, ignore_errors=True)

    @property
    def child(self) -> Child:
        if self._child is None:
            raise PartFailedError("PostgreSQL has not been started.")
        return self._child

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _bin(self, name: str) -> Path:
        return self._installation / "bin" / name

    def _ready(self) -> bool:
        if not ports.answers(self.server.port):
            return False
        asked = subprocess.run(
            [str(self._bin("pg_isready")), "-q", "-h", self.server.host, "-p", str(self.server.port)], check=False
        )
        return asked.returncode == 0

    def _create_cluster(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            os.chown(self.home, self._user, self._user)
        self.home.chmod(0o700)
        password = self.home / "password"
        password.touch(mode=0o600)
        password.write_text(self.server.password)
        if self._user is not None:
            os.chown(password, self._user, self._user)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._initdb(password)
        finally:
            password.unlink()

    def _initdb(self, password: Path) -> None:
        done = subprocess.run(
            [
                *(str(self._bin("initdb")), "-D", str(self._data), "-U", self.server.user, f"--pwfile={password}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ],
            env=bare_environment(LC_ALL="C"),
            cwd=self.home,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(self._data, ignore_errors=True)
            raise PartFailedError(f"PostgreSQL could not create its data folder {self._data}: {done.stderr.strip()}")


class ExternalPostgres:
    """A server that `AFTERCARE_POSTGRES_ADMIN_URL` names. Only databases and roles of ours are made and removed."""

    def __init__(self, admin_url: str) -> None:
        self.server = Server.from_url(admin_url)
        self.urls: dict[str, str] = {}

    def start(self) -> None:
        self.urls = create_databases(self.server, prefix=OWN_PREFIX)

    def stop(self) -> None:
        """Nothing: the server is not ours."""

    def close(self) -> None:
        for name in DATABASES:
            drop_database(self.server, OWN_PREFIX + name)


Postgres = EmbeddedPostgres | ExternalPostgres | ContainerPostgres


def postgres_for(folder: Path, watchdog: Watchdog, *, durable: bool = False) -> Postgres:
    """The server that the environment names, else one in a container where it asks for that, else an embedded one."""
    admin_url = os.environ.get("AFTERCARE_POSTGRES_ADMIN_URL")
    if admin_url:
        return ExternalPostgres(admin_url)
    return ContainerPostgres() if containers.asked_for() else EmbeddedPostgres(folder, watchdog, durable=durable)


__all__ = ["EmbeddedPostgres", "ExternalPostgres", "Postgres", "postgres_for", "run_sql"]
