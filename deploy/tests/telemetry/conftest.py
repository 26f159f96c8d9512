"""`deploy` on the path, as the checks of the house have it, and promtool where the machine has one."""

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
