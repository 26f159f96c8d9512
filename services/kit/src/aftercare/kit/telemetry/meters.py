"""What the chassis records, as functions and as the `Observer` that pipeline, relay and timers report to."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from aftercare.kit.clock import SystemClock
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.telemetry.catalogue import Value
from aftercare.kit.telemetry.names import KIT, Attribute, Metric
from aftercare.kit.telemetry.traces import process_span


class MeteredObserver(Observer):
    """Counts what happens to messages and timers, and opens one span per batch."""

    def __init__(self, group: str) -> None:
        self._group = group

    @contextmanager
    def batch(self, consumer: str, records: Sequence[Record]) -> Iterator[None]:
        KIT.add(Metric.CONSUMED, len(records), {Attribute.CONSUMER: consumer})
        topic = records[0].topic if records else "nothing"
        KIT.add(Metric.CLIENT_CONSUMED, len(records), self._on(topic, "poll"))
        with process_span(self._group, records), _timed(self._on(topic, "process")):
            yield

    def _on(self, topic: str, operation: str) -> dict[str, Value]:
        return _on_topic(topic, operation) | {Attribute.GROUP: self._group}

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

    def probe(self, consumer: str, seconds: float) -> None:
        KIT.record(Metric.PROBE_DURATION, max(seconds, 0.0), {Attribute.CONSUMER: consumer})

    def relayed(self, topics: Mapping[str, int], seconds: float) -> None:
        KIT.add(Metric.RELAYED, sum(topics.values()))
        KIT.record(Metric.RELAY_DURATION, seconds)
        for topic, count in topics.items():
            KIT.add(Metric.CLIENT_SENT, count, _on_topic(topic, "send"))

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


@contextmanager
def _timed(attributes: dict[str, Value]) -> Iterator[None]:
    """Measures what it surrounds, inside its span, so that a sampled measurement points at its trace."""
    started = time.monotonic()
    try:
        yield
    except BaseException as error:
        attributes = attributes | {Attribute.ERROR_TYPE: type(error).__name__}
        raise
    finally:
        KIT.record(Metric.PROCESS_DURATION, time.monotonic() - started, attributes)


def _on_topic(topic: str, operation: str) -> dict[str, Value]:
    return {Attribute.SYSTEM: "kafka", Attribute.OPERATION: operation, Attribute.DESTINATION: topic}


def count_probe() -> None:
    """A synthetic message began its way here."""
    KIT.add(Metric.PROBES_SENT, 1)


def record_lag(consumer: str, records: int) -> None:
    """How far a consumer is behind the end of its topic."""
    KIT.set(Metric.LAG, records, {Attribute.CONSUMER: consumer})


def record_partitions(consumer: str, partitions: int) -> None:
    """How many partitions of its topic the group has given to a consumer of this process."""
    KIT.set(Metric.PARTITIONS, partitions, {Attribute.CONSUMER: consumer})


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
