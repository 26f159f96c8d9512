"""Rules, runbooks, dashboards and metrics speak of the same things, and each check has seen what it forbids."""

import json
from pathlib import Path
from typing import Any

import pytest

from telemetry import check, generate
from telemetry.burn import rule_groups
from telemetry.dashboards import dashboards
from telemetry.known import measured
from telemetry.objectives import ObjectiveError, read_objectives
from telemetry.places import DASHBOARDS, OBJECTIVES, RUNBOOKS
from telemetry.promql import ExpressionError, looked_at, parse

ALERT: dict[str, Any] = {
    "alert": "DeadLetters",
    "expr": "aftercare_consumer_lag > 0",
    "labels": {"severity": "page"},
    "annotations": {"summary": "s", "description": "d", "runbook_url": "docs/runbooks/dead-letters.md"},
}


def faults(**changed: Any) -> list[str]:
    return list(check.rule_faults([{"name": "g", "rules": [ALERT | changed]}]))


def test_every_rule_asks_for_what_is_measured_and_every_alert_has_words_and_a_runbook() -> None:
    assert list(check.rule_faults(check.groups())) == []


def test_every_runbook_is_about_an_alert_that_exists_and_is_listed() -> None:
    assert list(check.runbook_faults(check.groups())) == []


def test_every_panel_asks_for_what_is_measured_and_for_one_class_of_clocks() -> None:
    assert list(check.dashboard_faults(check.all_known(check.groups()))) == []


def test_an_alert_that_is_fine_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"expr": "aftercare_consumer_lags > 0"}, "measured by nobody"),
        ({"expr": 'aftercare_consumer_lag{person="x"} > 0'}, "has no label person"),
        ({"expr": "sum by (unit) (aftercare_consumer_lag) > 0"}, "has the label unit"),
        ({"expr": 'aftercare_sla_clocks_ended_total{outcome="breached"} > 0'}, "outcome is never breached"),
        ({"expr": 'aftercare_outreach_messages_total{status=~"sent|lost"} > 0'}, "status is never lost"),
        ({"expr": 'aftercare_timers_lateness_seconds_bucket{le="7.0"} > 0'}, "no bucket that ends at 7.0"),
        ({"expr": "sum(aftercare_consumer_lag"}, "is not PromQL"),
        ({"labels": {"severity": "urgent"}}, "no severity"),
        ({"annotations": {"summary": "s", "runbook_url": "docs/runbooks/dead-letters.md"}}, "has no description"),
        ({"annotations": ALERT["annotations"] | {"runbook_url": "docs/runbooks/none.md"}}, "is not there"),
        ({"alert": "Other"}, "does not say that it is about it"),
    ],
)
def test_an_alert_with_a_fault_is_found(changed: dict[str, Any], fault: str) -> None:
    (found,) = faults(**changed)
    assert fault in found


def test_a_runbook_about_an_alert_that_was_taken_away_is_found(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("[a](a.md)")
    (tmp_path / "a.md").write_text("# A\n\n**Alert:** `Gone`\n")
    (tmp_path / "b.md").write_text("# B\n")
    found = list(check.runbook_faults([{"rules": [ALERT]}], tmp_path))
    assert found == ["a.md is about Gone, which no rule has", "README.md of the runbooks does not list b.md"]


def test_a_panel_that_adds_classes_up_is_found(tmp_path: Path) -> None:
    targets = [{"expr": "sum(aftercare_sla_clocks_open)"}]
    (tmp_path / "x.json").write_text(json.dumps({"panels": [{"title": "all", "targets": targets}]}))
    assert list(check.dashboard_faults(measured(), tmp_path)) == ["x.json, all: mixes classes of clocks"]


def test_what_is_generated_is_as_it_would_be_generated_now() -> None:
    assert generate.main(["--check"]) == 0


def test_every_objective_pages_over_an_hour_and_over_six_and_asks_for_enough_events() -> None:
    for objective in read_objectives():
        _, group = rule_groups([objective])["groups"]
        page, ticket = group["rules"]
        windows = {selector.metric.rpartition("_")[2] for selector in looked_at(page["expr"]).selectors}
        assert {"5m", "1h", "30m", "6h"} <= windows
        assert page["labels"]["severity"] == "page"
        assert ticket["labels"]["severity"] == "ticket"
        counted = "aftercare:slo_events:count_1h" in page["expr"]
        assert counted is (objective.events is not None)
        assert counted is (objective.minimum_events > 0)


@pytest.mark.parametrize(
    ("written", "instead", "fault"),
    [
        ("target: 0.999", "target: 0.9", "can never burn fast enough"),
        ("openslo/v1", "openslo/v2", "is not an SLO"),
        ("[{{.window}}]", "[5m]", "without"),
    ],
)
def test_an_objective_that_cannot_ring_is_refused(tmp_path: Path, written: str, instead: str, fault: str) -> None:
    text = (OBJECTIVES / "message-handling.yaml").read_text("utf-8")
    (tmp_path / "one.yaml").write_text(text.replace(written, instead))
    with pytest.raises(ObjectiveError, match=fault):
        list(read_objectives(tmp_path))


def test_panels_lie_beside_each_other_and_never_on_one_another() -> None:
    for board in dashboards().values():
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            assert place["x"] + place["w"] <= 24
            taken |= cells
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_no_panel_speaks_of_a_person_a_case_or_a_place() -> None:
    for path in DASHBOARDS.glob("*.json"):
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                grouped = looked_at(
                    target["expr"].replace("$__rate_interval", "5m").replace("$__range", "1d")
                ).grouped_by
                assert not grouped & {"site", "unit", "person", "case", "incident", "clock"}


def test_what_is_not_promql_is_refused() -> None:
    with pytest.raises(ExpressionError):
        parse("sum(")


def test_runbooks_say_what_it_means_where_to_look_what_to_do_and_how_it_ends() -> None:
    older = {"dead-letters.md", "outbox-growing.md", "timers-late.md", "parked-records.md"}
    for page in RUNBOOKS.glob("*.md"):
        if check.alerts_of(page) and page.name not in older:
            text = page.read_text("utf-8")
            missing = [word for word in ("You see", "Meaning.", "Look", "Do", "It ends") if f"**{word}**" not in text]
            assert not missing, f"{page.name} lacks {missing}"
