"""Which trace a message belongs to: W3C trace context, or the older B3 headers of Zipkin."""

import re
from collections.abc import Mapping

_W3C = re.compile(r"^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_TRACE = re.compile(r"^(?:[0-9a-f]{16}|[0-9a-f]{32})$")
_SPAN = re.compile(r"^[0-9a-f]{16}$")


def trace_context(headers: Mapping[str, str]) -> str | None:
    """The `traceparent` that the headers (names in lower case) state, or `None`. Malformed ones are ignored."""
    stated = headers.get("traceparent", "").strip()
    if _W3C.match(stated):
        return stated
    return _from_b3(headers)


def _from_b3(headers: Mapping[str, str]) -> str | None:
    single = headers.get("b3", "").strip().lower().split("-")
    trace, span, sampled = (
        (single[0], single[1], single[2] if len(single) > 2 else "1")
        if len(single) >= 2
        else (
            headers.get("x-b3-traceid", "").strip().lower(),
            headers.get("x-b3-spanid", "").strip().lower(),
            headers.get("x-b3-sampled", "1").strip().lower(),
        )
    )
    if not _TRACE.match(trace) or not _SPAN.match(span):
        return None
    flags = "01" if sampled in ("1", "d", "true") else "00"
    return f"00-{trace.rjust(32, '0')}-{span}-{flags}"
