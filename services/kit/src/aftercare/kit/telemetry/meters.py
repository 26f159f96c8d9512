"""What the chassis records, as functions and as the `Observer` that pipeline, relay and timers report to."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from aftercare.kit.clock import SystemClock
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.telemetry.names import KIT, Attribute, Metric
from aftercare.kit.telemetry.traces import process_span


class MeteredObserver(Observer):
    """Counts what happens to messages and timers, and opens one span per batch."""

    def __init__(self, group: str) -> None:
        self._group = group

    def batch(self, consumer: str, records: Sequence[Record]) -> AbstractContextManager[None]:
        KIT.add(Metric.CONSUMED, len(records), {Attribute.CONSUMER: consumer})
        return process_span(self._group, records)

    def handled(self, consumer: str, count: int, seconds: float) -> None:
        KIT.add(Metric.HANDLED, count, {Attribute.CONSUMER: consumer})
        KIT.record(Metric.BATCH_DURATION, seconds, {Attribute.CONSUMER: consumer})

    def duplicates(self, consumer: str, count: int) -> None:
        KIT.add(Metric.DUPLICATES, count, {Attribute.CONSUMER: consumer})

    def skipped(self, consumer: str, count: int) -> None:
        KIT.add(Metric.SKIPPED, count, {Attribute.CONSUMER: consumer})

    def dead_letter(self, consumer: str, reason: str) -> None:
        KIT.add(Metric.DEAD_LETTERS, 1, {Attribute.CONSUMER: consumer, Attribute.REASON: reason})

    def retried(self, consumer: str, error_type: str) -> None:
        KIT.add(Metric.RETRIES, 1, {Attribute.CONSUMER: consumer, Attribute.ERROR_TYPE: error_type})

    def halted(self, consumer: str, reason: str) -> None:
        KIT.add(Metric.HALTS, 1, {Attribute.CONSUMER: consumer, Attribute.REASON: reason})

    def relayed(self, count: int, seconds: float) -> None:
        KIT.add(Metric.RELAYED, count)
        KIT.record(Metric.RELAY_DURATION, seconds)

    def relay_failed(self, error_type: str) -> None:
        KIT.add(Metric.RELAY_FAILURES, 1, {Attribute.ERROR_TYPE: error_type})

    def outbox(self, pending: int, oldest_age_seconds: float) -> None:
        KIT.set(Metric.OUTBOX_PENDING, pending)
        KIT.set(Metric.OUTBOX_AGE, oldest_age_seconds)

    def timer_fired(self, kind: str, lateness_seconds: float) -> None:
        KIT.add(Metric.TIMERS_FIRED, 1, {Attribute.KIND: kind})
        KIT.record(Metric.TIMER_LATENESS, lateness_seconds, {Attribute.KIND: kind})

    def timer_failed(self, kind: str, error_type: str) -> None:
        KIT.add(Metric.TIMERS_FAILED, 1, {Attribute.KIND: kind, Attribute.ERROR_TYPE: error_type})

    def timers_unknown(self, kind: str, count: int) -> None:
        KIT.add(Metric.TIMERS_UNKNOWN, count, {Attribute.KIND: kind})

    def background_failed(self, name: str, error_type: str) -> None:
        record_background_failure(name, error_type)


def record_background_success(step: str, at_unix_seconds: float) -> None:
    """A background step ended well."""
    KIT.set(Metric.HEARTBEAT, at_unix_seconds, {Attribute.STEP: step})


def record_background_failure(step: str, error_type: str) -> None:
    """A background step raised."""
    KIT.add(Metric.BACKGROUND_FAILURES, 1, {Attribute.STEP: step, Attribute.ERROR_TYPE: error_type})


class MeteredStanding(Standing):
    """Whoever reports that all is fine has just ended well: that is its heartbeat."""

    def __init__(self) -> None:
        super().__init__()
        self._wall = SystemClock()

    def fine(self, who: str) -> None:
        super().fine(who)
        record_background_success(who, self._wall.now().timestamp())


def record_lag(consumer: str, records: int) -> None:
    """How far a consumer is behind the end of its topic."""
    KIT.set(Metric.LAG, records, {Attribute.CONSUMER: consumer})


def record_ready(*, ready: bool) -> None:
    """What `/readyz` would say now."""
    KIT.set(Metric.READY, int(ready))


def record_request(method: str, route: str, status: int, seconds: float) -> None:
    """One HTTP request. `route` is the template."""
    KIT.record(
        Metric.HTTP_DURATION,
        seconds,
        {Attribute.METHOD: method, Attribute.ROUTE: route, Attribute.STATUS: status},
    )
