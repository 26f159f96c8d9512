"""Records inside what no format and no mapping file knows: a list, a page of results, another envelope.

Looked for last, so that a hospital's own mapping sees a body as it came. What stands beside them must be bookkeeping:
of an in-house record that holds one of ours among other things nothing may be lost, so it is kept whole.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import MAX_BATCH, Payload, read_carried, unwrap
from aftercare.intake.domain.formats import map_payload
from aftercare.intake.domain.json_values import obj, objects
from aftercare.intake.domain.outcome import Examined, Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.charset import decode
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.unrecognised import refuse_unrecognised

MAX_DEPTH = 4
_UNRECOGNISED = frozenset({Reason.UNKNOWN_SHAPE, Reason.UNSUPPORTED_TYPE, Reason.UNSUPPORTED_FORMAT, Reason.EMPTY})
_ENVELOPES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"detail-type", "detail"}), "detail"),
    (frozenset({"eventType", "eventTime", "data"}), "data"),
    (frozenset({"schema", "payload"}), "payload"),
    (frozenset({"op", "before", "after"}), "after"),
    (frozenset({"aggregatetype", "payload"}), "payload"),
    (frozenset({"aggregate_type", "payload"}), "payload"),
    (frozenset({"topic", "partition", "offset", "value"}), "value"),
)
"""EventBridge, Event Grid, Kafka Connect, Debezium and the tables of outboxes, a REST proxy: what tells one, and where
its record is."""
_LISTS = ("content", "items", "results", "records", "data", "value", "reports", "incidents", "events", "messages")
_COUNTS = frozenset({"totalElements", "total", "count", "size", "totalCount", "@odata.count"})
_BESIDE = frozenset({"page", "pageable", "sort", "links", "meta", "metadata", "pagination", "paging"})


def is_unrecognised(endings: Sequence[Examined]) -> bool:
    """Whether all that can be said of a payload is that nobody knows it."""
    return len(endings) == 1 and isinstance(endings[0], Refusal) and endings[0].reason in _UNRECOGNISED


def endings_within(payload: Payload, new_context: Callable[[], Context]) -> Sequence[Examined]:
    """An ending per record inside, if at least one of them is of a known format; else nothing. Never raises."""
    return _Search(new_context).endings(payload, 0)


@dataclass
class _Search:
    """One body on its way. `left` are the values that may still be looked at, however they lie inside each other."""

    new_context: Callable[[], Context]
    left: int = MAX_BATCH

    def endings(self, payload: Payload, depth: int) -> Sequence[Examined]:
        if _is_empty_page(payload.value):
            return [Refusal(Reason.EMPTY, "a page of results without a record", "json")]
        records = records_within(payload.value)
        looked_at = records[: self.left]
        self.left -= len(looked_at)
        found = [self._of_one(record, payload, depth) for record in looked_at]
        if all(is_unrecognised(endings) for endings in found):
            return ()
        told = [ending for endings in found for ending in endings]
        if len(looked_at) < len(records):
            return [*told, Refusal(Reason.TOO_MANY_RECORDS, f"more than {MAX_BATCH} records", "json")]
        return told[:1] if all(isinstance(one, Refusal) and one == told[0] for one in told) else told

    def _of_one(self, record: Any, around: Payload, depth: int) -> Sequence[Examined]:
        value = _read(record) if isinstance(record, str) else record
        if not isinstance(value, dict | list):
            return [refuse_unrecognised(Payload(value))]
        try:
            inner = unwrap(value, {})
        except RefusedError as refused:
            return [refused.refusal]
        payload = replace(
            inner,
            ce_id=inner.ce_id or around.ce_id,
            ce_source=inner.ce_source or around.ce_source,
            ce_type=inner.ce_type or around.ce_type,
        )
        known = not isinstance(payload.value, list)  # no format is a list: each of its items may be one
        endings = map_payload(payload, self.new_context) if known else [refuse_unrecognised(payload)]
        if not is_unrecognised(endings) or depth >= MAX_DEPTH:
            return endings
        return self.endings(payload, depth + 1) or endings


def records_within(value: Any) -> Sequence[Any]:
    """What could be records inside: the items of a list or a page, or what an envelope holds."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or format_of(value) is not None:
        return ()
    name = next((name for telling, name in _ENVELOPES if telling <= value.keys()), None)
    if name is not None:
        return [value[name]]
    pushed = obj(value.get("message")).get("data")
    if isinstance(pushed, str) and "subscription" in value:
        return [_text_of(pushed)]
    name = _name_of_list(value)
    inner = [value[name]] if name is not None else list(value.values()) if len(value) == 1 else []
    return inner[0] if inner and isinstance(inner[0], list) else inner


def _name_of_list(value: dict[str, Any]) -> str | None:
    """The list of a page: beside it stands nothing but bookkeeping."""
    name = "_embedded" if "_embedded" in value else next((name for name in _LISTS if objects(value.get(name))), None)
    return name if name is not None and _is_bookkeeping(value, name) else None


def _is_bookkeeping(value: dict[str, Any], name: str) -> bool:
    others = ((key, content) for key, content in value.items() if key != name)
    return all(
        key in _BESIDE or key.startswith(("_", "@")) or not (isinstance(content, dict | list) and content)
        for key, content in others
    )


def _is_empty_page(value: Any) -> bool:
    said = value if isinstance(value, dict) else {}
    name = next((name for name in _LISTS if said.get(name) == []), None)
    return name is not None and bool(_COUNTS & said.keys()) and _is_bookkeeping(said, name)


def _read(words: str) -> Any:
    """The record that a text holds; any other text, such as a note that begins with a bracket, as it is."""
    try:
        return read_carried(words)
    except RefusedError:
        return words


def _text_of(encoded: str) -> str:
    try:
        return decode(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RefusedError):
        return ""
