"""XML as plain values, by a parser that keeps no tree, loads nothing and expands nothing.

A document becomes `{"@format": "xml", "@root": NAME, "@xmlns": NAMESPACE, NAME: …}`. An element becomes its text, or
an object: attributes as `@name`, children by their local name (a list when a name stands more than once), text
beside them as `#text`. Namespaces below the root and the order among siblings of different names are not kept.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.readers.document import FORMAT, Document

MAX_DEPTH = 120
MAX_NODES = 200_000
"""Elements and attributes: what a large report needs a hundred times over."""
_CHUNK = 64 * 1024
_PROLOG = re.compile(r"(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^\["'>]|"[^"]*+"|'[^']*+')*+(?P<end>[\[>]?)""")
_TAG = re.compile(r"(?:\{(?P<space>[^}]*)\})?(?P<name>.*)", re.DOTALL)
_NOT_FHIR = "FHIR by its name, but not in the namespace http://hl7.org/fhir"
_KNOWN_ROOTS = {
    "AdverseEvent": _NOT_FHIR,
    "Bundle": _NOT_FHIR,
    "Observation": _NOT_FHIR,
    "ClinicalDocument": "CDA",
    "Events": "incident list",
    "MCCI_IN200100UV01": "HL7 v3 safety report",
    "ichicsr": "ICH E2B safety report",
}


def read_xml(text: str) -> Iterator[Document]:
    """The document as a plain value. Raises `RefusedError`."""
    _refuse_own_dtd(text)
    builder = _Builder()
    parser = etree.XMLParser(
        target=builder, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    body = text.encode("utf-8", "surrogatepass")
    try:
        for start in range(0, len(body), _CHUNK):
            parser.feed(body[start : start + _CHUNK])
        root, content = parser.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        ended = error.code == etree.ErrorTypes.ERR_TAG_NOT_FINISHED or not text.endswith(">")
        reason = Reason.TRUNCATED_XML if ended else Reason.MALFORMED_XML
        raise RefusedError(reason, f"not XML at line {line}, column {column}", "xml") from None
    yield Document(0, {FORMAT: "xml", "@root": root["name"], "@xmlns": root["space"] or "", root["name"]: content})


def describe_root(value: Mapping[str, Any]) -> str:
    """The root element in our words: named when it is one that we know; any other could be the name of somebody."""
    name = value.get("@root")
    known = _KNOWN_ROOTS.get(name) if isinstance(name, str) else None
    return f"XML with the root {name} ({known})" if known else "XML of no known format"


def _refuse_own_dtd(text: str) -> None:
    """A document type of its own can hold entities that grow without end, or that read files. Naming one is harmless:
    nothing is loaded."""
    prolog = _PROLOG.match(text)
    found = _DOCTYPE.match(text, prolog.end() if prolog else 0)
    if found is not None and found["end"] == "[":
        raise RefusedError(Reason.FORBIDDEN_XML, "it brings a document type of its own, which can hold a bomb", "xml")


class _Builder:
    """Builds the value element by element, and stops at the first sign of a bomb."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._nodes = 0
        self._root: tuple[Mapping[str, str], Any] | None = None
        self._space = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > MAX_NODES:
            raise RefusedError(Reason.TOO_LARGE, f"XML with more than {MAX_NODES} elements and attributes", "xml")
        if len(self._open) >= MAX_DEPTH:
            raise RefusedError(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels", "xml")
        space, name = _split(tag)
        if not self._open:
            self._space = space
        self._open.append((name, {f"@{_split(key)[1]}": value for key, value in attributes.items()}, []))

    def data(self, words: str) -> None:
        if self._open:
            self._open[-1][2].append(words)

    def end(self, _tag: str) -> None:
        name, content, words = self._open.pop()
        text = "".join(words)
        value: Any = content
        if not content:
            value = text
        elif text.strip():
            content["#text"] = text
        if self._open:
            _add(self._open[-1][1], name, value)
        else:
            self._root = ({"name": name, "space": self._space}, value)

    def close(self) -> Any:
        return self._root


def _add(parent: dict[str, Any], name: str, value: Any) -> None:
    before = parent.get(name)
    if before is None:
        parent[name] = value
    elif isinstance(before, list):
        before.append(value)
    else:
        parent[name] = [before, value]


def _split(tag: str) -> tuple[str, str]:
    found = _TAG.fullmatch(tag)
    return (found["space"] or "", found["name"]) if found else ("", tag)
