"""Where everything lies."""

from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = ROOT / "deploy" / "telemetry"
RULES: Final = HERE / "rules"
GENERATED_RULES: Final = RULES / "slo.yaml"
OBJECTIVES: Final = HERE / "slo"
DASHBOARDS: Final = HERE / "dashboards"
RUNBOOKS: Final = ROOT / "docs" / "runbooks"


def read_yaml(path: Path) -> Any:
    """The content of one file of ours."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
