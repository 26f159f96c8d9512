"""The stack as a whole: it ends as it should, whatever happens to whoever started it."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from aftercare_local.environment import SERVICES
from aftercare_local.failures import StackError
from aftercare_local.leftovers import sweep
from aftercare_local.paths import LOCAL
from aftercare_local.stack import Options, Stack
from aftercare_local.watchdog import still_there

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

DEMO = """
    import json, sys
    from rich.console import Console
    from functools import partial
    from aftercare_local import demo
    from aftercare_local.__main__ import main
    from aftercare_local.demo import run_demo
    def story(stack, console):
        parts = {name: stack.child(name).pid for name in ("postgres", "kafka", "mail", "issuer")}
        print("PIDS", json.dumps(parts | {"watchdog": stack.watchdog.pid}), flush=True)
        return MISSING
    demo.run_demo = partial(run_demo, story=story, services=())
    sys.argv[1:] = ["demo"] + ONCE * ["--once"]
    sys.exit(main())
"""


class Demo:
    """`make demo` without services and with a story of one step, as a process that can be hurt."""

    def __init__(self, runs: Path, *, once: bool = False, missing: str | None = None) -> None:
        script = textwrap.dedent(DEMO).replace("MISSING", repr(missing)).replace("ONCE", repr(once))
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": str(LOCAL), "AFTERCARE_RUNS": str(runs)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self.family: list[psutil.Process] = []

    def until_it_stays_up(self) -> "Demo":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("PIDS "):
                parts = [psutil.Process(pid) for pid in json.loads(line.removeprefix("PIDS ")).values()]
                self.family = parts + [child for part in parts for child in part.children(recursive=True)]
            if "Ctrl-C ends it" in line:
                return self
        raise AssertionError("".join(self.said))

    def end(self) -> int:
        rest, _ = self.process.communicate(timeout=60)
        self.said.append(rest)
        return self.process.returncode


def test_ctrl_c_ends_the_demo_in_order_and_leaves_only_logs_and_mails(tmp_path: Path) -> None:
    demo = Demo(tmp_path).until_it_stays_up()
    assert len(demo.family) > 5
    demo.process.send_signal(signal.SIGINT)
    demo.process.send_signal(signal.SIGINT)  # an impatient person
    assert demo.end() == 0
    assert "Nothing is left running" in demo.said[-1]
    assert still_there(demo.family, within=5) == []
    [folder] = tmp_path.iterdir()
    assert {"logs", "mail"} <= {entry.name for entry in folder.iterdir()}
    assert not {"postgres", "kafka", "stack.json"} & {entry.name for entry in folder.iterdir()}
    assert sweep(tmp_path) == []


def test_killed_demo_leaves_no_process_and_the_next_start_removes_its_data(tmp_path: Path) -> None:
    demo = Demo(tmp_path).until_it_stays_up()
    demo.process.kill()
    demo.process.wait(10)
    assert still_there(demo.family, within=20) == []
    [folder] = tmp_path.iterdir()
    assert (folder / "kafka").exists()
    assert sweep(tmp_path) == [folder]
    assert not (folder / "kafka").exists()
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize(("missing", "code"), [(None, 0), ("Nora gets a mail", 1)])
def test_once_says_by_its_exit_code_whether_the_story_was_seen(tmp_path: Path, missing: str | None, code: int) -> None:
    demo = Demo(tmp_path, once=True, missing=missing)
    assert demo.end() == code
    said = "".join(demo.said)
    assert ("Nora gets a mail was not seen" in said.replace("\n", " ")) == (missing is not None)
    assert "Nothing is left running" in said


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory):
    """A stack without services."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AFTERCARE_RUNS", str(tmp_path_factory.mktemp("runs")))
        with Stack(Options(purpose="test", settings={"support": {"AFTERCARE_EXTRA": "x"}})) as stack:
            stack.start_parts()
            yield stack


def test_each_service_gets_only_its_own_secrets(bare: Stack) -> None:
    environments = {name: bare.env_for(name) for name in SERVICES}
    holders = {
        "AFTERCARE_IDENTIFIER_KEYS": {"intake", "directory"},
        "AFTERCARE_DIRECTORY_PRIVATE_KEY": {"directory"},
        "AFTERCARE_DIRECTORY_PUBLIC_KEY": {"intake"},
        "AFTERCARE_LOGIN_KEY": {"directory", "support"},
        "AFTERCARE_CONTACT_MASTER_KEY": {"directory"},
        "AFTERCARE_CONTACT_KEYS_DATABASE_URL": {"directory"},
        "AFTERCARE_RAW_KEY": {"intake"},
        "AFTERCARE_PATIENT_KEY": {"intake"},
        "AFTERCARE_BLIND_INDEX_KEY": {"directory"},
        "AFTERCARE_SMTP_URL": {"outreach"},
        "AFTERCARE_RECEIPT_TOKEN": {"outreach"},
        "AFTERCARE_CLIENT_SECRET": {"outreach"},
    }
    for variable, expected in holders.items():
        assert {name for name, env in environments.items() if variable in env} == expected, variable
    for variable in ("AFTERCARE_DATABASE_URL", "AFTERCARE_KAFKA_PASSWORD"):
        assert len({env[variable] for env in environments.values()}) == len(SERVICES)
    assert environments["support"]["AFTERCARE_EXTRA"] == "x"


def test_secrets_are_drawn_anew_for_each_run(bare: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AFTERCARE_RUNS", str(tmp_path))
    with Stack() as other:
        assert other.keys.identifiers != bare.keys.identifiers
        assert other.keys.directory_pair != bare.keys.directory_pair


def test_no_secret_is_in_a_process_list(bare: Stack) -> None:
    shown = " ".join(" ".join(bare.child(name).command.argv) for name in ("postgres", "kafka", "mail", "issuer"))
    for secret in (bare.mail.password, bare.kafka.access.password, bare.postgres.server.password):
        assert secret not in shown


def test_files_with_secrets_are_readable_by_their_owner_alone(bare: Stack) -> None:
    for file in ("kafka/server.properties", "mail/config.json", "issuer/config.json", "mail/certificate/server.key"):
        assert (bare.folder / file).stat().st_mode & 0o077 == 0, file


@pytest.mark.parametrize("name", ["mail", "issuer", "kafka", "postgres"])
def test_part_that_was_killed_comes_back(bare: Stack, name: str) -> None:
    before = bare.child(name).pid
    bare.kill(name)
    assert not bare.child(name).running
    bare.resume(name)
    assert bare.child(name).running
    assert bare.child(name).pid != before


def test_part_that_is_not_there_is_named(bare: Stack) -> None:
    with pytest.raises(StackError, match=r"^sla-api is no part that this stack started; there are issuer, kafka, "):
        bare.part("sla-api")
