"""What the processes of the stack cost: memory and processor time, asked from the operating system."""

import time
from dataclasses import dataclass

import psutil
from aftercare_local.stack import Stack

OURS = ("intake", "directory", "support", "outreach")
PARTS = ("postgres", "kafka", "mail")


@dataclass(frozen=True, slots=True)
class Memory:
    """In MB (a million bytes). Of `resident`, `own` would be free again if the process ended."""

    resident: float
    own: float


def memory_of(stack: Stack) -> dict[str, Memory]:
    """Each of our processes by name."""
    seen = {}
    for name, process in stack.services.items():
        known = psutil.Process(process.child.pid).memory_full_info()
        seen[name] = Memory(known.rss / 1e6, known.uss / 1e6)
    return seen


def processor_seconds(stack: Stack) -> dict[str, float]:
    """Seconds of one core that each process that runs, and each part with its children, has used so far."""
    running = [name for name in (*stack.services, *PARTS) if stack.child(name).running]
    return {name: sum(_used(one) for one in _family(stack.child(name).pid)) for name in running}


def idle_percent(stack: Stack, seconds: float) -> dict[str, float]:
    """How much of one core each process uses while nothing happens for so long."""
    before, began = processor_seconds(stack), time.monotonic()
    time.sleep(seconds)
    after, passed = processor_seconds(stack), time.monotonic() - began
    return {name: (after[name] - before[name]) / passed * 100 for name in before}


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # a database connection that has ended in the meantime
        return 0.0
    return times.user + times.system
