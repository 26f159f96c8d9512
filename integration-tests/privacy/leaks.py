"""Looks for seeded identities wherever they might have got to, in whatever clothes.

A plain search misses base64, compression, escapes and JSON inside JSON: that is where leaks live.
"""

import base64
import gzip
import json
import quopri
import re
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX_RUN = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}")
_DEEPEST = 4


@dataclass(frozen=True)
class Leak:
    """A seeded identity where none may be. The identity itself is made up, so it may be shown."""

    place: str
    needle: str

    def __str__(self) -> str:
        return f"{self.needle!r} in {self.place}"


def find_leaks(needles: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[Leak]:
    """Every needle found in any place, as it stands or unwrapped. Case and the kind of white space do not matter."""
    wanted = [(needle, _folded(needle.encode())) for needle in needles]
    leaks = []
    for place, content in places:
        seen = [_folded(layer) for layer in unwrapped(content)]
        leaks += [Leak(place, needle) for needle, folded in wanted if any(folded in layer for layer in seen)]
    return leaks


def unwrapped(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The content itself and everything that it wraps: encoded, escaped, compressed, nested."""
    yield content
    if depth == _DEEPEST:
        return
    for inner in _layers(content):
        if inner and inner != content:
            yield from unwrapped(inner, depth + 1)


def _layers(content: bytes) -> Iterator[bytes]:
    yield from _decompressed(content)
    if b"%" in content:
        yield urllib.parse.unquote_to_bytes(content)
    if b"\\" in content:
        yield from _unescaped(content)
    if b"=" in content and b"\n" in content:
        yield quopri.decodestring(content)
    if b"\x00" in content:
        yield content.replace(b"\x00", b"")
    for run in _BASE64_RUN.findall(content):
        yield from _from_base64(run)
    for run in _HEX_RUN.findall(content):
        yield bytes.fromhex(run.decode())


def _decompressed(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
    if content[:1] == b"\x78":
        try:
            yield zlib.decompress(content)
        except zlib.error:
            return


def _unescaped(content: bytes) -> Iterator[bytes]:
    try:
        yield json.loads(b'"' + content.replace(b'"', b'\\"').replace(b'\\\\"', b'\\"') + b'"', strict=False).encode()
    except (ValueError, UnicodeEncodeError):
        yield re.sub(rb"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)).encode(errors="ignore"), content)


def _from_base64(run: bytes) -> Iterator[bytes]:
    text = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    for start in range(4):
        piece = text[start:]
        piece = piece[: len(piece) - (1 if len(piece) % 4 == 1 else 0)]
        try:
            decoded = base64.b64decode(piece + b"=" * (-len(piece) % 4))
        except ValueError:
            continue
        if _readable(decoded):
            yield decoded


def _readable(content: bytes) -> bool:
    """Random bytes decode to noise; only text or something compressed is worth another look."""
    if content[:2] in {b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda"}:
        return True
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) or byte >= 0xC3 for byte in content)
    return bool(content) and printable / len(content) > 0.8


def _folded(content: bytes) -> bytes:
    return re.sub(rb"[\s_+.-]+", b" ", content.lower())
