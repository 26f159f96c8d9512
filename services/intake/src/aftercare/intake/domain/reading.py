"""From hostile bytes to documents, in bounded time and memory: opened, decoded, told apart, read.

Each step has its file in `readers`. A refusal says where, never what.
"""

from collections.abc import Iterator
from itertools import islice

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.charset import decode
from aftercare.intake.domain.readers.document import Document
from aftercare.intake.domain.readers.form import CONTENT_TYPE as FORM
from aftercare.intake.domain.readers.form import read_form
from aftercare.intake.domain.readers.json_strict import load, read_json
from aftercare.intake.domain.readers.packed import unpack
from aftercare.intake.domain.text_formats import read_other

__all__ = ["DEFAULT_LIMIT", "Document", "load", "read_documents", "read_text"]

DEFAULT_LIMIT = 5 * 1024 * 1024
MAX_RECORDS = 20_000
_RECORD_IN_QUOTES = ('"{', '"[', '"<', '"MSH|')
_BLANK = b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"
"""Spaces and byte order marks."""


def read_documents(
    body: bytes,
    *,
    limit: int = DEFAULT_LIMIT,
    charset: str | None = None,
    encodings: str | None = None,
    media_type: str | None = None,
) -> Iterator[Document | Refusal]:
    """The documents of a body: one, one per line, per row, per message or per file in it. At least one; never raises.

    `charset`, `encodings` (such as `gzip`) and `media_type` are what the sender states.
    """
    found = _read(body, limit, charset, encodings, media_type)
    first = next(found, None)
    if first is None:
        yield _nothing()
        return
    yield first
    yield from islice(found, MAX_RECORDS - 1)
    if next(found, None) is not None:
        yield Refusal(Reason.TOO_MANY_RECORDS, f"more than {MAX_RECORDS} records")


def _read(
    body: bytes, limit: int, charset: str | None, encodings: str | None, media_type: str | None
) -> Iterator[Document | Refusal]:
    if len(body) > limit:
        yield Refusal(Reason.TOO_LARGE, f"{len(body)} bytes; the limit is {limit}")
        return
    try:
        for plain in unpack(body, encodings, limit):
            yield from [plain] if isinstance(plain, Refusal) else _read_plain(plain, charset, media_type)
    except RefusedError as refused:
        yield refused.refusal
    except Exception as error:  # noqa: BLE001 - a parser's fault must not stop the worker: the record is kept
        yield Refusal(Reason.MAPPING_FAILED, f"the reading stopped with {type(error).__name__}")


def _read_plain(body: bytes, charset: str | None, media_type: str | None) -> Iterator[Document | Refusal]:
    try:
        if not body.strip(_BLANK):
            yield _nothing()
            return
        text = decode(_without_schema_id(body), charset)
        yield from read_form(text.strip()) if media_type == FORM else read_text(text, media_type or "")
    except RefusedError as refused:
        yield refused.refusal


def read_text(text: str, media_type: str = "") -> Iterator[Document | Refusal]:
    """The documents of a text that is not empty. Raises `RefusedError`."""
    plain = text.strip()
    quoted = _quoted(plain)
    if quoted is not None:
        yield from read_text(quoted)
    elif plain == "null":
        raise RefusedError(Reason.EMPTY, "a JSON null", "json")
    else:
        yield from read_json(plain) if plain[0] in "{[" else read_other(text, media_type)


def _quoted(text: str) -> str | None:
    """The record in a JSON text: some producers write JSON twice."""
    if not text.startswith(_RECORD_IN_QUOTES):
        return None
    try:
        return str(load(text)).strip()
    except RefusedError:
        return None


def _without_schema_id(body: bytes) -> bytes:
    """Serialisers that use a registry of schemas write a zero and the schema's number (4 bytes) before the JSON."""
    is_framed = body[:1] == b"\x00" and body[5:6] in (b"{", b"[") and body[6:7] != b"\x00"
    return body[5:] if is_framed else body


def _nothing() -> Refusal:
    return Refusal(Reason.EMPTY, "there is nothing in it", "empty")
