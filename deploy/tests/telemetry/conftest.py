"""`deploy` on the path, as the checks of the house have it, and tools of others where the machine has them."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def promtool() -> str:
    """The command. `AFTERCARE_PROMTOOL` names one that is not on the path."""
    found = os.environ.get("AFTERCARE_PROMTOOL") or shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool: the alerts were NOT tried out (it comes with Prometheus; AFTERCARE_PROMTOOL=path)")
    return found


@pytest.fixture(scope="session")
def collector() -> str:
    """The command. `AFTERCARE_OTELCOL` names one that is not on the path."""
    found = os.environ.get("AFTERCARE_OTELCOL") or shutil.which("otelcol-contrib") or shutil.which("otelcol")
    if found is None:
        pytest.skip("no OpenTelemetry collector: its example was NOT tried out (AFTERCARE_OTELCOL=path)")
    return found
