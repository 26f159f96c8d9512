"""The search for leaks must itself be able to find one."""

import base64
import gzip
import json
import quopri
import urllib.parse

import pytest
from privacy.leaks import find_leaks

NAME = "Winifred Ashgrove"

DISGUISES = {
    "as it stands": NAME.encode(),
    "other case": b"WINIFRED ASHGROVE",
    "joined by a dot, as in an address": b"winifred.ashgrove@hospital.example",
    "base64": base64.b64encode(NAME.encode()),
    "base64 in the middle of other bytes": base64.b64encode(b"xx" + NAME.encode() + b"yy"),
    "url-safe base64 without padding": base64.urlsafe_b64encode(b"?>" + NAME.encode()).rstrip(b"="),
    "hex": NAME.encode().hex().encode(),
    "url encoding": urllib.parse.quote(NAME).encode(),
    "plus for a space": urllib.parse.quote_plus(NAME).encode(),
    "gzip": gzip.compress(NAME.encode()),
    "gzip in base64": base64.b64encode(gzip.compress(NAME.encode())),
    "json in json": json.dumps({"a": json.dumps({"name": NAME})}).encode(),
    "unicode escapes": "".join(f"\\u{ord(letter):04x}" for letter in NAME).encode(),
    "utf-16": NAME.encode("utf-16-le"),
    "quoted-printable": quopri.encodestring(f"Dear {NAME}, =\n".encode()),
    "base64 of json with escapes": base64.b64encode(json.dumps({"name": f"{NAME}é"}).encode()),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_identity_is_found_in_every_disguise(disguise: str) -> None:
    assert find_leaks(
        [NAME],
        [("a topic", b"before " + DISGUISES[disguise])] if disguise != "gzip" else [("a topic", DISGUISES[disguise])],
    )


def test_opaque_content_is_no_leak() -> None:
    content = b'{"person":"per_0192f0c1d2e3f4a5b6c7d8e9f0a1b2c3","harm":"severe"}' * 20
    assert find_leaks([NAME], [("a topic", content)]) == []
