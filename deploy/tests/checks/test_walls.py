"""Each wall of `.importlinter` has been seen to fall: one tree that breaks all of them, one that keeps them."""

import configparser
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.real

ROOT: Final = Path(__file__).parents[3]
SERVICES: Final = ("intake", "directory", "support", "outreach", "sla")
PARTS: Final = ("domain", "service_layer", "adapters", "entrypoints")
MODULES: Final = (
    "schemas/x.py",
    "kit/x.py",
    "kit/stream/__init__.py",
    "kit/stream/faust_worker.py",
    "programme/x.py",
    *(f"{service}/{part}/{file}" for service in SERVICES for part in PARTS for file in ("__init__.py", "x.py")),
    *(f"{service}/bootstrap.py" for service in SERVICES),
    "sla/auditor/__init__.py",
    "sla/auditor/x.py",
    *(f"{service}/entrypoints/{file}.py" for service in SERVICES for file in ("api", "stream")),
)
GOOD: Final = {
    "kit/stream/faust_worker.py": "import faust",
    "support/domain/x.py": "import aftercare.programme.x\nimport datetime",
    "support/service_layer/x.py": "import aftercare.support.domain.x\nimport aftercare.kit.x\nimport sqlalchemy",
    "support/entrypoints/api.py": "import fastapi\nimport aftercare.support.bootstrap",
    "support/entrypoints/stream.py": "import faust",
}
BAD: Final = {
    "services-are-strangers": {"support/adapters/x.py": "import aftercare.outreach.domain.x"},
    "domain-knows-no-machinery": {"support/domain/x.py": "import aftercare.schemas.x"},
    "domain-is-pure": {"intake/domain/x.py": "import random"},
    "domain-is-the-core": {"directory/domain/x.py": "import aftercare.directory.adapters.x"},
    "faust-has-one-place": {"outreach/service_layer/x.py": "import faust"},
    "fastapi-at-the-edge": {"outreach/adapters/x.py": "import fastapi"},
    "kit-knows-no-medicine": {"kit/x.py": "import aftercare.programme.x"},
    "contracts-stand-alone": {"schemas/x.py": "import aftercare.kit.x"},
    "two-readings-of-the-clocks": {"sla/auditor/x.py": "import aftercare.sla.domain.x"},
}


def contracts() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [section.rpartition(":")[2] for section in parser.sections() if ":contract:" in section]


def build(folder: Path, contents: Mapping[str, str]) -> Path:
    for package in ("schemas", "kit", "programme", *SERVICES):
        (folder / "aftercare" / package).mkdir(parents=True, exist_ok=True)
        (folder / "aftercare" / package / "__init__.py").touch()
    for module in MODULES:
        file = folder / "aftercare" / module
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(contents.get(module, "") + "\n")
    return folder


def lint(folder: Path, *only: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command as run; run()"]
    options = ["--no-logo", "--no-cache", "--config", str(ROOT / ".importlinter")]
    limits = [part for name in only for part in ("--contract", name)]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [*command, *options, *limits], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_contract_has_a_sample_that_breaks_it() -> None:
    assert sorted(contracts()) == sorted(BAD)


def test_a_tree_that_keeps_to_the_walls_passes(tmp_path: Path) -> None:
    run = lint(build(tmp_path, GOOD))
    assert run.returncode == 0, run.stdout
    assert f"{len(contracts())} kept, 0 broken" in run.stdout


@pytest.mark.parametrize("contract", BAD)
def test_a_wall_falls_when_it_is_crossed(contract: str, tmp_path: Path) -> None:
    run = lint(build(tmp_path, GOOD | BAD[contract]), contract)
    assert run.returncode != 0
    assert "0 kept, 1 broken" in run.stdout
