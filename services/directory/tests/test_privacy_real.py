"""Nobody is found where they must not be: both databases, the log, what goes out, in every disguise."""

import base64
import bz2
import gzip
import io
import json
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.adapters.roster_folder import RosterFolder
from aftercare.directory.service_layer import identity, people, search
from aftercare.directory.service_layer.background import FolderWatch
from aftercare.directory.service_layer.contacts import Purpose, resolve
from aftercare.directory.service_layer.roster_import import Options
from aftercare.kit.telemetry.opaque import assert_log_is_opaque

pytestmark = pytest.mark.real
World = Any

SEEDS = (
    "Wilhelmina", "Featherstonehaugh", "wilhelmina.f@hospital.example", "+447700900321", "7700900321", "EMP-778899",
    "LIC-554433", "Cholmondeley", "b.cholmondeley@hospital.example", "EMP-665544", "whilhelmina-login",
    "UNKNOWN-998877",
)  # fmt: skip
ROSTER = (
    "employee_number,given_name,family_name,email,mobile,role,site,manager,identifiers,login_issuer,login_subject,status\n"
    "EMP-778899,Wilhelmina,Featherstonehaugh,wilhelmina.f@hospital.example,+447700900321,Featherstonehaugh nurse,north,"
    "EMP-665544,inc|LIC-554433,https://login.example,whilhelmina-login,active\n"
    "EMP-665544,Bo,Cholmondeley,b.cholmondeley@hospital.example,,Nurse,Featherstonehaugh Hall,,inc|LIC-1,,,active\n"
    "EMP-665544x,Wilhelmina,Cholmondeley,not-Wilhelmina-an-address,Wilhelmina,Nurse,north,EMP-000,,,,Cholmondeley\n"
)


def disguises(seed: str) -> Iterator[bytes]:
    """How a value can stand in bytes without being seen at a glance."""
    for text in {seed, seed.lower(), seed.upper()}:
        raw = text.encode()
        yield raw
        yield raw.hex().encode()
        yield text.encode("utf-16-le")
        yield raw[::-1]
        for shift in range(3):  # base64 in the middle of something longer: the sure part of each alignment
            encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
            sure = encoded[(0, 2, 3)[shift] : len(encoded) - 2]
            yield sure
            yield sure.replace(b"+", b"-").replace(b"/", b"_")


NEEDLES = {needle: seed for seed in SEEDS for needle in disguises(seed) if len(needle) >= 6}


def found_in(haystack: bytes) -> set[str]:
    """Seeds that stand in some bytes, as they are or inflated."""
    views = [haystack]
    for inflate in (gzip.decompress, zlib.decompress, bz2.decompress):
        try:
            views.append(inflate(haystack))
        except Exception:  # noqa: BLE001 - not compressed this way
            continue
    return {seed for needle, seed in NEEDLES.items() for view in views if needle in view}


async def dump(url: str) -> list[tuple[str, bytes]]:
    """Every row of every table, columns as bytes."""
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        rows: list[tuple[str, bytes]] = []
        for name in (row["tablename"] for row in names):
            for row in await connection.fetch(f'select * from "{name}"'):
                for column, value in row.items():
                    data = value if isinstance(value, bytes) else str(value).encode()
                    rows.append((f"{name}.{column}", data))
        return rows
    finally:
        await connection.close()


async def everything_happens(world: World, ask: Any, folder: Path) -> None:
    """All that the directory does with people, once."""
    await world.roster(ROSTER)
    directory = world.directory
    (folder / "roster.csv").write_text(ROSTER.replace("EMP-665544x", "EMP-665544"))
    watch = FolderWatch(RosterFolder(folder), directory.roster, 1.0, None)
    await watch.step()
    await watch.step()
    await directory.roster.run(RosterFile(io.BytesIO(ROSTER.encode())), Options(full=True), _quietly)
    one = await world.token_of("EMP-778899")
    async with directory.unit_of_work() as tx:
        await identity.on_asked(
            tx, directory.seals, [ask("UNKNOWN-998877"), ask("Wilhelmina Featherstonehaugh", kind="display-name")]
        )
    tasks = await world.rows("select reference from identity_task order by reference")
    async with directory.unit_of_work() as tx:
        _, opened = await identity.claim(tx, directory.seals, tasks[0].reference, coordinator="login.v1.x")
        await people.link(tx, directory.keys, directory.tokens, one, opened.identifier, actor="login.v1.x")
        wanted = search.Exact("family-name", "Featherstonehaugh", None)
        found = await search.exactly(tx, directory.keys, directory.tokens, wanted, None, actor="login.v1.x")
        assert [match.name for match in found.rows] == ["Wilhelmina Featherstonehaugh"]
        await search.scan_site(tx, directory.keys, ("north", "feather"), None, actor="login.v1.x")
        await resolve(tx, directory.keys, one, actor="client:outreach", purpose=Purpose.DELIVERY)


async def _quietly(_report: Any) -> None:
    pass


async def test_nobody_is_found_in_either_database_the_log_or_what_goes_out(
    world: World, ask: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    try:
        await everything_happens(world, ask, tmp_path)
    finally:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    main = await dump(world.settings.database_url.get_secret_value())
    keys = await dump(world.settings.contact_keys_database_url.get_secret_value())
    tables = {where.split(".")[0] for where, _ in main}
    assert {"person", "claim", "blind_index", "identity_task", "audit_entry", "outbox", "roster_issue"} <= tables
    assert {where: seeds for where, data in (*main, *keys) if (seeds := found_in(data))} == {}
    assert found_in("\n".join(record.getMessage() for record in caplog.records).encode()) == set()
    assert_log_is_opaque(record for record in caplog.records if record.name.startswith("aftercare.directory"))


async def test_only_the_uploaders_report_shows_the_values(world: World, ask: Any, tmp_path: Path) -> None:
    await everything_happens(world, ask, tmp_path)
    [report] = list(tmp_path.glob("*/*.report.txt"))  # noqa: ASYNC240 - a test may wait
    assert "Wilhelmina" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_the_search_itself_finds_what_is_hidden() -> None:
    hidden = json.dumps({"x": base64.b64encode(b"to Featherstonehaugh, of course").decode()}).encode()
    assert found_in(hidden) == {"Featherstonehaugh"}
    assert found_in(gzip.compress(b"call +447700900321")) == {"+447700900321", "7700900321"}
    assert found_in(b"nobody") == set()
