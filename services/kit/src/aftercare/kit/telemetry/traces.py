"""Spans of our own: one per batch of messages, one per HTTP request, tied together by W3C trace context.

Without a collector nothing is recorded, and the context that came in is handed on as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from aftercare.kit.messaging.consumer import Record
from aftercare.kit.telemetry.messaging_names import Messaging

_PROPAGATOR = TraceContextTextMapPropagator()
_MOST_LINKS = 128
_SCOPE = "aftercare.kit"


@contextmanager
def process_span(group: str, records: Sequence[Record]) -> Iterator[None]:
    """The span of one batch. One message: its trace goes on. Many: a link to each one's trace."""
    contexts = [_context_of(record) for record in records[:_MOST_LINKS]]
    alone = len(records) == 1
    links = [] if alone else [Link(trace.get_current_span(each).get_span_context()) for each in contexts if each]
    topic = records[0].topic if records else "nothing"
    attributes: dict[str, str | int] = {
        Messaging.SYSTEM: "kafka",
        Messaging.OPERATION_NAME: "process",
        Messaging.OPERATION_TYPE: "process",
        Messaging.DESTINATION: topic,
        Messaging.GROUP: group,
        Messaging.BATCH_SIZE: len(records),
    }
    if records:
        attributes[Messaging.PARTITION] = str(records[0].partition)
        attributes[Messaging.OFFSET] = records[0].offset
    with _span(f"process {topic}", SpanKind.CONSUMER, contexts[0] if alone else None, attributes, links):
        yield


@contextmanager
def request_span(method: str, headers: Mapping[str, str]) -> Iterator[Span]:
    """The span of one HTTP request. Its name gets the route's template later; it never carries an address."""
    with _span(method, SpanKind.SERVER, _extract(headers), {"http.request.method": method}, []) as span:
        yield span


def current_traceparent() -> str | None:
    """The trace context of this moment, for a message or a call that goes out. `None` outside any trace."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def outgoing_traceparent(stated: str | None) -> str | None:
    """What a message carries: the span that is open now, unless its cause belongs to another trace (in a batch)."""
    here = current_traceparent()
    if here is None or (stated is not None and stated.split("-")[1:2] != here.split("-")[1:2]):
        return stated
    return here


@contextmanager
def _span(
    name: str,
    kind: SpanKind,
    parent: Context | None,
    attributes: Mapping[str, str | int],
    links: Sequence[Link],
) -> Iterator[Span]:
    """A span that names the type of an exception and never its text: that may quote somebody."""
    tracer = trace.get_tracer(_SCOPE)
    with tracer.start_as_current_span(
        name,
        context=parent,
        kind=kind,
        attributes=attributes,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _context_of(record: Record) -> Context | None:
    stated = {name.lower(): value.decode("ascii", "replace") for name, value in record.headers if value}
    if "traceparent" not in stated and "ce_traceparent" in stated:
        stated["traceparent"] = stated["ce_traceparent"]
    return _extract(stated)


def _extract(headers: Mapping[str, str]) -> Context | None:
    """The remote context that the headers state. `tracestate` is left behind: strangers write anything in it."""
    traceparent = headers.get("traceparent")
    if not traceparent:
        return None
    context = _PROPAGATOR.extract({"traceparent": traceparent})
    return context if trace.get_current_span(context).get_span_context().is_valid else None
