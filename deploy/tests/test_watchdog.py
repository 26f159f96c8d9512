"""Nothing of a stack outlives its owner, however the owner went."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.failures import PartFailedError
from aftercare_local.leftovers import RunRecord, close_run, record_run, running, sweep
from aftercare_local.paths import LOCAL
from aftercare_local.watchdog import MARKER, Watchdog, still_there

pytestmark = pytest.mark.real

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"]


def command(tmp_path: Path, argv: list[str], name: str = "sleeper") -> Command:
    return Command(name=name, argv=argv, log=tmp_path / "logs" / f"{name}.log", env=bare_environment())


def owner(tmp_path: Path, body: str) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that starts children as a stack does, and says their ids and the watchdog's."""
    script = f"""
        import signal, sys, time
        signal.signal(signal.SIGINT, signal.default_int_handler)  # deaf where tests run unseen
        from pathlib import Path
        from aftercare_local.child import Child, Command, bare_environment
        from aftercare_local.watchdog import Watchdog
        dog = Watchdog()
        def child(*argv):
            return Child(Command("c", argv, Path({str(tmp_path)!r}) / "c.log", bare_environment()), dog)
        {textwrap.indent(textwrap.dedent(body), "        ").strip()}
        print(dog.pid, *(c.pid for c in children), flush=True)
        time.sleep(600)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(LOCAL)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, [int(pid) for pid in process.stdout.readline().split()]


def gone(pids: list[int], within: float = 15) -> bool:
    """Whether all of these processes ended in time."""
    return not still_there([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], within)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_children_end_when_the_owner_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    process, pids = owner(tmp_path, f"children = [child(*{SLEEP!r}), child(*{SLEEP!r})]")
    assert len(pids) == 3
    process.send_signal(how)
    process.wait(10)
    assert gone(pids)


def test_deaf_and_paused_children_end_too(tmp_path: Path) -> None:
    process, pids = owner(tmp_path, f"children = [child(*{DEAF!r}), child(*{SLEEP!r})]; children[1].pause()")
    process.kill()
    process.wait(10)
    assert gone(pids)


def test_grandchildren_end_too(tmp_path: Path) -> None:
    nested = [sys.executable, "-c", f"import subprocess; subprocess.run({SLEEP!r})"]
    process, pids = owner(
        tmp_path,
        f"""
        import psutil
        first = child(*{nested!r})
        while not psutil.Process(first.pid).children(): time.sleep(0.02)
        children = [first, *psutil.Process(first.pid).children()]
        """,
    )
    assert len(pids) == 3
    process.kill()
    process.wait(10)
    assert gone(pids)


def test_process_of_somebody_else_with_the_same_command_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        process, pids = owner(tmp_path, f"children = [child(*{SLEEP!r})]")
        process.kill()
        process.wait(10)
        assert gone(pids)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_stop_asks_first_and_kill_does_not(tmp_path: Path, watchdog: Watchdog) -> None:
    asked = Child(command(tmp_path, SLEEP), watchdog)
    asked.stop()
    assert asked.exit_code == -signal.SIGTERM
    killed = Child(command(tmp_path, SLEEP), watchdog)
    killed.kill()
    assert killed.exit_code == -signal.SIGKILL


def test_deaf_child_is_killed_after_its_time(tmp_path: Path, watchdog: Watchdog) -> None:
    ready = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    child = Child(command(tmp_path, [sys.executable, "-c", ready], "deaf"), watchdog)
    child.wait_until(lambda: "deaf" in child.tail(), within=10)
    child.stop(within=0.2)
    assert child.exit_code == -signal.SIGKILL


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise SystemExit('no such key')", r"broken ended with 1: read .*no such key"),
        ("import time; time.sleep(60)", r"broken was not ready in 1 s: read .*broken\.log"),
    ],
)
def test_part_that_does_not_come_up_names_its_log(tmp_path: Path, watchdog: Watchdog, code: str, says: str) -> None:
    child = Child(command(tmp_path, [sys.executable, "-c", code], "broken"), watchdog)
    with pytest.raises(PartFailedError, match=f"(?s){says}"):
        child.wait_until(lambda: False, within=1)
    child.kill()


def test_settings_of_the_callers_shell_do_not_reach_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_PROFILE", "production")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert set(bare_environment(AFTERCARE_CLOCK="system")) <= {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "TZ",
        "SSL_CERT_FILE",
        "SYSTEMROOT",
        "AFTERCARE_CLOCK",
    }


@pytest.fixture
def left_by(tmp_path: Path) -> Callable[[str], tuple[Path, subprocess.Popen[bytes]]]:
    """A run whose owner was killed together with its watchdog, so that nobody cleaned up."""

    def leave(name: str) -> tuple[Path, subprocess.Popen[bytes]]:
        folder = tmp_path / "run" / name
        for part in ("kafka", "postgres", "logs", "mail"):
            (folder / part).mkdir(parents=True)
        outside = tmp_path / "outside"
        outside.mkdir()
        process = subprocess.Popen(SLEEP, env={**os.environ, MARKER: f"stack-{name}"}, start_new_session=True)
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        RunRecord(ended.pid, 1.0, f"stack-{name}", [str(outside)]).write(folder)
        return folder, process

    return leave


def test_next_start_cleans_up_after_a_killed_run(tmp_path: Path, left_by: Callable) -> None:
    folder, process = left_by("20260101T000000-demo-aaaa")
    assert sweep(tmp_path / "run") == [folder]
    assert process.wait(10) == -signal.SIGTERM
    assert sorted(path.name for path in folder.iterdir()) == ["logs", "mail"]
    assert not (tmp_path / "outside").exists()
    assert sweep(tmp_path / "run") == []


def test_run_that_is_going_on_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "20260101T000000-demo-bbbb"
    (folder / "kafka").mkdir(parents=True)
    record_run(folder, "stack-b", [])
    assert running(tmp_path / "run") == [folder]
    assert sweep(tmp_path / "run") == []
    assert (folder / "kafka").exists()
    close_run(folder)
    assert running(tmp_path / "run") == []


def test_old_runs_go_and_the_last_ten_stay(tmp_path: Path) -> None:
    for number in range(14):
        (tmp_path / "run" / f"202601{number:02}T000000-demo-cccc").mkdir(parents=True)
    sweep(tmp_path / "run")
    assert sorted(path.name[:8] for path in (tmp_path / "run").iterdir()) == [f"202601{n:02}" for n in range(4, 14)]


def test_half_written_record_of_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "20260101T000000-demo-dddd"
    folder.mkdir(parents=True)
    (folder / "stack.json").write_text('{"owner": 12')
    assert sweep(tmp_path / "run") == [folder]
