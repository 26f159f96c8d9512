"""Ports, folders and full disks."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aftercare_local import __main__ as command_line
from aftercare_local import ports
from aftercare_local.demo import opening
from aftercare_local.failures import PortTakenError, StackError, disk_sentence
from aftercare_local.paths import new_run_folder
from hypothesis import assume, given
from hypothesis import strategies as st


def test_free_ports_are_free_and_never_given_twice() -> None:
    drawn = [ports.free_port() for _ in range(50)]
    assert len(set(drawn)) == 50
    assert all(ports.is_free(port) for port in drawn)


def test_asked_port_is_taken_when_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ports.free_port()
    monkeypatch.setenv("AFTERCARE_PORT_OUTREACH_API", str(wanted))
    assert ports.port_for("outreach-api") == wanted


def test_asked_port_that_is_in_use_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind((ports.HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setenv("AFTERCARE_PORT_INBOX", str(taken))
        with pytest.raises(PortTakenError) as raised:
            ports.port_for("inbox")
    assert str(raised.value) == (
        f"Port {taken}, which AFTERCARE_PORT_INBOX asks for (inbox), is in use by another program: "
        "stop that program, or set AFTERCARE_PORT_INBOX to another number or leave it out."
    )


@pytest.mark.parametrize("wrong", ["http", "0", "70000", "-1"])
def test_asked_port_that_is_none_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("AFTERCARE_PORT_INBOX", wrong)
    with pytest.raises(StackError, match=r"^AFTERCARE_PORT_INBOX must be a port number between 1 and 65535, not "):
        ports.port_for("inbox")


@given(st.datetimes(timezones=st.just(UTC)))
def test_story_begins_on_the_last_tuesday_morning_whenever_it_is_played(now: datetime) -> None:
    assume(now > datetime(2000, 1, 1, tzinfo=UTC))
    begins = opening(now)
    assert (begins.weekday(), begins.hour) == (1, 9)
    assert timedelta(0) <= now - begins < timedelta(days=7)


def test_every_run_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AFTERCARE_RUNS", str(tmp_path / "runs"))
    assert len({new_run_folder("demo") for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(28, "No space left on device", "/data"),
            "The disk is full (/data): free about 2 GB",
        ),
        (PermissionError(13, "Permission denied", "/data"), "/data can't be written: give yourself the right"),
        (OSError(30, "Read-only file system", "/data"), "/data can't be written"),
    ],
)
def test_disk_trouble_is_one_sentence(error: OSError, sentence: str) -> None:
    said = disk_sentence(error)
    assert said is not None
    assert said.startswith(sentence)


def test_other_errors_are_not_taken_for_disk_trouble() -> None:
    assert disk_sentence(ConnectionRefusedError(111, "Connection refused")) is None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StackError("Port 8025 is in use."), "Port 8025 is in use."),
        (OSError(28, "No space left on device", "/data"), "The disk is full (/data): free about 2 GB"),
    ],
)
def test_command_says_one_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, sentence: str
) -> None:
    def fail(**_options: object) -> None:
        raise error

    monkeypatch.setattr(command_line, "app", fail)
    assert command_line.main() == 1
    said = capsys.readouterr().err
    assert said.startswith(sentence)
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["no-such-command"], 2), (["demo", "--no-such-option"], 2), (["sweep"], 0)],
)
def test_command_ends_with_the_code_that_a_shell_expects(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], code: int
) -> None:
    monkeypatch.setenv("AFTERCARE_RUNS", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["aftercare_local", *arguments])
    assert command_line.main() == code


@pytest.mark.parametrize("code", [0, 1, 130])
def test_code_of_the_demo_reaches_the_shell(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr("aftercare_local.demo.run_demo", lambda _console, *, once: code if once else 99)
    monkeypatch.setattr("sys.argv", ["aftercare_local", "demo", "--once"])
    assert command_line.main() == code
