"""What every part of the stack can do, whether it is a broker or a service."""

from typing import Protocol

from aftercare_local.child import Child


class Part(Protocol):
    """A part that runs as a process of its own. `start` after `stop` or after a kill goes on with the same data."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...

    @property
    def child(self) -> Child: ...
