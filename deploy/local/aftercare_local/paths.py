"""Where things lie. Everything that the stack writes is git-ignored: `.cache/` is kept, `run/` is one run each."""

import os
import secrets
from pathlib import Path

from aftercare.kit.clock import SystemClock

ROOT = Path(__file__).resolve().parents[3]
LOCAL = ROOT / "deploy" / "local"


def cache_folder() -> Path:
    """Downloads and archives that the next run uses again."""
    return Path(os.environ.get("AFTERCARE_CACHE", ROOT / ".cache"))


def new_run_folder(purpose: str) -> Path:
    """A fresh folder for one run: `run/20260131T120000-demo-4f2a`."""
    moment = SystemClock().now().strftime("%Y%m%dT%H%M%S")
    folder = runs_folder() / f"{moment}-{purpose}-{secrets.token_hex(2)}"
    folder.mkdir(parents=True)
    return folder


def runs_folder() -> Path:
    return Path(os.environ.get("AFTERCARE_RUNS", ROOT / "run"))
