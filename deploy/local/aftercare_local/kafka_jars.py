"""The jars of Apache Kafka, by their pinned list; a file with another SHA-256 is refused.

`kafka-jars.sha256` was made by `write_lock` (`stream-runtime.md` N1): Kafka and the log4j binding are resolved as two
environments, because mediation across both picks an old client; then each jar is taken once, in one version. A run
only fetches what the list names, so what a machine gets never depends on a resolver's mood.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import requests
from jgo.maven import Dependency, MavenContext, PythonResolver

from aftercare_local.failures import StackError
from aftercare_local.paths import LOCAL, cache_folder

KAFKA_VERSION = "4.3.1"
ROOTS = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.3")
LOCK = LOCAL / "kafka-jars.sha256"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Jar:
    """One pinned jar. `path` is its place in a Maven repository."""

    path: PurePosixPath
    sha256: str

    @property
    def coordinate(self) -> tuple[str, str, str]:
        *group, artifact, version, _ = self.path.parts
        return ".".join(group), artifact, version


def locked_jars(lock: Path = LOCK) -> list[Jar]:
    """The pinned jars, in the order of the list."""
    lines = (line.split(maxsplit=1) for line in lock.read_text().splitlines() if line and not line.startswith("#"))
    return [Jar(PurePosixPath(path.strip()), digest) for digest, path in lines]


def jars_folder() -> Path:
    return cache_folder() / "kafka" / KAFKA_VERSION / "jars"


def _stamp() -> Path:
    return jars_folder() / "complete"


def is_fetched() -> bool:
    """Whether all jars of the present list are there."""
    return _stamp().exists() and _stamp().read_text() == _digest(LOCK)


def fetch_jars(progress: Progress = lambda _done, _all: None) -> list[Path]:
    """All jars, sorted by name (the archive of classes needs the same order each time); fetched where missing.

    Raises `StackError` when one can't be had, or isn't what the list says.
    """
    jars = locked_jars()
    folder = jars_folder()
    if not is_fetched():
        folder.mkdir(parents=True, exist_ok=True)
        _fetch_missing(jars, folder, progress)
        _stamp().write_text(_digest(LOCK))
    return sorted(folder / jar.path.name for jar in jars)


def _fetch_missing(jars: list[Jar], folder: Path, progress: Progress) -> None:
    maven = _maven(folder.parent / "maven")
    missing = [jar for jar in jars if not _is(folder / jar.path.name, jar.sha256)]
    with ThreadPoolExecutor(6) as pool:
        pending = [pool.submit(_fetch, maven, jar, folder) for jar in missing]
        try:
            for done, task in enumerate(as_completed(pending), start=1):
                task.result()
                progress(done, len(missing))
        finally:
            pool.shutdown(cancel_futures=True)
    shutil.rmtree(folder.parent / "maven", ignore_errors=True)


def _fetch(maven: MavenContext, jar: Jar, folder: Path) -> None:
    group, artifact, version = jar.coordinate
    wanted = maven.project(group, artifact).at_version(version).artifact()
    if wanted.cached_path is not None:
        wanted.cached_path.unlink(missing_ok=True)  # what an interrupted run left may be half a file
    try:
        fetched = wanted.resolve()
    except requests.exceptions.SSLError:
        raise StackError(
            "The Maven repository's certificate is not trusted here: set REQUESTS_CA_BUNDLE to the file of your "
            "organisation's authorities and start again."
        ) from None
    except requests.RequestException:
        raise StackError(
            "Kafka's jars can't be fetched (no network?): connect once, set AFTERCARE_MAVEN_REPOSITORY to a mirror, "
            "or set AFTERCARE_KAFKA_BOOTSTRAP to a Kafka that you have."
        ) from None
    except RuntimeError:
        raise StackError(f"{jar.path.name} is not in the Maven repository: check AFTERCARE_MAVEN_REPOSITORY.") from None
    if not _is(fetched, jar.sha256):
        fetched.unlink()
        raise StackError(
            f"{jar.path.name} is not the file that {LOCK.name} pins: refused. Try again; if it stays so, tell us."
        )
    fetched.replace(folder / jar.path.name)


def _maven(cache: Path) -> MavenContext:
    mirror = os.environ.get("AFTERCARE_MAVEN_REPOSITORY")
    remotes = {"mirror": mirror.rstrip("/")} if mirror else None
    return MavenContext(resolver=PythonResolver(), repo_cache=cache, local_repos=[], remote_repos=remotes, timeout=60)


def _is(file: Path, sha256: str) -> bool:
    return file.exists() and _digest(file) == sha256


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_lock(lock: Path = LOCK) -> int:
    """Resolve the roots anew and write the list; a maintainer's step when Kafka's version changes."""
    maven = _maven(cache_folder() / "kafka" / "lock")
    chosen: dict[str, Dependency] = {}
    for root in ROOTS:
        for dependency in _resolve(maven, root):
            chosen.setdefault(f"{dependency.groupId}:{dependency.artifactId}", dependency)
    lines = sorted(_line(dependency) for dependency in chosen.values())
    header = f"# Apache Kafka {KAFKA_VERSION} and its log4j binding. Made by `python -m aftercare_local lock-kafka`.\n"
    lock.write_text(
        header + "\n".join(line[1] for line in sorted((line.split("  ")[1], line) for line in lines)) + "\n"
    )
    return len(lines)


def _resolve(maven: MavenContext, root: str) -> Iterable[Dependency]:
    group, artifact, version = root.split(":")
    wanted = Dependency(maven.project(group, artifact).at_version(version).artifact())
    inputs, others = maven.resolver.resolve([wanted])
    return [*inputs, *others]


def _line(dependency: Dependency) -> str:
    file = dependency.artifact.resolve()
    path = PurePosixPath(*dependency.groupId.split("."), dependency.artifactId, dependency.version, file.name)
    return f"{_digest(file)}  {path}"
