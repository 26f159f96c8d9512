"""Published samples of FHIR, by kind: the same counts as in the table of docs/intake.md."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.service_layer.dry_run import dry_run

SHARED = Path(os.environ.get("AFTERCARE_SHARED_PAYLOADS", Path(__file__).parents[4].parent / "shared" / "payloads"))
FOLDERS = ("fhir-r4-core-examples", "fhir-stu3-core-examples", "hl7-ae-clinical-care-ig", "hl7-ae-clinical-research-ig")
EXPECTED = {
    ("fhir-r4-core-examples", "mapped", "fhir-r4-adverse-event"): 1,
    ("fhir-r4-core-examples", "no-adverse-event", "fhir-bundle"): 5,
    ("fhir-r4-core-examples", "not-an-incident", "fhir-task"): 3,
    ("fhir-r4-core-examples", "not-an-incident", "fhir-communication"): 4,
    ("fhir-r4-core-examples", "not-an-incident", "fhir-auditevent"): 1,
    ("fhir-r4-core-examples", "not-an-incident", "fhir-provenance"): 1,
    ("fhir-r4-core-examples", "not-an-incident", "fhir-other"): 14,
    ("fhir-stu3-core-examples", "mapped", "fhir-stu3-adverse-event"): 1,
    ("fhir-stu3-core-examples", "not-an-incident", "fhir-task"): 1,
    ("fhir-stu3-core-examples", "not-an-incident", "fhir-communication"): 2,
    ("fhir-stu3-core-examples", "not-an-incident", "fhir-other"): 1,
    ("hl7-ae-clinical-care-ig", "mapped", "fhir-r5-adverse-event"): 5,
    ("hl7-ae-clinical-care-ig", "not-an-incident", "fhir-other"): 1,
    ("hl7-ae-clinical-research-ig", "mapped", "fhir-r5-adverse-event"): 10,
}
HARM = {"death": 1, "severe": 4, "moderate": 1, "low": 6, "unknown": 5}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not here")
def test_published_samples_of_fhir_end_as_the_documentation_says() -> None:
    endings: Counter[tuple[str, str, str]] = Counter()
    harm: Counter[str] = Counter()
    for folder in FOLDERS:
        for path in sorted((SHARED / folder).glob("*.[jx]*")):
            for one in dry_run(Door(), Delivery(path.read_bytes()), datetime(2026, 5, 1, tzinfo=UTC)):
                endings[folder, one.taken.reason.value, one.taken.format] += 1
                if one.event is not None:
                    harm[one.event["data"]["state"]["harm"]] += 1
    assert endings == EXPECTED
    assert harm == HARM
