"""What is well said and may yet be wrong is shown: harm by code, moments without a zone, one person everywhere."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from .conftest import Check, Examine, mapped

MAPPING = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    record: {id: nr}
    occurred: at
    discovered: seen
    harm: {value: harm, codes: {1: no-harm, 2: low, 3: severe}}
    staff: {each: people, value: no, display: name}
    patients: {each: patients, value: mrn, harm: {value: sac, scale: nrls}}
"""


def records(count: int, **changes: Any) -> list[dict[str, Any]]:
    plain: dict[str, Any] = {"at": "2025-11-02T10:00Z", "seen": None, "harm": 1, "patients": []}
    return [
        {"nr": f"A-{number}", "people": [{"no": f"N-{number}", "name": None}], **plain, **changes}
        for number in range(count)
    ]


def told(result: Result, about: str) -> list[str]:
    lines = [line[line.index("ward.yaml") :] for line in result.stderr.splitlines()]
    return [line for line in lines if about in line]


def test_each_code_is_shown_with_the_harm_that_it_is_from_the_mildest_to_the_worst(check: Check) -> None:
    samples = [*records(2, harm=3), *records(1), *records(3, harm=None), *records(1, harm="Anna Ahorn")]
    result = check(MAPPING, *samples)
    [line] = told(result, "harm: ")
    assert (
        line == "ward.yaml:8: harm: 1 is no-harm (1), 3 is severe (2), nothing is unknown (3), others are unknown (1)"
    )
    assert "Ahorn" not in result.output


def test_harm_of_each_patient_is_shown_by_the_codes_of_its_scale(check: Check) -> None:
    patients = [{"mrn": "P-1", "sac": "death"}, {"mrn": "P-2", "sac": "Moderate"}, {"mrn": "P-3", "sac": "huge"}]
    [line] = told(check(MAPPING, *records(1, patients=patients)), "patients.harm: ")
    assert line == "ward.yaml:10: patients.harm: moderate is moderate (1), death is death (1), others are unknown (1)"


def test_a_mapping_that_tells_no_harm_shows_none(check: Check) -> None:
    assert told(check(MAPPING[: MAPPING.index("    harm:")], *records(2)), "harm: ") == []


def test_a_scale_of_the_source_counts_where_the_mapping_names_none(check: Check, tmp_path: Path) -> None:
    bare = MAPPING.replace("harm: {value: harm, codes: {1: no-harm, 2: low, 3: severe}}", "harm: harm")
    assert told(check(bare, *records(1, harm="low")), "harm: ") == ["ward.yaml:8: harm: others are unknown (1)"]
    of_source = bound(tmp_path, "harm_scale: nrls")
    assert told(check(bare, *records(1, harm="low"), options=of_source), "harm: ") == [
        "ward.yaml:8: harm: low is low (1)"
    ]


def bound(folder: Path, setting: str) -> tuple[str, ...]:
    (folder / "sources.yaml").write_text(f"sources:\n  - {{name: ward, mapping: ward.yaml, {setting}}}\n")
    return "--sources", str(folder / "sources.yaml"), "--source", "ward"


ZONELESS = "ward.yaml: no `zone`: 2 of 3 moments of occurred and discovered state none themselves; "


@pytest.mark.parametrize("moment", ["2025-11-02T10:00", "2025-11-02 10:00:00", "2025-11-02"])
def test_a_moment_without_a_zone_is_told_with_the_zone_that_is_taken(check: Check, tmp_path: Path, moment: str) -> None:
    samples = [*records(1, at=moment, seen=moment), *records(1)]
    assert told(check(MAPPING, *samples), "zone") == [f"{ZONELESS}none is known, so that each is a day wide or more"]
    of_source = bound(tmp_path, "zone: Europe/London")
    assert told(check(MAPPING, *samples, options=of_source), "zone") == [
        f"{ZONELESS}Europe/London is taken, from the source"
    ]
    assert told(check(MAPPING.replace("messages:", "zone: Europe/Berlin\nmessages:"), *samples), "zone") == []


def test_when_a_version_was_saved_is_read_in_the_zone_of_the_source_too(examine: Examine, check: Check) -> None:
    saved = MAPPING.replace("{id: nr}", "{id: nr, updated: saved}")
    [one] = examine(saved, records(1, saved="2025-07-03T07:12"))
    assert mapped(one).version.updated == datetime(2025, 7, 3, 6, 12, tzinfo=UTC)
    [line] = told(check(saved, *records(1, saved="2025-07-03T07:12")), "zone")
    assert line.endswith("a day wide or more, and `record.updated` tells no version from another")


def test_moments_that_state_their_zone_are_told_nothing(check: Check) -> None:
    assert told(check(MAPPING, *records(3, seen="2025-11-02T10:00+01:00")), "zone") == []


SAME = "ward.yaml:9: staff.value: one and the same in 5 of 6 records; if it names nobody list it under `nobody`"


def test_one_person_in_nearly_every_record_is_told(check: Check) -> None:
    samples = [*records(5, people=[{"no": "4711", "name": "Dienst"}] * 2), *records(1)]
    result = check(MAPPING, *samples)
    assert told(result, "one and the same") == [SAME]
    assert "4711" not in result.output
    assert told(check(MAPPING, *samples, options=("--trace",)), "one and the same") == [f"{SAME}: '4711'"]


def test_one_person_in_few_records_or_in_some_of_many_is_told_nothing(check: Check) -> None:
    often = [{"no": "4711", "name": None}]
    assert told(check(MAPPING, *records(4, people=often)), "one and the same") == []
    assert told(check(MAPPING, *records(6, people=often), *records(3)), "one and the same") == []


def test_what_is_only_shown_fails_no_strict_check(check: Check) -> None:
    samples = records(6, at="2025-11-02T10:00", seen="2025-11-02T10:05", people=[{"no": "4711", "name": None}])
    assert check(MAPPING, *samples, options=("--strict",)).exit_code == 0
