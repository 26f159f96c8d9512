"""What each golden record of FHIR says once it is in our words: written down, and held against the specification."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.service_layer.dry_run import DryResult, dry_run

GOLDEN = Path(__file__).parents[1] / "golden"
RECEIVED = datetime(2026, 5, 1, tzinfo=UTC)
_CLOCKS = ("occurred", "discovered", "recorded")


def told(result: DryResult) -> dict[str, Any]:
    """The parts of an ending that a clinician would look at."""
    state = (result.event or {}).get("data", {}).get("state", {})
    found = {
        "harm": state.get("harm"),
        "subject": state.get("subject"),
        "people": [one["relation"] for one in state.get("involved", ())],
        "flags": state.get("flags"),
        **{name: f"{state[name]['latest'][:10]} {state[name]['precision']}" for name in _CLOCKS if name in state},
        "doubts": list(result.taken.doubts),
    }
    return {name: value for name, value in found.items() if value}


def test_every_golden_record_of_fhir_says_what_is_written_down() -> None:
    expected = json.loads((GOLDEN / "details" / "fhir.json").read_text())
    found = {
        path.relative_to(GOLDEN / "records").as_posix(): [
            told(one) for one in dry_run(Door(), Delivery(path.read_bytes()), RECEIVED)
        ]
        for path in sorted((GOLDEN / "records").glob("fhir-*/*"))
    }
    assert found == expected
