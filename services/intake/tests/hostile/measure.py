"""Takes every hostile body in a process of its own and prints what it cost: one JSON line per body.

A process that dies, or takes more than it may, is a line that is missing.
"""

import json
import os
import resource
import runpy
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.service_layer.dry_run import dry_run

MADE = runpy.run_path(str(Path(__file__).with_name("bodies.py")))
RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)


def measure(name: str, case: Any) -> None:
    body = case.make()
    delivery = Delivery(body, case.headers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    reasons = Counter(found.taken.reason.value for found in dry_run(Door(limit=MADE["LIMIT"]), delivery, RECEIVED))
    line = {
        "name": name,
        "seconds": time.process_time() - started,
        "mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "reasons": reasons,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    for name, case in MADE["CASES"].items():
        child = os.fork()
        if child == 0:
            measure(name, case)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
