"""Every alert rings when it must, and a quiet day rings nobody: tried out by Prometheus' own tool."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from telemetry import check
from telemetry.places import HERE, RULES
from telemetry.quiet import quiet_days

pytestmark = pytest.mark.real
TRIED = sorted((HERE / "promtool").glob("*.yaml"))


def run(promtool: str, *arguments: str) -> str:
    done = subprocess.run(
        [promtool, *arguments], capture_output=True, text=True, timeout=110, check=False, cwd=HERE / "promtool"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_reads_every_rule(promtool: str) -> None:
    run(promtool, "check", "rules", *map(str, sorted(RULES.glob("*.yaml"))))


def test_prometheus_reads_the_example_of_its_configuration(promtool: str) -> None:
    run(promtool, "check", "config", "--syntax-only", str(HERE / "prometheus.yaml"))


@pytest.mark.parametrize("file", TRIED, ids=lambda file: file.stem)
def test_alerts_ring_when_they_must_and_only_then(promtool: str, file: Path) -> None:
    run(promtool, "test", "rules", str(file))


def test_every_alert_is_tried_out() -> None:
    tried = {name for file in TRIED for name in re.findall(r'alertname="(\w+)"', file.read_text("utf-8"))}
    assert {alert["alert"] for alert in check.alerts(check.groups())} <= tried


def test_a_working_day_a_night_and_a_saturday_ring_nobody(promtool: str, tmp_path: Path) -> None:
    rules = [str(file) for file in sorted(RULES.glob("*.yaml"))]
    (tmp_path / "quiet.yaml").write_text(yaml.safe_dump(quiet_days(rules)))
    run(promtool, "test", "rules", str(tmp_path / "quiet.yaml"))
