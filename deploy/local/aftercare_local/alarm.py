"""How the story ends for those on call: a promise that is not kept is seen by SREs, by a page that really rings.

With a Prometheus on the machine the alert of the house fires in it; without one the same number stands on the page that
Prometheus would read.
"""

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from aftercare_local.stack import Stack

T = TypeVar("T")
ALERT = "ClockMissed"
_WITHIN_SECONDS = 60.0


def expect_alert(stack: Stack, rule: str) -> dict[str, Any] | None:
    """Wait until the miss of `rule` rings in Prometheus, and return the alert. Raises `AssertionError`.

    `None` where there is no Prometheus: then it waits until the miss stands on the metrics page.
    """
    if stack.prometheus.running:
        return _eventually(lambda: stack.prometheus.firing(ALERT, rule=rule), f"{ALERT} does not fire for {rule}")
    _eventually(lambda: missed_on_pages(stack, rule) or None, f"no metrics page counts a miss of {rule}")
    return None


def missed_on_pages(stack: Stack, rule: str) -> int:
    """How many misses of `rule` the processes of the clocks have counted together, by their metrics pages."""
    counted = 0
    for name, url in stack.process_urls.items():
        if name.startswith("sla-"):
            counted += misses_in(httpx.get(f"{url}/metrics", timeout=10).raise_for_status().text, rule)
    return counted


def misses_in(page: str, rule: str) -> int:
    """The same of one page."""
    lines = re.findall(r"^aftercare_sla_clocks_ended_total\{([^}]*)\} (\S+)$", page, re.MULTILINE)
    wanted = {f'rule="{rule}"', 'outcome="missed"'}
    return sum(int(float(value)) for labels, value in lines if wanted <= set(labels.split(",")))


def _eventually(look: Callable[[], T | None], otherwise: str) -> T:
    end = time.monotonic() + _WITHIN_SECONDS
    while (found := look()) is None:
        if time.monotonic() > end:
            raise AssertionError(otherwise)
        time.sleep(0.2)
    return found
