"""Sources and mappings are read from files, and read again when they change: as a whole, or not at all."""

import os
from pathlib import Path

import pytest

from aftercare.intake import telemetry
from aftercare.intake.adapters.source_watch import ChangedFilesRefusedError, SourceWatch
from aftercare.intake.bootstrap import background, wire
from aftercare.intake.config import IntakeSettings, SourceFiles, SourcesError, load_source_files
from aftercare.intake.domain.examine import Delivery
from aftercare.kit.settings import load

from .conftest import WARDLOG


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wardlog.yaml").write_text(WARDLOG)
    (tmp_path / "sources.yaml").write_text("sources:\n  - {name: ward, zone: Europe/London, mapping: wardlog.yaml}\n")
    return tmp_path


def write(path: Path, content: str) -> None:
    """A change that is seen even within the same tick of the file system's clock."""
    later = path.stat().st_mtime_ns + 1_000_000 if path.exists() else None
    path.write_text(content)
    if later is not None:
        os.utime(path, ns=(later, later))


class Watched:
    def __init__(self, folder: Path) -> None:
        self.taken: list[SourceFiles] = []
        self.told: list[bool] = []
        self.watch = SourceWatch(
            lambda: load_source_files(folder / "sources.yaml"),
            self.taken.append,
            lambda files: self.told.append(files is not None),
        )

    @property
    def version(self) -> int:
        return self.taken[-1].mappings.of("ward")[0].version


async def test_a_changed_mapping_is_in_force_without_a_restart(folder: Path) -> None:
    watched = Watched(folder)
    await watched.watch.step()
    await watched.watch.step()
    assert (len(watched.taken), watched.version) == (1, 3)
    write(folder / "wardlog.yaml", WARDLOG.replace("version: 3", "version: 4"))
    await watched.watch.step()
    assert (len(watched.taken), watched.version) == (2, 4)


async def test_a_broken_new_version_keeps_the_old_one_in_force_and_is_told_until_it_is_mended(folder: Path) -> None:
    watched = Watched(folder)
    await watched.watch.step()
    write(folder / "wardlog.yaml", WARDLOG.replace("records: report", "records: report["))
    for _ in range(3):
        with pytest.raises(ChangedFilesRefusedError):
            await watched.watch.step()
    assert (watched.version, watched.told) == (3, [True, False])
    write(folder / "wardlog.yaml", WARDLOG.replace("version: 3", "version: 5"))
    await watched.watch.step()
    assert (watched.version, watched.told) == (5, [True, False, True])


async def test_a_mapping_that_vanishes_is_refused_and_comes_back(folder: Path) -> None:
    watched = Watched(folder)
    await watched.watch.step()
    (folder / "wardlog.yaml").unlink()
    with pytest.raises(ChangedFilesRefusedError):
        await watched.watch.step()
    write(folder / "wardlog.yaml", WARDLOG)
    await watched.watch.step()
    assert watched.told == [True, False, True]


async def test_the_service_maps_by_the_new_version_at_once(
    folder: Path, settings_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (settings_environment | {"AFTERCARE_SOURCES": str(folder / "sources.yaml")}).items():
        monkeypatch.setenv(name, value)
    application = wire(load(IntakeSettings))
    [watching] = background(application)
    body = Delivery(b'{"event": "report.saved", "report": {"no": "A-1"}}', {}, "ward")
    formats = []
    for version in (3, 4):
        write(folder / "wardlog.yaml", WARDLOG.replace("version: 3", f"version: {version}"))
        await watching.step()
        [one] = application.intake.door.examine(body)
        formats.append(one.ending.format)
    assert formats == ["mapping:wardlog@3", "mapping:wardlog@4"]
    assert application.intake.door.sources.nominations.name == "nomination"


def test_refused_and_taken_files_are_counted(folder: Path) -> None:
    telemetry.record_source_files(load_source_files(folder / "sources.yaml"))
    telemetry.record_source_files(None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sources:\n  - {name: a, mapping: nowhere.yaml}", "there is no file"),
        ("mappings: [greedy.yaml]", "must say what it `recognise`s"),
        ("sources:\n  - {name: a, mapping: [wardlog.yaml, twin.yaml]}", "the same `mapping` name"),
        ("sources:\n  - {name: a, charset: klingon}", "must be a charset"),
    ],
)
def test_what_can_not_be_is_told(folder: Path, content: str, words: str) -> None:
    (folder / "greedy.yaml").write_text(WARDLOG.replace("recognise:\n  - event == 'report.saved'\n", ""))
    (folder / "twin.yaml").write_text(WARDLOG)
    (folder / "sources.yaml").write_text(content)
    with pytest.raises(SourcesError, match=words):
        load_source_files(folder / "sources.yaml")


def test_several_sources_have_several_mappings_and_a_charset(folder: Path) -> None:
    (folder / "sources.yaml").write_text(
        "sources:\n"
        "  - {name: a, mapping: [wardlog.yaml]}\n"
        "  - {name: b, charset: windows-1252}\n"
        "  - {name: c, mapping: wardlog.yaml}\n"
    )
    files = load_source_files(folder / "sources.yaml")
    assert [len(files.mappings.of(name)) for name in "abc"] == [1, 0, 1]
    assert files.sources.known[1].charset == "windows-1252"


def test_a_mapping_file_that_is_not_there_is_told_with_the_line_that_names_it(folder: Path) -> None:
    (folder / "sources.yaml").write_text("sources:\n  - name: ward\n    mapping: [wardlog.yaml, wordlog.yaml]\n")
    with pytest.raises(SourcesError, match=r"sources.yaml:3: mapping: there is no file .*wordlog.yaml; paths"):
        load_source_files(folder / "sources.yaml")
