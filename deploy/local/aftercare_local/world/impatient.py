"""A programme that waits for nothing: for measuring and for breaking things, where real time must not matter."""

from datetime import time, timedelta
from pathlib import Path

import yaml

from aftercare.programme.loader import load_programme
from aftercare.programme.model import WakingHours


def write_impatient_programme(folder: Path) -> Path:
    """The generic pack without a merge window and awake day and night, as a file."""
    generic = load_programme("generic")
    outreach = generic.outreach.model_copy(
        update={"merge_window": timedelta(0), "waking": WakingHours(start=time(0, 0), end=time(23, 59, 59))}
    )
    impatient = generic.model_copy(update={"name": "impatient", "outreach": outreach})
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "impatient.yaml"
    file.write_text(yaml.safe_dump(impatient.model_dump(mode="json"), allow_unicode=True))
    return file
