"""A group leader that has just lost its broker may deal out no partitions at all.

Right after a broker's restart aiokafka's assignor can run before the metadata of the topics is back: it warns
"No partition metadata", assigns nothing, and the whole group stands still until the next rebalance. This hears the
warning, so that the worker can fetch the metadata and ask for that rebalance.
"""

import logging

_ASSIGNORS = "aiokafka.coordinator.assignors"
_WARNING = "No partition metadata"


class StaleLeader(logging.Filter):
    """Set on the assignors' loggers; `heard` is true once after each such warning."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = False
        for assignor in ("roundrobin", "range", "sticky.sticky_assignor"):
            logging.getLogger(f"{_ASSIGNORS}.{assignor}").addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(_WARNING):
            self._heard = True
        return True

    def heard(self) -> bool:
        """Whether the leader, in this process, has assigned without knowing the topics since the last call."""
        heard, self._heard = self._heard, False
        return heard
