"""From a seed to a hostile delivery: by structure where the body has one, by pieces of text, by bytes, by envelope."""

import base64
import gzip
import json
import re
import zlib
from dataclasses import dataclass
from random import Random
from typing import Any

from aftercare.intake.domain.examine import Delivery

from .corpus import Seed
from .values import CANARY, canary, mutated, odd, written

_PIECES = re.compile(r"(<[^>]*>|\||\^|~|\r\n|\n|\r|[;,\t\"])")
_INSERTED = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\\ud800", b"1e999", b"NaN", b"[" * 200, b'{"a":' * 150, b"<!DOCTYPE x [",
    f'<!ENTITY a "{CANARY}">'.encode(), b"&a;", b"MSH|^~\\&|", b"\r", b"\x0b", b"\x1c\r", b"]]>", b'"',
    b"--\r\n", CANARY.encode(), b"\x1f\x8b\x08", b"PK\x03\x04", b"%00", b"&", b"=",
    "ｚ１２年".encode("cp932", "ignore"), b"\xe9",
)  # fmt: skip
_TYPES = (
    "application/json", "application/fhir+json", "application/fhir+xml", "application/cloudevents+json", "text/csv",
    "text/csv; charset=windows-1252", "application/x-www-form-urlencoded", "text/plain; charset=shift_jis",
    "application/cloudevents-batch+json", "multipart/form-data; boundary=x", f"text/{CANARY}; charset={CANARY}", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutator:
    seeds: tuple[Seed, ...]
    parsed: tuple[Any, ...]

    @classmethod
    def of(cls, seeds: list[Seed]) -> "Mutator":
        return cls(tuple(seeds), tuple(value for seed in seeds if (value := _parsed(seed.body)) is not None))

    def delivery(self, chance: Random) -> Delivery:
        """The same for the same numbers."""
        body = self._body(chance)
        headers: dict[str, str] = {}
        if chance.random() < 0.4:
            headers["content-type"] = chance.choice(_TYPES)
        if chance.random() < 0.1:
            headers["content-encoding"] = chance.choice(["gzip", "deflate", "br", "gzip, gzip", CANARY])
        if chance.random() < 0.15:
            headers |= {"ce_id": canary(chance), "ce_type": canary(chance), "ce-source": canary(chance)}
        return Delivery(body, headers, chance.choice([None, None, "safety", "wardlog"]))

    def _body(self, chance: Random) -> bytes:
        seed = chance.choice(self.seeds)
        value = _parsed(seed.body)
        body = seed.body
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            way = chance.random()
            if value is not None and way < 0.6:
                value = mutated(value, list(self.parsed), chance)
                body = written(value, chance)
            elif way < 0.85:
                body, value = _pieces(body, chance), None
            else:
                body, value = _bytes(body, chance), None
        return _enveloped(body, chance) if chance.random() < 0.2 else body


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _pieces(body: bytes, chance: Random) -> bytes:
    """Change a text between, or at, its separators: cells, fields, elements, attributes."""
    pieces = _PIECES.split(body.decode("utf-8", "surrogateescape"))
    for _ in range(chance.choice([1, 2, 5])):
        if not pieces:
            break
        where = chance.randrange(len(pieces))
        match chance.randrange(7):
            case 0:
                pieces[where] = canary(chance)
            case 1:
                pieces[where] = str(odd(chance))
            case 2:
                del pieces[where]
            case 3:
                pieces.insert(where, pieces[chance.randrange(len(pieces))])
            case 4:
                other = chance.randrange(len(pieces))
                pieces[where], pieces[other] = pieces[other], pieces[where]
            case 5:
                pieces[where : where + 3] = pieces[where : where + 3] * chance.choice([2, 40])
            case _:
                pieces[where] = re.sub(r'"[^"]*"', lambda _: f'"{canary(chance)}"', pieces[where])
    return "".join(pieces).encode("utf-8", "surrogateescape" if chance.random() < 0.9 else "replace")


def _bytes(body: bytes, chance: Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice([1, 3, 10])):
        where = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0:
                changed[where:where] = chance.choice(_INSERTED)
            case 1:
                del changed[where : where + chance.choice([1, 10, 1000])]
            case 2:
                changed[where : where + 1] = bytes([chance.randrange(256)])
            case 3:
                changed[where:where] = changed[where : where + 200] * chance.choice([1, 5])
            case _:
                del changed[where:]
    return bytes(changed)


def _enveloped(body: bytes, chance: Random) -> bytes:
    """Inside something else, as brokers, gateways and tired people send it."""
    text = body.decode("utf-8", "replace")
    match chance.randrange(7):
        case 0:
            return gzip.compress(body, mtime=0)
        case 1:
            return zlib.compress(body)
        case 2:
            data: Any = {"data_base64": base64.b64encode(body).decode()}
        case 3:
            data = {"data": text}
        case 4:
            return json.dumps([_parsed(body), _parsed(body)]).encode()
        case 5:
            entry = [{"fullUrl": canary(chance), "resource": _parsed(body)}]
            return json.dumps({"resourceType": "Bundle", "type": "history", "entry": entry}).encode()
        case _:
            data = {"data": _parsed(body), "subject": canary(chance)}
    event = {"specversion": "1.0", "id": canary(chance), "source": "//x", "type": chance.choice(["a.b", CANARY])}
    return json.dumps(event | data).encode()
