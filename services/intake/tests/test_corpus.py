"""What becomes of published samples, by kind: the table in docs/intake.md, pinned. The samples are no part of this."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.service_layer.dry_run import dry_run

SAMPLES = Path(os.environ.get("AFTERCARE_SHARED_PAYLOADS", Path(__file__).parents[3].parent / "shared" / "payloads"))
RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)
Kind = tuple[str, str, str]
EXPECTED: dict[str, dict[Kind, int]] = {
    "cloudevents-spec": {
        ("parked", "cloudevent", "unsupported-type"): 16,
        ("parked", "cloudevent", "data-elsewhere"): 1,
        ("rejected", "cloudevent", "binary"): 2,
        ("rejected", "json", "empty"): 1,
        ("rejected", "json-schema", "not-a-record"): 1,
        ("rejected", "cloudevent-listing", "not-a-record"): 3,
        ("rejected", "yaml", "not-a-record"): 3,
        ("rejected", "markdown", "not-a-record"): 1,
    },
    "hl7-icsr-ae-reporting": {
        ("mapped", "e2b-r2", "mapped"): 1,
        ("mapped", "e2b-r3", "mapped"): 1,
        ("rejected", "markdown", "not-a-record"): 1,
    },
    "uk-hmpps-incident-reporting": {
        ("mapped", "hmpps-report", "mapped"): 2,
        ("parked", "hmpps-part", "missing-field"): 15,
        ("parked", "json", "unknown-shape"): 1,
        ("rejected", "markdown", "not-a-record"): 1,
        ("rejected", "yaml", "not-a-record"): 1,
    },
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize("folder", sorted(EXPECTED))
def test_each_kind_of_sample_ends_as_the_table_says(folder: str) -> None:
    found: Counter[Kind] = Counter()
    for file in sorted((SAMPLES / folder).iterdir()):
        for one in dry_run(Door(), Delivery(file.read_bytes()), RECEIVED):
            found[one.taken.outcome.value, one.taken.format, one.taken.reason.value] += 1
    assert found == EXPECTED[folder]
