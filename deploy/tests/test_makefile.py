"""The commands of the house."""

import os
import subprocess

import pytest
from aftercare_local.paths import ROOT


def make(*arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True, env=kept)
    return done.stdout


def test_help_lists_every_command_with_what_it_does() -> None:
    listed = {line.split()[1]: line for line in make("help").splitlines()}
    assert {"demo", "test", "unit", "check", "bench", "chaos", "fuzz", "docs", "clean"} <= set(listed)
    assert make() == make("help")


@pytest.mark.parametrize("target", ["demo", "test", "unit", "check", "bench", "chaos", "fuzz", "docs"])
def test_every_command_sets_up_what_it_needs_by_itself(target: str) -> None:
    assert make("--dry-run", target).splitlines()[0].startswith("python3 deploy/local/bootstrap.py")


def test_once_ends_the_demo_after_the_story() -> None:
    assert "demo --once" in make("--dry-run", "demo", "ONCE=1")
    for other in ("ONCE=", "ONCE=0"):
        assert "--once" not in make("--dry-run", "demo", other)


def test_ci_runs_all_that_must_hold_and_ends_with_the_summary_of_pytest() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "pytest" in make("--dry-run", "test").splitlines()[-1]
