"""A place for traces: takes what the services push by OTLP and keeps it, for looking through."""

import time
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from aftercare_local import ports

_TRACES = "/v1/traces"


class _Taker(BaseHTTPRequestHandler):
    taken: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.taken.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


class SpanCollector:
    """An OTLP/HTTP receiver on loopback."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer((ports.HOST, 0), _Taker)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self._server.server_port}"

    @property
    def taken(self) -> list[bytes]:
        """Every batch of spans and of metrics that came: protobuf, whose strings stand in clear."""
        return [body for _, body in _Taker.taken]

    def wait_for_one_trace_through(self, services: set[str], *, within: float = 30) -> bool:
        """Whether some trace has a span of each of `services`, as soon as it has."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if any(services <= found for found in self._services_by_trace().values()):
                return True
            time.sleep(0.2)
        return False

    def _services_by_trace(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for service, span in self._spans():
            found[span.trace_id.hex()].add(service)
        return found

    def _spans(self) -> Iterator[tuple[str, Span]]:
        for path, body in list(_Taker.taken):
            if path != _TRACES:
                continue
            batch = ExportTraceServiceRequest()
            batch.ParseFromString(body)
            for resource in batch.resource_spans:
                names = {one.key: one.value.string_value for one in resource.resource.attributes}
                for scope in resource.scope_spans:
                    yield from ((names.get("service.name", ""), span) for span in scope.spans)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
