"""Checks that run as commands of their own: the walls, and files that are generated."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from checks.source import Finding

WALLS: Final = "walls"
GENERATED: Final = "generated"
_METRICS: Final = (
    "import pathlib, sys; from aftercare.kit.telemetry.page import is_stale;"
    "sys.exit('stale: run make docs' if is_stale(pathlib.Path('docs/metrics.md')) else 0)"
)
_TELEMETRY: Final = (
    "import sys; sys.path.insert(0, 'deploy'); from telemetry.generate import main; sys.exit(main(['--check']))"
)
GENERATORS: Final = {
    "docs/events.md, schemas/json, schemas/asyncapi.yaml": ("-m", "aftercare.schemas.generate", "--check"),
    "docs/metrics.md": ("-c", _METRICS),
    "deploy/telemetry/rules/slo.yaml, deploy/telemetry/dashboards": ("-c", _TELEMETRY),
    "docs/clock-packs.md": ("-m", "aftercare.programme.clock_page", "docs/clock-packs.md", "--check"),
}
"""What is generated, and the Python command that fails when it is stale."""
_IMPORT_LINTER: Final = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"


def find_walls(root: Path) -> Iterator[Finding]:
    """Imports that cross a wall of `.importlinter`."""
    command = [sys.executable, "-c", _IMPORT_LINTER, "--no-logo", "--no-cache", "--config", ".importlinter"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    if run.returncode != 0:
        details = (run.stdout + run.stderr).partition("Broken contracts")[2] or run.stdout + run.stderr
        yield Finding(Path(".importlinter"), 1, WALLS, details.strip())


def find_stale(root: Path) -> Iterator[Finding]:
    """Generated files that differ from what would be generated."""
    for name, command in GENERATORS.items():
        run = subprocess.run(
            [sys.executable, *command], cwd=root, capture_output=True, text=True, check=False, timeout=120
        )
        if run.returncode != 0:
            yield Finding(Path(name), 1, GENERATED, (run.stdout + run.stderr).strip())
