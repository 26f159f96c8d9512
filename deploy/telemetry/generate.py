"""Write what is made from something else: rules from objectives, dashboards from their code.

`python -m telemetry.generate` writes, `--check` fails when something is stale. Run with `deploy` on the path.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from telemetry.burn import rule_groups
from telemetry.dashboards import dashboards
from telemetry.objectives import read_objectives
from telemetry.places import DASHBOARDS, GENERATED_RULES, ROOT

_HEAD = "# Made by `make docs` from deploy/telemetry/slo/*.yaml; don't edit it here.\n"


class _Plain(yaml.SafeDumper):
    """Long expressions over several lines, and no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text)


def generated() -> Mapping[Path, str]:
    """Every generated file with its whole text."""
    rules = yaml.dump(rule_groups(read_objectives()), Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True)
    files = {GENERATED_RULES: _HEAD + rules}
    for name, board in dashboards().items():
        files[DASHBOARDS / f"{name}.json"] = json.dumps(board, indent=2, ensure_ascii=False) + "\n"
    return files


def main(arguments: list[str]) -> int:
    """1 when `--check` finds something stale."""
    stale = [path for path, text in generated().items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is stale: run make docs")
        else:
            path.write_text(generated()[path], encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
