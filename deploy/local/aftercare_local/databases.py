"""Databases and roles: one of each per service, every role refused by every other database.

Works on the embedded server and on any other that `AFTERCARE_POSTGRES_ADMIN_URL` names. Speaks through `psql`,
so it is the same with and without a running event loop.
"""

import os
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from aftercare_local.failures import StackError
from aftercare_local.postgres_binaries import binary

DATABASES = (
    "intake",
    "directory",
    "directory_keys",
    "support",
    "outreach",
    "sla_event",
    "sla_support",
    "sla_event_auditor",
    "sla_support_auditor",
)
OWN_PREFIX = "aftercare_local_"
"""On a server that is not ours every name starts so: nobody's real `support` is ever dropped."""


@dataclass(frozen=True)
class Server:
    """Where a server answers, and as whom."""

    host: str
    port: int
    user: str
    password: str

    def url(self, database: str) -> str:
        return (
            f"postgresql://{quote(self.user, safe='')}:{quote(self.password, safe='')}"
            f"@{self.host}:{self.port}/{quote(database, safe='')}"
        )

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """Read `postgresql://user:password@host:port/…`; raises `StackError` when a part is missing."""
        parts = urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.username:
            raise StackError(
                "AFTERCARE_POSTGRES_ADMIN_URL must look like postgresql://admin:password@host:5432/postgres."
            )
        return cls(parts.hostname, parts.port or 5432, unquote(parts.username), unquote(parts.password or ""))


def run_sql(server: Server, statements: Sequence[str], database: str = "postgres") -> str:
    """Run statements one after the other and return what they print; raises `StackError` on the first that fails.

    Statements go in by the standard input: passwords in them are in no process list.
    """
    done = subprocess.run(
        [
            str(binary("psql")),
            *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"),
            *("--host", server.host, "--port", str(server.port), "--username", server.user, "--dbname", database),
        ],
        input=";\n".join(statements) + ";\n",
        env={
            **os.environ,
            "PGPASSWORD": server.password,
            "PGCONNECT_TIMEOUT": "10",
            "PGOPTIONS": "-c client_min_messages=warning",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"PostgreSQL on {server.host}:{server.port} refused: {done.stderr.strip()}")
    return done.stdout.strip()


def database_of(service: str) -> str:
    """The name of a service's database: a word, without the need for quotes."""
    return service.replace("-", "_")


def create_databases(server: Server, *, prefix: str = "") -> dict[str, str]:
    """Create each database afresh with its own role; returns the URL of each by its plain name.

    What an earlier run left under the same names is dropped first.
    """
    urls = {}
    for name in DATABASES:
        owner = Server(server.host, server.port, prefix + name, secrets.token_urlsafe(24))
        drop_database(server, owner.user)
        run_sql(server, _creation(owner.user, owner.password))
        urls[name] = owner.url(owner.user)
    return urls


def _creation(name: str, password: str) -> list[str]:
    return [
        "SET password_encryption = 'scram-sha-256'",
        f"CREATE ROLE {name} LOGIN PASSWORD '{password}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT",
        f"GRANT {name} TO CURRENT_USER",
        f"CREATE DATABASE {name} OWNER {name}",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
    ]


def drop_database(server: Server, name: str) -> None:
    """Remove a database and its role, where they exist."""
    run_sql(server, [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {name}"])


def close_to_everyone(server: Server) -> None:
    """On a server of our own nobody but the administrator may enter its other databases either."""
    run_sql(server, [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC" for name in ("postgres", "template1")])
