"""`aftercare-intake check` as a stranger uses it."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aftercare.intake.entrypoints.cli import app
from aftercare.schemas.registry import decode

GOLDEN = Path(__file__).parent / "golden"
SHARED = Path(os.environ.get("AFTERCARE_SHARED_PAYLOADS", Path(__file__).parents[3].parent / "shared" / "payloads"))


def check(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["check", "--as-received", "2026-01-01T00:00:00Z", *arguments])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_golden_file_ends_as_written_down() -> None:
    expected: dict[str, Any] = {}
    for endings in sorted((GOLDEN / "expected").glob("*.json")):
        told_here = json.loads(endings.read_text())
        assert not expected.keys() & told_here.keys(), "one file says how a record ends"
        expected |= told_here
    lines = check(str(GOLDEN / "records"))
    found: dict[str, list[list[str]]] = {}
    for line in lines:
        told = [line["outcome"], line["reason"].split(":")[0], line["format"]]
        if line.get("event"):
            told.append(line["event"]["type"])
        found.setdefault(Path(line["file"]).relative_to(GOLDEN / "records").as_posix(), []).append(told)
    assert found == expected


def test_each_line_has_what_scripts_rely_on(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"resourceType": "AdverseEvent", "id": "1", "actuality": "potential"}')
    (tmp_path / "bad.json").write_text("{")
    bad, good = check("--as-received", "2026-05-01T00:00:00Z", str(tmp_path))
    assert (bad["record"], bad["outcome"]) == (0, "rejected")
    assert bad["reason"].startswith("truncated-json: ")
    assert "event" not in bad
    assert (good["outcome"], good["format"]) == ("mapped", "fhir-r4-adverse-event")
    assert good["event"]["data"]["state"]["harm"] == "near-miss"
    assert good["event"]["data"]["state"]["received"] == "2026-05-01T00:00:00Z"
    assert decode(good["event"]["type"], json.dumps(good["event"]["data"]).encode()) is not None


def test_each_incident_says_how_many_relevant_persons_it_names(tmp_path: Path) -> None:
    patients = [{"resourceType": "Patient", "id": "p", "extension": [_patient("3"), _patient("2")]}]
    lfpse = {"resourceType": "AdverseEvent", "id": "l", "category": "AE", "contained": patients}
    (tmp_path / "a.json").write_text('{"resourceType": "AdverseEvent", "id": "1", "subject": {"display": "Berta"}}')
    (tmp_path / "b.json").write_text(
        '{"resourceType": "AdverseEvent", "id": "2", "subject": {"reference": "Patient/1"}}'
    )
    (tmp_path / "c.json").write_text(json.dumps(lfpse))
    lines = check(str(tmp_path))
    assert [line["relevant_persons"] for line in lines] == [0, 1, 2]
    assert lines[1]["event"]["data"]["state"]["relevant_persons"][0]["relevant_person"].startswith("pat_")
    told = [one["harm"] for one in lines[2]["event"]["data"]["state"]["relevant_persons"]]
    assert sorted(told) == ["moderate", "severe"]


def test_an_incident_of_more_patients_than_a_message_can_hold_names_none_one_by_one(tmp_path: Path) -> None:
    def event(count: int) -> str:
        data = {"record": {"id": "A"}, "patients": [{"value": f"P-{number}"} for number in range(count)]}
        envelope = {"specversion": "1.0", "id": "1", "source": "s", "type": "org.aftercare.source.incident-reported"}
        return json.dumps(envelope | {"data": data})

    (tmp_path / "a.json").write_text(event(1000))
    (tmp_path / "b.json").write_text(event(1001))
    many, too_many = check(str(tmp_path))
    assert (many["relevant_persons"], too_many["relevant_persons"]) == (1000, 0)
    assert len(json.dumps(many["event"])) < 262144
    assert too_many["doubts"] == ["too-many:patients"]


def _patient(harm: str) -> dict[str, Any]:
    said = [{"url": "PhysicalHarm", "valueCode": harm}]
    return {"url": "https://taxonomy.example/StructureDefinition/patient-information-5", "extension": said}


def test_the_output_is_the_same_each_time() -> None:
    assert check(str(GOLDEN / "records")) == check(str(GOLDEN / "records"))


def test_a_bundle_has_a_line_per_event(tmp_path: Path) -> None:
    event = {"resourceType": "AdverseEvent", "actuality": "actual"}
    entries = [{"resource": event | {"id": str(number)}} for number in range(3)]
    (tmp_path / "bundle.json").write_text(json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}))
    assert [line["record"] for line in check(str(tmp_path))] == [0, 1, 2]


def test_one_format_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"resourceType": "AdverseEvent"}')
    [line] = check("--format", "fhir-bundle", str(tmp_path))
    assert (line["outcome"], line["reason"].split(":")[0]) == ("parked", "not-this-format")


def test_a_file_that_is_not_there_is_a_line_too(tmp_path: Path) -> None:
    [line] = check(str(tmp_path / "nowhere.json"))
    assert (line["outcome"], line["reason"].split(":")[0]) == ("rejected", "unreadable-file")


def test_a_source_gives_its_zone_and_scale(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("sources:\n  - {name: safety, zone: Asia/Tokyo}\n")
    (tmp_path / "event.json").write_text('{"resourceType": "AdverseEvent", "date": "2026-03-02"}')
    [line] = check("--sources", str(tmp_path / "sources.yaml"), "--source", "safety", str(tmp_path / "event.json"))
    state = line["event"]["data"]["state"]
    assert (state["source"], state["occurred"]["earliest"]) == ("safety", "2026-03-01T15:00:00Z")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not here")
def test_every_file_of_the_shared_corpus_has_an_outcome_and_a_reason() -> None:
    lines = check(str(SHARED))
    files = {str(path) for path in SHARED.rglob("*") if path.is_file()}
    assert {line["file"] for line in lines} == files
    assert not [line for line in lines if line["reason"].startswith(("mapping-failed", "unreadable-file"))]
    assert all(line["outcome"] == "mapped" or line["reason"].count(";") >= 1 for line in lines)
    outcomes = Counter((Path(line["file"]).suffix, line["outcome"]) for line in lines)
    assert outcomes[".md", "rejected"] == sum(name.endswith(".md") for name in files)


def test_a_date_to_come_is_passed_on_and_doubted(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"resourceType": "AdverseEvent", "date": "2031-01-01"}')
    [line] = check(str(tmp_path))
    assert line["doubts"] == ["in-the-future:occurred"]
    assert line["event"]["data"]["state"]["occurred"]["precision"] == "day"
