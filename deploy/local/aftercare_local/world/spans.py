"""A place for traces: takes what the services push by OTLP and keeps the bytes, for looking through."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar, Self

from aftercare_local import ports


class _Taker(BaseHTTPRequestHandler):
    taken: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers.get("content-length", "0"))))
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
        """Every body that came: protobuf, whose strings stand in clear."""
        return list(_Taker.taken)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
