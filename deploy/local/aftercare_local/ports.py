"""Free ports on the loopback address, or the ones that a person asked for."""

import os
import random
import socket

from aftercare_local.failures import PortTakenError, StackError

HOST = "127.0.0.1"
_FIRST, _LAST = 20_000, 31_999  # below the range from which systems take ports for outgoing connections
_given: set[int] = set()


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free now and that this process has not given out before."""
    draw = random.SystemRandom()
    for _ in range(1000):
        port = draw.randint(_FIRST, _LAST)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise StackError(f"No free port between {_FIRST} and {_LAST} on {HOST}: stop other programs and start again.")


def port_for(name: str) -> int:
    """The port of a part: what `AFTERCARE_PORT_<NAME>` says, else any free one.

    Raises `PortTakenError` when the asked port is in use.
    """
    setting = f"AFTERCARE_PORT_{name.upper().replace('-', '_')}"
    asked = os.environ.get(setting)
    if not asked:
        return free_port()
    if not asked.isdecimal() or not 0 < int(asked) < 65_536:
        raise StackError(f"{setting} must be a port number between 1 and 65535, not {asked!r}.")
    port = int(asked)
    if not is_free(port):
        raise PortTakenError(port, name, setting)
    return port


def answers(port: int, host: str = HOST) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
