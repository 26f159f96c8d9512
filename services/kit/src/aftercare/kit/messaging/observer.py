"""What the machinery tells whoever measures it. The defaults do nothing, so a test needs no telemetry."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from aftercare.kit.messaging.consumer import Record


class Observer:
    """Override what you want to count. Calls are frequent: return fast and never raise."""

    def batch(self, consumer: str, records: Sequence[Record]) -> AbstractContextManager[None]:  # noqa: ARG002
        """Surrounds the handling of one batch: the place for a span with links to the records' traces."""
        return nullcontext()

    def handled(self, consumer: str, count: int, seconds: float) -> None:
        """`count` fresh messages of one batch are committed, `seconds` after it was taken up."""

    def duplicates(self, consumer: str, count: int) -> None:
        """Messages that had been dealt with before."""

    def skipped(self, consumer: str, count: int) -> None:
        """Messages of a type that this release does not know."""

    def dead_letter(self, consumer: str, reason: str) -> None:
        """A message was put aside."""

    def retried(self, consumer: str, error_type: str) -> None:
        """A batch stays where it is and will be tried again."""

    def halted(self, consumer: str, reason: str) -> None:
        """A consumer stopped on purpose and needs a human."""

    def probe(self, consumer: str, seconds: float) -> None:
        """A synthetic message is handled and committed, so long after its way began."""

    def relayed(self, topics: Mapping[str, int], seconds: float) -> None:
        """Outbox rows are on the broker: so many by topic."""

    def relay_failed(self, error_type: str) -> None:
        """The relay could not publish and will try again."""

    def outbox(self, pending: int, oldest_age_seconds: float) -> None:
        """How much waits in the outbox, looked at about every ten seconds."""

    def timer_fired(self, kind: str, lateness_seconds: float) -> None:
        """A timer was handled this long after its instant."""

    def timer_failed(self, kind: str, error_type: str) -> None:
        """A timer's handler raised; the timer is kept and tried again."""

    def timers_unknown(self, kind: str, count: int) -> None:
        """Due timers that no handler of this release wants. They are kept."""

    def background_failed(self, name: str, error_type: str) -> None:
        """A background step raised and will be called again."""
