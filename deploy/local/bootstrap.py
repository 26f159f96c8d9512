"""Sets up everything that demo and tests need, with nothing but a Python: `python3 deploy/local/bootstrap.py`.

Standard library only, and written so that an old Python can still read it and say what is wrong. A second run sees
that nothing has changed and ends at once.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST = (3, 11)
NEEDED_BYTES = 1_500_000_000
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "schemas",
    "services/kit",
    "services/programme",
    "services/intake",
    "services/directory",
    "services/support",
    "services/outreach",
    "services/sla",
)


class Missing(Exception):  # noqa: N818 - the text says what to do, for a person
    """Setup can't go on."""


class Checkout:
    """The files of one checkout, and the environment inside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.bin = self.venv / "bin"
        self.python = self.bin / "python"
        self.lock = root / "requirements.lock"
        self._stamp = self.venv / "aftercare-setup"

    def fingerprint(self) -> str:
        """Changes when the environment must be made anew."""
        digest = hashlib.sha256(repr((sys.version_info[:3], sys.base_prefix, str(self.root))).encode())
        for file in (self.lock, *(self.root / package / "pyproject.toml" for package in PACKAGES)):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def is_current(self) -> bool:
        return self.python.exists() and self._stamp.exists() and self._stamp.read_text() == self.fingerprint()

    def stamp(self) -> None:
        self._stamp.write_text(self.fingerprint())


class Steps:
    """Tells each step as it begins and how long it took. On a terminal the seconds count while it runs."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._number = 0

    def run(self, title: str, command: list[str], explain: str) -> None:
        """Run a command; raises `Missing` with what its output means, else with `explain`."""
        self._number += 1
        head = f"[{self._number}/{self._count}] {title}"
        begun = time.monotonic()
        self._say(f"{head} …", end="" if sys.stdout.isatty() else "\n")
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_clean())
            while process.poll() is None:
                time.sleep(0.1)
                if sys.stdout.isatty():
                    self._say(f"\r{head} … {time.monotonic() - begun:.0f} s", end="")
            if process.returncode != 0:
                self._say("")
                output.seek(0)
                raise Missing(what_it_means(output.read(), explain))
        if sys.stdout.isatty():
            self._say(f"\r{head}: {time.monotonic() - begun:.0f} s   ")

    @staticmethod
    def _say(text: str, end: str = "\n") -> None:
        sys.stdout.write(text + end)
        sys.stdout.flush()


def _clean() -> dict[str, str]:
    """The environment without what would send packages elsewhere."""
    unwanted = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


_FULL = "The disk is full: free about 2 GB and start again."
_NO_VENV = (
    "This Python comes without venv: install it (on Debian and Ubuntu `apt install python3-venv`) and start again."
)
_OTHER_HASH = (
    "A downloaded package is not the one that requirements.lock pins, so it was refused: "
    "start again, and if it stays so check the package mirror that this machine uses."
)
_NOT_HERE = (
    "A pinned package can't be had for this Python or machine: "
    "use Python 3.11, 3.12 or 3.13 on Linux or macOS (64 bit), and check that the package mirror is complete."
)
_NO_NETWORK = (
    "The packages can't be fetched: the first run needs the network, or a mirror (PIP_INDEX_URL and UV_DEFAULT_INDEX); "
    "connect and start again."
)
_NOT_YOURS = "This folder can't be written: use a checkout that belongs to you."
_OFFLINE = (
    "connection (refused|error|reset)|error sending request|dns error|name resolution|timed out|client error|"
    "network is unreachable|failed to fetch|max retries|newconnectionerror|no route to host"
)
_CAUSES = (
    ("no space left on device|os error 28|disk quota exceeded", _FULL),
    ("ensurepip is not|no module named '?(venv|ensurepip)", _NO_VENV),
    ("do not match the hashes|hash mismatch", _OTHER_HASH),
    (_OFFLINE, _NO_NETWORK),
    ("no matching distribution|no wheels with a matching|doesn't have a source distribution or wheel", _NOT_HERE),
    ("permission denied|os error 13", _NOT_YOURS),
)


def what_it_means(output: str, otherwise: str) -> str:
    """One sentence for a person, from the output of a command that failed."""
    for pattern, sentence in _CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return sentence
    last = "\n".join(output.strip().splitlines()[-12:])
    return f"{otherwise}\n{last}"


def check_python() -> None:
    """Raises `Missing` on a Python that is too old, unless a newer one is there to go on with."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in (13, 12, 11, 14):
        newer = shutil.which(f"python3.{minor}")
        if newer is not None:
            os.execv(newer, [newer, *sys.argv])
    raise Missing(
        f"Aftercare needs Python {OLDEST[0]}.{OLDEST[1]} or later, and this is {platform.python_version()}: "
        "install a newer one, or name it with `make PYTHON=/path/to/python3.12 …`."
    )


def check_machine(root: Path) -> None:
    """Raises `Missing` where it can't work at all."""
    if os.name != "posix":
        raise Missing("Aftercare's demo and tests run on Linux and macOS: on Windows use WSL.")
    if not os.access(root, os.W_OK):
        raise Missing(f"{root} can't be written: use a checkout that belongs to you.")
    free = shutil.disk_usage(root).free
    if free < NEEDED_BYTES:
        raise Missing(
            f"The disk is nearly full ({free // 1_000_000} MB left, about {NEEDED_BYTES // 1_000_000} are needed): "
            "free some space and start again."
        )


def pinned_uv(lock: Path) -> str:
    """The lines of `requirements.lock` that pin uv, with its hashes."""
    found = re.search(r"^uv==[^\n]*\\\n(?:    --hash=[^\n]*\n)+", lock.read_text(), re.MULTILINE)
    if found is None:
        raise Missing("requirements.lock does not pin uv: it was changed by hand, restore it with `git checkout`.")
    return found.group()


def make_environment(checkout: Checkout) -> None:
    """Make `.venv` anew or bring it up to date."""
    check_machine(checkout.root)
    steps = Steps(4)
    steps.run(
        "Making .venv",
        [sys.executable, "-m", "venv", "--clear", str(checkout.venv)],
        "The environment .venv could not be made.",
    )
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(pinned_uv(checkout.lock))
        requirements.flush()
        pip = [str(checkout.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"]
        steps.run("Fetching uv", [*pip, "--require-hashes", "-r", requirements.name], "uv could not be installed.")
    uv = [str(checkout.bin / "uv"), "pip"]
    here = ["--python", str(checkout.python)]
    steps.run(
        "Fetching the pinned packages",
        [*uv, "sync", *here, "--require-hashes", str(checkout.lock)],
        "The pinned packages could not be installed.",
    )
    ours = [part for package in PACKAGES for part in ("-e", str(checkout.root / package))]
    steps.run(
        "Installing Aftercare itself",
        [*uv, "install", *here, "--no-deps", "--no-build-isolation", *ours],
        "Aftercare's own packages could not be installed.",
    )
    checkout.stamp()


def prepare_broker(checkout: Checkout) -> None:
    """Have Kafka's jars and its archive of classes ready. Ends at once when they are."""
    if os.environ.get("AFTERCARE_KAFKA_BOOTSTRAP"):
        return
    command = [str(checkout.python), "-m", "aftercare_local", "prepare"]
    env = dict(_clean(), PYTHONPATH=str(checkout.root / "deploy" / "local"))
    if subprocess.run(command, env=env, check=False).returncode != 0:
        raise Missing("Kafka is not ready: see above.")


def main(arguments: list[str]) -> int:
    """`--without-kafka` for what needs no broker."""
    try:
        check_python()
        checkout = Checkout(ROOT)
        if not checkout.is_current():
            make_environment(checkout)
        if "--without-kafka" not in arguments:
            prepare_broker(checkout)
    except Missing as reason:
        sys.stderr.write(f"Setup stopped. {reason}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"Setup stopped. {what_it_means(str(error), str(error))}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nSetup stopped. Start again to go on.\n")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
