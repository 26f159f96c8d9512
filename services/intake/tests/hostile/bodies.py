"""Bodies that want to cost more than they weigh, made when asked for. Each with the ways in which it may end."""

import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import zstandard

MIB = 1024 * 1024
LIMIT = MIB
FILL = LIMIT - 100


@dataclass(frozen=True)
class Case:
    make: Callable[[], bytes]
    reasons: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)


def _zip(*files: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def _nested(levels: int, inner: Any, name: str = "data") -> Any:
    for _ in range(levels):
        inner = {"specversion": "1.0", "id": "1", "source": "x", "type": "y", name: inner}
    return inner


def _laughs() -> bytes:
    rows = [b'<!ENTITY %c "%s">' % (98 + level, (b"&%c;" % (97 + level)) * 10) for level in range(10)]
    return b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(rows) + b"]><l>&k;</l>"


def _extensions(levels: int) -> Any:
    inner: dict[str, Any] = {"url": "PhysicalHarm", "valueCode": "2"}
    for _ in range(levels):
        inner = {"url": "patient-information-5", "extension": [inner]}
    return {"resourceType": "AdverseEvent", "actuality": "actual", "extension": [inner]}


GZIP = {"content-encoding": "gzip"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
PEX = b"MSH|^~\\&|A|B|C|D|2026||PEX^P07|1|P|2.5\r"
CASES: dict[str, Case] = {
    "a body of 100 MiB": Case(lambda: bytes(100 * MIB), ("too-large",)),
    "a gzip bomb": Case(lambda: gzip.compress(bytes(40 * MIB)), ("too-large",), GZIP),
    "a gzip in a gzip": Case(lambda: gzip.compress(gzip.compress(bytes(20 * MIB))), ("too-large",), GZIP),
    "a gzip of many members": Case(lambda: gzip.compress(b" ") * 20_000, ("empty",)),
    "a gzip without its end": Case(lambda: gzip.compress(b'{"a": 1}')[:-9], ("binary",), GZIP),
    "a deflate bomb": Case(lambda: zlib.compress(bytes(40 * MIB)), ("too-large",), {"content-encoding": "deflate"}),
    "a zstd bomb": Case(lambda: zstandard.compress(bytes(40 * MIB)), ("too-large",)),
    "a zstd of noise": Case(lambda: b"\x28\xb5\x2f\xfd" + random.Random(1).randbytes(MIB // 2), ("binary",)),
    "ten layers": Case(lambda: b"x", ("too-deep",), {"content-encoding": ",".join(["gzip"] * 10)}),
    "a layer that nobody knows": Case(lambda: b"x", ("binary",), {"content-encoding": "br"}),
    "a zip bomb": Case(lambda: _zip(("a.json", bytes(40 * MIB))), ("too-large",)),
    "a zip of too many files": Case(lambda: _zip(*((f"{n}", b"{}") for n in range(5_000))), ("too-many-records",)),
    "a zip in a zip": Case(lambda: _zip(("a.zip", _zip(("b", b"{}")))), ("too-deep",)),
    "a zip cut off": Case(lambda: _zip(("a.json", b'{"a": 1}'))[:-30], ("binary",)),
    "a billion laughs": Case(_laughs, ("forbidden-xml",)),
    "an entity of a file": Case(
        lambda: b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l>&x;</l>', ("forbidden-xml",)
    ),
    "an external document type": Case(
        lambda: b'<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd"><l>&x;</l>', ("malformed-xml", "unsupported-format")
    ),
    "XML 10^6 deep": Case(lambda: b"<a>" * (FILL // 3), ("too-deep",)),
    "XML of nothing but elements": Case(lambda: b"<a>" + b"<b/>" * (FILL // 4) + b"</a>", ("too-large",)),
    "XML of nothing but attributes": Case(
        lambda: b"<a " + b" ".join(b'a%d="1"' % number for number in range(80_000)) + b"/>",
        ("too-large", "unsupported-format"),
    ),
    "XML of open comments": Case(lambda: b"<!--" * (FILL // 4), ("truncated-xml", "malformed-xml")),
    "XML of open instructions": Case(lambda: b"<?" * (FILL // 2), ("truncated-xml", "malformed-xml")),
    "XML of open quotes": Case(lambda: b"<!DOCTYPE a '" + b"' '" * (FILL // 3), ("truncated-xml", "malformed-xml")),
    "XML with a control character": Case(lambda: b"<a>\x01</a>", ("malformed-xml",)),
    "XML in a charset that it does not have": Case(
        lambda: b'<?xml version="1.0" encoding="utf-7"?><a>\xff</a>', ("wrong-charset",)
    ),
    "JSON 10^6 deep": Case(lambda: b"[" * 1_000_000, ("too-deep",)),
    "JSON of nothing but lists": Case(lambda: b"[" + b"[]," * (FILL // 3 - 1) + b"1]", ("unknown-shape",)),
    "JSON of too many events": Case(
        lambda: b"[" + b'{"resourceType":"x"},' * 45_000 + b'{"resourceType":"x"}]', ("too-many-records",)
    ),
    "JSON with a number without end": Case(lambda: b'{"a": ' + b"9" * FILL + b"}", ("number-too-large",)),
    "JSON with NaN": Case(lambda: b'{"a": NaN}', ("not-a-number",)),
    "JSON with a key twice": Case(lambda: b'{"a": 1, "a": 2}', ("duplicate-key",)),
    "JSON with half a character": Case(lambda: b'{"a": "\\ud800"}', ("broken-text",)),
    "UTF-16 with half a character": Case(lambda: b'\xff\xfe"\x00\x00\xd8"\x00', ("broken-text",)),
    "too many lines": Case(lambda: b"{}\n" * (FILL // 3), ("empty", "too-many-records")),
    "envelopes in envelopes": Case(lambda: json.dumps(_nested(50, {"a": 1})).encode(), ("too-deep",)),
    "a bomb in an envelope": Case(lambda: json.dumps(_nested(1, "<a>" * 100_000)).encode(), ("too-deep",)),
    "extensions 50 deep": Case(lambda: json.dumps(_extensions(50)).encode(), ("mapped",)),
    "CSV of nothing but commas": Case(lambda: b"a,b\n" + b"," * FILL, ("empty",)),
    "CSV of 400,000 columns": Case(lambda: b"c," * 400_000 + b"c\n1,2\n", ("unknown-shape",)),
    "CSV of 5,000 columns": Case(lambda: b"c," * 5_000 + b"c\n1,2\n", ("too-large",)),
    "CSV with a quote that never ends": Case(lambda: b'a,b\n1,"' + b"x,\n" * (FILL // 3), ("malformed-csv",)),
    "CSV of too many rows": Case(lambda: b"a,b\n" + b"1,2\n" * (FILL // 4), ("unsupported-format", "too-many-records")),
    "HL7 with one sign for two separators": Case(lambda: b"MSH|^~\\^|A^B^C|D\r" * 10, ("malformed-hl7",)),
    "HL7 of nothing but fields": Case(lambda: PEX + b"PES" + b"|" * FILL, ("too-large", "malformed-hl7")),
    "HL7 of nothing but escapes": Case(lambda: PEX + b"PES|" + b"\\T" * (FILL // 3), ("too-large",)),
    "HL7 of too many messages": Case(
        lambda: b"MSH|^~\\&|A|B\r" * (FILL // 13), ("unsupported-format", "too-many-records")
    ),
    "HL7 that does not say its separators": Case(lambda: b"MSH||||\rPES||||\r", ("malformed-hl7",)),
    "a form of too many fields": Case(lambda: b"a=1&" * (FILL // 4), ("too-large",), FORM),
    "too many safety reports": Case(
        lambda: b"<ichicsr>" + b"<safetyreport><serious>1</serious></safetyreport>" * 12_000 + b"</ichicsr>",
        ("too-many-records",),
    ),
    "noise": Case(lambda: random.Random(2).randbytes(FILL), ("binary", "wrong-charset")),
    "one letter of another charset": Case(lambda: b'{"a":"' + b"\xe9" * FILL + b'"}', ("wrong-charset",)),
    "spaces": Case(lambda: b" " * FILL, ("empty",)),
    "nothing but NUL": Case(lambda: b"\x00" * FILL, ("empty",)),
    "statements and templates": Case(
        lambda: b"""{"'; drop table record; --": "{{7*7}} ${jndi:ldap://x} <script>"}""", ("unknown-shape",)
    ),
}
