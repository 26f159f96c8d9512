"""Compressed bodies, opened piece by piece within a limit: what would grow beyond it is never held.

gzip, deflate and zstd as the sender states them (`content-encoding`) or as the first bytes say; a zip as the files
in it. Nothing inside a zip is unpacked again.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

import zstandard

from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError

MAX_RATIO = 200
"""How many times its size a body may grow, beyond the first megabyte: text grows ten to fifty times."""
FREE = 1024 * 1024
MAX_LAYERS = 3
MAX_FILES = 1_000
_PIECE = 256 * 1024
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"


def unpack(body: bytes, encodings: str | None, limit: int) -> Iterator[bytes | Refusal]:
    """The plain bodies in a body: itself, itself opened, or the files of a zip. Raises `RefusedError`."""
    layers = [name.strip().lower() for name in (encodings or "").split(",") if name.strip()]
    if len(layers) > MAX_LAYERS:
        raise RefusedError(Reason.TOO_DEEP, f"packed more than {MAX_LAYERS} times", "packed")
    for name in reversed(layers):
        body = _open(name, body, limit)
    if body.startswith(_GZIP):
        body = _open("gzip", body, limit)
    elif body.startswith(_ZSTD):
        body = _open("zstd", body, limit)
    if body.startswith(_ZIP):
        yield from _files(body, limit)
    else:
        yield body


def _open(name: str, body: bytes, limit: int) -> bytes:
    """One layer off. A body that states a layer and does not have it is taken as it is: proxies unpack."""
    if name in ("gzip", "x-gzip") and body.startswith(_GZIP):
        return _inflate(body, 31, limit)
    if name == "deflate" and body[:1] not in (b"{", b"[", b"<"):
        return _inflate(body, 15 if body[:1] == b"\x78" else -15, limit)
    if name == "zstd" and body.startswith(_ZSTD):
        return _zstd(body, limit)
    if name in ("gzip", "x-gzip", "deflate", "zstd", "identity"):
        return body
    raise RefusedError(Reason.BINARY, "a content-encoding other than gzip, deflate, zstd and identity", "packed")


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    made = bytearray()
    rest = body
    while rest:  # a gzip body can be several, one after the other
        opener = zlib.decompressobj(window)
        try:
            while not opener.eof:
                piece = opener.decompress(rest, _PIECE)
                rest = opener.unconsumed_tail
                if not piece and not rest and not opener.eof:
                    raise RefusedError(Reason.BINARY, "packed, and the end is missing", "packed")
                made += piece
                _refuse_bomb(len(made), len(body), limit)
        except zlib.error:
            raise RefusedError(Reason.BINARY, "packed, and broken inside", "packed") from None
        rest = opener.unused_data if window == 31 and opener.unused_data.startswith(_GZIP) else b""
    return bytes(made)


def _zstd(body: bytes, limit: int) -> bytes:
    made = bytearray()
    try:
        opener = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024)
        for piece in opener.read_to_iter(io.BytesIO(body), write_size=_PIECE):
            made += piece
            _refuse_bomb(len(made), len(body), limit)
    except zstandard.ZstdError:
        raise RefusedError(Reason.BINARY, "packed, and broken inside", "packed") from None
    return bytes(made)


def _files(body: bytes, limit: int) -> Iterator[bytes | Refusal]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > MAX_FILES:
                raise RefusedError(Reason.TOO_MANY_RECORDS, f"a zip of more than {MAX_FILES} files", "zip")
            total = 0
            for member in members:
                content = _member(archive, member, limit - total, len(body))
                total += len(content) if isinstance(content, bytes) else 0
                yield content
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, zlib.error, ValueError):
        raise RefusedError(Reason.BINARY, "a zip that can't be opened", "zip") from None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, packed: int) -> bytes | Refusal:
    if member.flag_bits & 0x1:
        return Refusal(Reason.BINARY, "a file with a password in a zip", "zip")
    made = bytearray()
    with archive.open(member) as opened:
        while piece := opened.read(_PIECE):
            made += piece
            _refuse_bomb(len(made), packed, left)
    if made.startswith((_ZIP, _GZIP, _ZSTD)):
        return Refusal(Reason.TOO_DEEP, "something packed inside a zip", "zip")
    return bytes(made)


def _refuse_bomb(made: int, packed: int, limit: int) -> None:
    if made > limit:
        raise RefusedError(Reason.TOO_LARGE, f"it opens to more than the limit of {limit} bytes", "packed")
    if made > FREE and made > packed * MAX_RATIO:
        raise RefusedError(Reason.TOO_LARGE, f"it opens to more than {MAX_RATIO} times its size", "packed")
