"""The embedded PostgreSQL: one database and one role per service, and nobody in another's."""

import itertools
import os

import asyncpg
import psutil
import pytest
from aftercare_local.databases import DATABASES, OWN_PREFIX, Server, run_sql
from aftercare_local.failures import StackError
from aftercare_local.postgres import EmbeddedPostgres, ExternalPostgres, postgres_for

pytestmark = pytest.mark.real


def entering(url: str, database: str) -> str:
    """The same role at the door of another database."""
    return f"{url.rpartition('/')[0]}/{database}"


async def enter(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("select current_user || ' in ' || current_database()"))
    finally:
        await connection.close()


@pytest.mark.parametrize("name", DATABASES)
async def test_every_service_enters_its_own_database_and_may_create_tables(
    embedded_postgres: EmbeddedPostgres, name: str
) -> None:
    assert await enter(embedded_postgres.urls[name]) == f"{name} in {name}"
    connection = await asyncpg.connect(embedded_postgres.urls[name])
    await connection.execute("create table probe (id int); drop table probe")
    await connection.close()


@pytest.mark.parametrize(("role", "other"), list(itertools.permutations(DATABASES, 2)))
async def test_every_role_is_refused_by_every_other_database(
    embedded_postgres: EmbeddedPostgres, role: str, other: str
) -> None:
    elsewhere = entering(embedded_postgres.urls[role], other)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await enter(elsewhere)


@pytest.mark.parametrize("database", ["postgres", "template1"])
async def test_no_role_enters_the_servers_own_databases(embedded_postgres: EmbeddedPostgres, database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await enter(entering(embedded_postgres.urls["support"], database))


async def test_wrong_password_is_refused_even_on_this_machine(embedded_postgres: EmbeddedPostgres) -> None:
    server = embedded_postgres.server
    for password in ("", "guess"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await enter(Server(server.host, server.port, "support", password).url("support"))


def test_every_password_is_kept_as_scram_and_no_role_may_administer(embedded_postgres: EmbeddedPostgres) -> None:
    names = ", ".join(repr(name) for name in DATABASES)
    columns = "rolname, rolsuper, rolcreatedb, rolcreaterole, left(rolpassword, 13)"
    asked = f"select {columns} from pg_authid where rolname in ({names})"
    said = run_sql(embedded_postgres.server, [f"{asked} order by 1"])
    assert said.splitlines() == [f"{name}|f|f|f|SCRAM-SHA-256" for name in sorted(DATABASES)]


def test_server_runs_without_root_and_shows_no_password(embedded_postgres: EmbeddedPostgres) -> None:
    process = psutil.Process(embedded_postgres.child.pid)
    assert process.uids().real != 0
    assert embedded_postgres.server.password not in " ".join(process.cmdline())
    assert {entry.laddr.ip for entry in process.net_connections() if entry.status == "LISTEN"} == {"127.0.0.1"}


async def test_killed_server_comes_back_with_everything(embedded_postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(embedded_postgres.urls["intake"])
    await connection.execute("create table kept (id int); insert into kept values (7)")
    embedded_postgres.child.kill()
    embedded_postgres.start()
    again = await asyncpg.connect(embedded_postgres.urls["intake"])
    assert await again.fetchval("select id from kept") == 7
    await again.execute("drop table kept")
    await again.close()


async def test_server_named_in_the_environment_is_used_and_left_clean(
    embedded_postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path, watchdog
) -> None:
    monkeypatch.setenv("AFTERCARE_POSTGRES_ADMIN_URL", embedded_postgres.server.url("postgres"))
    for _ in range(2):  # what a killed run left is no obstacle
        other = postgres_for(tmp_path, watchdog)
        assert isinstance(other, ExternalPostgres)
        other.start()
    assert await enter(other.urls["support"]) == f"{OWN_PREFIX}support in {OWN_PREFIX}support"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await enter(entering(other.urls["support"], f"{OWN_PREFIX}intake"))
    assert await enter(embedded_postgres.urls["support"]) == "support in support"
    other.close()
    left = run_sql(embedded_postgres.server, [f"select datname from pg_database where datname like '{OWN_PREFIX}%'"])
    assert left == ""


@pytest.mark.parametrize("url", ["mysql://root@host/x", "postgresql:///postgres", "postgresql://host/postgres"])
def test_admin_url_without_its_parts_is_one_clear_sentence(url: str) -> None:
    with pytest.raises(StackError, match=r"^AFTERCARE_POSTGRES_ADMIN_URL must look like .*\.$"):
        ExternalPostgres(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")
def test_checkout_in_a_private_folder_works_under_root(tmp_path, watchdog) -> None:
    tmp_path.chmod(0o700)
    private = EmbeddedPostgres(tmp_path / "deep", watchdog)
    private.start()
    try:
        assert run_sql(private.server, ["select 1"]) == "1"
        assert private.outside
    finally:
        private.close()
    assert not private.home.exists()
