"""Every metric and attribute of the chassis, with one sentence each. The page `docs/metrics.md` is made from here."""

from enum import StrEnum

from aftercare.kit.telemetry.catalogue import Catalogue, Described
from aftercare.kit.telemetry.messaging_names import Messaging


class Attribute(StrEnum):
    """What a metric may be broken down by. All have few values, none says anything about a person."""

    CONSUMER = "consumer"
    REASON = "reason"
    ERROR_TYPE = "error.type"
    KIND = "kind"
    STEP = "step"
    METHOD = "http.request.method"
    ROUTE = "http.route"
    STATUS = "http.response.status_code"
    SYSTEM = Messaging.SYSTEM.value
    OPERATION = Messaging.OPERATION_NAME.value
    DESTINATION = Messaging.DESTINATION.value
    GROUP = Messaging.GROUP.value


ATTRIBUTE_SENTENCES = {
    Attribute.CONSUMER: "Name of a consumer, fixed in the service's code.",
    Attribute.REASON: "Why, as a slug from a fixed list.",
    Attribute.ERROR_TYPE: "Type of an exception, never its text.",
    Attribute.KIND: "Kind of a timer, fixed in the service's code.",
    Attribute.STEP: "Name of a background step, fixed in code.",
    Attribute.METHOD: "HTTP method.",
    Attribute.ROUTE: "Template of the route that answered, never the address that was asked for.",
    Attribute.STATUS: "HTTP status code.",
    Attribute.SYSTEM: "Always `kafka`.",
    Attribute.OPERATION: "What was done: `poll`, `process`, `send`.",
    Attribute.DESTINATION: "The topic.",
    Attribute.GROUP: "The consumer group: one per service.",
}


class Metric(StrEnum):
    """The names."""

    CONSUMED = "aftercare.messages.consumed"
    HANDLED = "aftercare.messages.handled"
    DUPLICATES = "aftercare.messages.duplicates"
    SKIPPED = "aftercare.messages.skipped"
    DEAD_LETTERS = "aftercare.messages.dead_letters"
    RETRIES = "aftercare.batch.retries"
    LAG = "aftercare.consumer.lag"
    PARTITIONS = "aftercare.consumer.partitions"
    HALTS = "aftercare.consumer.halts"
    BATCH_DURATION = "aftercare.batch.duration"
    OUTBOX_PENDING = "aftercare.outbox.pending"
    OUTBOX_AGE = "aftercare.outbox.oldest_age"
    RELAYED = "aftercare.relay.published"
    RELAY_DURATION = "aftercare.relay.duration"
    RELAY_FAILURES = "aftercare.relay.failures"
    TIMERS_FIRED = "aftercare.timers.fired"
    TIMER_LATENESS = "aftercare.timers.lateness"
    TIMERS_FAILED = "aftercare.timers.failed"
    TIMERS_UNKNOWN = "aftercare.timers.unknown"
    HEARTBEAT = "aftercare.background.last_success"
    BACKGROUND_FAILURES = "aftercare.background.failures"
    READY = "aftercare.process.ready"
    PROBES_SENT = "aftercare.synthetic.sent"
    PROBE_DURATION = "aftercare.synthetic.duration"
    HTTP_DURATION = "http.server.request.duration"
    CLIENT_CONSUMED = "messaging.client.consumed.messages"
    CLIENT_SENT = "messaging.client.sent.messages"
    PROCESS_DURATION = "messaging.process.duration"


_LATENESS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1800.0)
_PROBE = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
_ON_A_TOPIC = (Attribute.SYSTEM, Attribute.OPERATION, Attribute.DESTINATION)
_C, _R, _E, _K, _S = Attribute.CONSUMER, Attribute.REASON, Attribute.ERROR_TYPE, Attribute.KIND, Attribute.STEP

KIT = Catalogue(
    "aftercare.kit",
    {
        Metric.CONSUMED: Described("counter", "{message}", "Records taken up from a topic.", (_C,)),
        Metric.HANDLED: Described("counter", "{message}", "Messages whose effects are committed.", (_C,)),
        Metric.DUPLICATES: Described("counter", "{message}", "Messages that had been dealt with before.", (_C,)),
        Metric.SKIPPED: Described("counter", "{message}", "Messages of a type that this release does not know.", (_C,)),
        Metric.DEAD_LETTERS: Described("counter", "{message}", "Messages put aside, by reason.", (_C, _R)),
        Metric.RETRIES: Described("counter", "{batch}", "Batches that wait in place and are tried again.", (_C, _E)),
        Metric.LAG: Described("gauge", "{message}", "Records on the topic that are not handled yet.", (_C,)),
        Metric.PARTITIONS: Described("gauge", "{partition}", "Partitions of the topic that this process reads.", (_C,)),
        Metric.HALTS: Described("counter", "{halt}", "Consumers that stopped on purpose and need a human.", (_C, _R)),
        Metric.BATCH_DURATION: Described("histogram", "s", "From taking up a batch to its commit.", (_C,)),
        Metric.OUTBOX_PENDING: Described("gauge", "{message}", "Messages that wait to be published."),
        Metric.OUTBOX_AGE: Described("gauge", "s", "Age of the oldest message that waits to be published."),
        Metric.RELAYED: Described("counter", "{message}", "Messages that the broker has acknowledged."),
        Metric.RELAY_DURATION: Described("histogram", "s", "From reading the outbox to the broker's acknowledgement."),
        Metric.RELAY_FAILURES: Described("counter", "{failure}", "Attempts to publish that failed.", (_E,)),
        Metric.TIMERS_FIRED: Described("counter", "{timer}", "Timers handled.", (_K,)),
        Metric.TIMER_LATENESS: Described(
            "histogram", "s", "How long after its instant a timer was handled.", (_K,), _LATENESS
        ),
        Metric.TIMERS_FAILED: Described("counter", "{timer}", "Timers whose handler raised; they are kept.", (_K, _E)),
        Metric.TIMERS_UNKNOWN: Described(
            "counter", "{timer}", "Due timers that no handler of this release wants.", (_K,)
        ),
        Metric.HEARTBEAT: Described("gauge", "s", "Unix time at which a background step last ended well.", (_S,)),
        Metric.BACKGROUND_FAILURES: Described("counter", "{failure}", "Background steps that raised.", (_S, _E)),
        Metric.READY: Described("gauge", "{state}", "1 while the process is ready, 0 while it gives a reason why not."),
        Metric.PROBES_SENT: Described("counter", "{message}", "Synthetic messages that began their way here."),
        Metric.PROBE_DURATION: Described(
            "histogram",
            "s",
            "From the beginning of a synthetic message's way to the commit of its handling here.",
            (_C,),
            _PROBE,
        ),
        Metric.CLIENT_CONSUMED: Described(
            "counter", "{message}", "The convention's name for messages consumed.", (*_ON_A_TOPIC, Attribute.GROUP)
        ),
        Metric.CLIENT_SENT: Described(
            "counter", "{message}", "The convention's name for messages published.", _ON_A_TOPIC
        ),
        Metric.PROCESS_DURATION: Described(
            "histogram",
            "s",
            "The convention's name for the handling of a batch, waiting and trying again included.",
            (*_ON_A_TOPIC, Attribute.GROUP, Attribute.ERROR_TYPE),
        ),
        Metric.HTTP_DURATION: Described(
            "histogram",
            "s",
            "From an HTTP request to its whole answer.",
            (Attribute.METHOD, Attribute.ROUTE, Attribute.STATUS),
        ),
    },
)
