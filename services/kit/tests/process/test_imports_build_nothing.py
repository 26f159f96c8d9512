"""Importing any package needs no network, no environment and no database, and opens nothing."""

import pkgutil
import subprocess
import sys

import aftercare

_PACKAGES = sorted(f"aftercare.{module.name}" for module in pkgutil.iter_modules(aftercare.__path__))

_CODE = """
import asyncio, importlib, pkgutil, socket, sys, threading

def refuse(*_, **__):
    raise AssertionError("something was opened at import")

socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = refuse
socket.create_connection = socket.getaddrinfo = refuse
asyncio.new_event_loop = refuse
threading.Thread.start = refuse

skipped = ("aftercare.kit.testing",)  # fixtures, for pytest alone
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__") and not module.name.startswith(skipped):
            importlib.import_module(module.name)

from opentelemetry import metrics, trace
assert "Proxy" in type(metrics.get_meter_provider()).__name__
assert "Proxy" in type(trace.get_tracer_provider()).__name__
"""


def test_importing_everything_opens_nothing() -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    command = [sys.executable, "-c", _CODE, *_PACKAGES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_list_of_packages_is_not_empty() -> None:
    assert {"aftercare.kit", "aftercare.schemas"} <= set(_PACKAGES)
