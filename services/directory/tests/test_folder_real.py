"""The watched folder: half-written files wait, bad ones are put aside with a reason, none is taken twice or lost."""

from pathlib import Path
from typing import Any

import pytest

from aftercare.directory.adapters.roster_folder import RosterFolder
from aftercare.directory.service_layer.background import FolderWatch

pytestmark = pytest.mark.real
World = Any
ROSTER = "employee_number,family_name,email\n1001,Quill,q@hospital.example\n1002,Tarn,t@hospital.example\n"


@pytest.fixture
def watch(world: World, tmp_path: Path) -> FolderWatch:
    return FolderWatch(RosterFolder(tmp_path), world.directory.roster, 1.0, None)


async def people(world: World) -> int:
    return len(await world.rows("select 1 from person where standing = 'active'"))


async def test_a_file_that_still_grows_is_left_alone(world: World, watch: FolderWatch, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER[:40])
    await watch.step()
    file.write_text(ROSTER)
    await watch.step()
    assert await people(world) == 0
    await watch.step()
    assert await people(world) == 2
    assert (tmp_path / "done" / "roster.csv").read_text() == ROSTER
    assert "2 new" in (tmp_path / "done" / "roster.csv.report.txt").read_text()


async def test_what_can_not_be_read_is_put_aside_with_a_reason(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "holiday.csv").write_text("a,b\n1,2\n")
    await watch.step()
    await watch.step()
    assert "NOT imported" in (tmp_path / "failed" / "holiday.csv.report.txt").read_text()


async def test_other_files_are_nobodys_business(watch: FolderWatch, tmp_path: Path) -> None:
    for name in ("roster.csv.part", ".roster.csv", "~roster.csv", "notes.txt", "empty.csv"):
        (tmp_path / name).write_text(ROSTER if name != "empty.csv" else "")
    await watch.step()
    await watch.step()
    assert len(list(tmp_path.glob("*.*"))) == 5  # noqa: ASYNC240 - a test may wait


async def test_a_full_file_says_so_in_its_name(world: World, watch: FolderWatch, tmp_path: Path) -> None:
    await world.roster(ROSTER + "".join(f"2{n:03},Oak{n},o{n}@hospital.example\n" for n in range(20)))
    (tmp_path / "roster.full.csv").write_text(
        ROSTER + "".join(f"2{n:03},Oak{n},o{n}@hospital.example\n" for n in range(19))
    )
    await watch.step()
    await watch.step()
    assert await people(world) == 21


async def test_while_another_import_runs_the_file_waits(world: World, watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER)
    async with world.directory.roster._alone():
        await watch.step()
        await watch.step()
    assert (tmp_path / "roster.csv").exists()
    await watch.step()
    assert await people(world) == 2


async def test_a_file_whose_import_was_killed_is_taken_again(world: World, watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "working").mkdir()
    (tmp_path / "working" / "roster.csv").write_text(ROSTER)
    await watch.step()
    await watch.step()
    assert await people(world) == 2


async def test_the_same_name_twice_keeps_both_files(watch: FolderWatch, tmp_path: Path) -> None:
    for _ in range(2):
        (tmp_path / "roster.csv").write_text(ROSTER)
        await watch.step()
        await watch.step()
    assert sorted(path.name for path in (tmp_path / "done").glob("*.csv")) == ["roster-2.csv", "roster.csv"]
