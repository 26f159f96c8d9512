"""How handling one message can end: done, try again, never try again, or stop (H19).

*Done* is returning. The other three are raised, and `pipeline` treats each in one place.
"""


class Retryable(Exception):  # noqa: N818 - an outcome, named as the field names it
    """Something outside is down. The batch stays where it is and is tried again with backoff."""


class InvalidMessage(Exception):  # noqa: N818
    """This message can never be handled: it becomes a dead letter.

    `reason` is a slug for metrics and replay (`unreadable`, `unknown-unit`); `detail` is for a person and
    must not quote the message.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Halt(Exception):  # noqa: N818
    """Going on would lose something. Commit nothing, go unready, alert, wait for a human."""
