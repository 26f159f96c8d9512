"""What can be missing on a stranger's machine is one clear sentence that says what to do."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from aftercare_local.paths import LOCAL, ROOT

SCRIPT = LOCAL / "bootstrap.py"


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    """The script as a module; it is no package, as it must run before there is one."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that holds only what the script reads."""
    for file in ("requirements.lock", *(f"{package}/pyproject.toml" for package in bootstrap.PACKAGES)):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    return tmp_path


def says(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip()


OLD = (3, 9, 2, "final", 0)


def test_old_python_is_named_together_with_what_to_do(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", OLD)
    monkeypatch.setattr(bootstrap.platform, "python_version", lambda: "3.9.2")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert bootstrap.main([]) == 1
    assert says(capsys) == (
        "Setup stopped. Aftercare needs Python 3.11 or later, and this is 3.9.2: "
        "install a newer one, or name it with `make PYTHON=/path/to/python3.12 …`."
    )


def test_old_python_goes_on_with_a_newer_one_that_is_there(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(sys, "version_info", OLD)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name == "python3.12" else None)
    monkeypatch.setattr(os, "execv", lambda program, argv: started.append([program, *argv[1:]]))
    with pytest.raises(bootstrap.Missing):  # a real execv does not come back
        bootstrap.check_python()
    assert started == [["/usr/bin/python3.12", *sys.argv]]


def test_script_can_be_read_by_a_python_that_is_too_old() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 7))


@pytest.mark.real
def test_no_network_on_the_first_run(bootstrap: ModuleType, checkout: Path) -> None:
    """For real: the mirrors are set to a port where nobody listens."""
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "UV_DEFAULT_INDEX": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "XDG_"))}
    (checkout / "deploy" / "local").mkdir(parents=True)
    copy = shutil.copy(SCRIPT, checkout / "deploy" / "local" / "bootstrap.py")
    done = subprocess.run(
        [sys.executable, str(copy), "--without-kafka"],
        env={**kept, **nowhere, "PIP_NO_CACHE_DIR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == f"Setup stopped. {bootstrap._NO_NETWORK}"
    assert "[1/4] Making .venv …" in done.stdout


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: Failed to fetch: `https://…`\n Caused by: dns error", "_NO_NETWORK"),
        (
            "WARNING: Retrying … NewConnectionError: refused\nERROR: No matching distribution",
            "_NO_NETWORK",
        ),
        ("ERROR: No matching distribution found for uv==0.13.9", "_NOT_HERE"),
        ("  × No solution found … has no wheels with a matching Python version tag", "_NOT_HERE"),
        ("error: failed to write to `…`: No space left on device (os error 28)", "_FULL"),
        ("OSError: [Errno 28] No space left on device", "_FULL"),
        ("The virtual environment was not created successfully because ensurepip is not\navailable.", "_NO_VENV"),
        ("/usr/bin/python3: No module named venv", "_NO_VENV"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "_OTHER_HASH"),
        ("  × Failed to download `rich`\n  ╰─▶ Hash mismatch for `rich==15.0.0`", "_OTHER_HASH"),
        ("error: failed to create directory `…`: Permission denied (os error 13)", "_NOT_YOURS"),
    ],
)
def test_what_tools_say_becomes_one_sentence(bootstrap: ModuleType, output: str, sentence: str) -> None:
    meaning = bootstrap.what_it_means(output, "otherwise")
    assert meaning == getattr(bootstrap, sentence)
    assert "\n" not in meaning


def test_failure_that_nobody_foresaw_shows_the_end_of_the_output(bootstrap: ModuleType) -> None:
    meaning = bootstrap.what_it_means("a\nodd thing happened", "uv could not be installed.")
    assert meaning == "uv could not be installed.\na\nodd thing happened"


def test_nearly_full_disk_stops_before_anything_is_fetched(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=40_000_000))
    assert bootstrap.main(["--without-kafka"]) == 1
    assert says(capsys) == (
        "Setup stopped. The disk is nearly full (40 MB left, about 1500 are needed): free some space and start again."
    )
    assert not (checkout / ".venv").exists()


def test_disk_that_fills_in_the_middle_is_one_sentence(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_checkout: object) -> None:
        raise OSError(28, "No space left on device", str(checkout / ".venv"))

    monkeypatch.setattr(bootstrap, "make_environment", full)
    assert bootstrap.main(["--without-kafka"]) == 1
    assert says(capsys) == f"Setup stopped. {bootstrap._FULL}"


def test_python_without_venv_says_which_package_to_install(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crippled = checkout / "python3"
    crippled.write_text('#!/bin/sh\necho "$0: No module named venv" >&2\nexit 1\n')
    crippled.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(crippled))
    assert bootstrap.main(["--without-kafka"]) == 1
    assert says(capsys) == f"Setup stopped. {bootstrap._NO_VENV}"


def test_folder_of_somebody_else_is_one_sentence(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(bootstrap.Missing, match=r"can't be written: use a checkout that belongs to you\.$"):
        bootstrap.check_machine(checkout)


def test_windows_is_told_to_use_wsl(bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.os, "name", "nt")
    with pytest.raises(bootstrap.Missing, match="on Windows use WSL"):
        bootstrap.check_machine(checkout)


def test_lock_without_uv_is_noticed(bootstrap: ModuleType, checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("rich==15.0.0\n")
    with pytest.raises(bootstrap.Missing, match="does not pin uv"):
        bootstrap.pinned_uv(checkout / "requirements.lock")


def test_uv_is_fetched_by_its_pinned_hashes(bootstrap: ModuleType) -> None:
    lines = bootstrap.pinned_uv(ROOT / "requirements.lock").splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])


def test_second_run_does_nothing_until_the_lock_or_a_package_changes(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(place) -> None:
        place.python.parent.mkdir(parents=True, exist_ok=True)
        place.python.touch()
        place.stamp()
        made.append("made")

    monkeypatch.setattr(bootstrap, "make_environment", make)
    for _ in range(3):
        assert bootstrap.main(["--without-kafka"]) == 0
    assert len(made) == 1
    for file in ("requirements.lock", "services/kit/pyproject.toml"):
        (checkout / file).write_text((checkout / file).read_text() + "\n")
        bootstrap.main(["--without-kafka"])
    assert len(made) == 3
    (checkout / ".venv" / "bin" / "python").unlink()
    bootstrap.main(["--without-kafka"])
    assert len(made) == 4


def test_lock_names_no_address_and_pins_everything_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert pinned
    assert all(" \\" in line and "==" in line for line in pinned)
