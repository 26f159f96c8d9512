"""A name is put anywhere into records of the national and vendor formats, and looked for in everything that leaves."""

import copy
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.outcome import Ending
from aftercare.intake.domain.source import Places, Source, Sources
from aftercare.intake.service_layer.dry_run import DryResult, dry_run

from .conftest import RECORDS

SEED = "Zaphodine"
RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)
DOOR = Door(Sources((Source("here", zone="Europe/London", harm_scale="nrls"),)), Places({"hill": "hill"}, {}))
FAMILIES = ("hmpps", "lfpse", "melde", "dhis2", "hl7v2", "e2b", "nhs", "jcqhc")
BODIES = {
    f"{family}/{file.name}": file.read_bytes()
    for family in FAMILIES
    for file in sorted((RECORDS / family).iterdir())
    if b"\x0b" not in file.read_bytes()
}
MIDDLES = ["", " Müller", "-O'Neil", "<b>", "'; drop table record; --", "{{7*7}}", "^&~\\T\\", '","', "\u200b", "\t"]
ASCII = st.text(st.characters(max_codepoint=127), max_size=8).map(str.encode)
names = st.builds(
    lambda middle, number: f"{SEED}{middle}{number}",
    st.sampled_from(
        ["", " Müller", "-O'Neil", "<b>", "'; drop table record; --", "{{7*7}}", "^&~\\T\\", '","', "\u200b", "\t"]
    ),
    st.integers(0, 999),
)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, content in inner:
        yield from _leaves(content, (*path, key))
    if path and not isinstance(value, dict | list):
        yield path


@st.composite
def _in_json(draw: st.DrawFn, body: bytes) -> bytes:
    record = copy.deepcopy(json.loads(body))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(_leaves(record))))
        inner = record
        for step in path[:-1]:
            inner = inner[step]
        name = draw(names)
        inner[path[-1]] = draw(st.sampled_from([name, [name], {"value": name, name: name}, None, 7, True, 1.5]))
        if isinstance(inner, dict):
            inner[name] = name
        else:
            inner.append(name)
    return json.dumps(record).encode()


@st.composite
def _in_xml(draw: st.DrawFn, body: bytes) -> bytes:
    text = body.decode("latin-1").replace("ISO-8859-1", "UTF-8")
    for _ in range(draw(st.integers(1, 3))):
        places = [found.span(1) for found in re.finditer(r">([^<>]*)</|=\"([^\"]*)\"", text) if found[1] is not None]
        places += [found.span(1) for found in re.finditer(r"(?:value|code|extension|root)=\"([^\"]*)\"", text)]
        start, end = draw(st.sampled_from(places))
        text = text[:start] + quoteattr(draw(names), {'"': "&quot;"})[1:-1] + text[end:]
    return text.encode()


@st.composite
def _in_hl7(draw: st.DrawFn, body: bytes) -> bytes:
    lines = [line.split("|") for line in body.decode("latin-1").split("\r")]
    for _ in range(draw(st.integers(1, 3))):
        line = draw(st.sampled_from([one for one in lines if len(one) > 3]))
        line[draw(st.integers(2 if line[0] == "MSH" else 1, len(line) - 1))] = draw(names)
    return "\r".join("|".join(line) for line in lines).encode()


@st.composite
def _in_csv(draw: st.DrawFn, body: bytes) -> bytes:
    text = body.decode("utf-8-sig" if body.startswith(b"\xef") else "cp932")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    for _ in range(draw(st.integers(1, 5))):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, min(14 if draw(st.booleans()) else len(row), len(row) - 1)))] = draw(names)
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue().encode()


WAYS: dict[str, Callable[[bytes], st.SearchStrategy[bytes]]] = {
    "json": _in_json,
    "xml": _in_xml,
    "hl7": _in_hl7,
    "csv": _in_csv,
}


@st.composite
def seeded(draw: st.DrawFn) -> bytes:
    name = draw(st.sampled_from(sorted(BODIES)))
    return draw(WAYS[name.rsplit(".", 1)[-1]](BODIES[name]))


def _told(results: list[DryResult]) -> list[str]:
    """All that leaves or is said about a record."""
    return [
        json.dumps([one.event, one.also, one.taken.explanation, one.taken.doubts, one.taken.format], ensure_ascii=False)
        + repr(one.taken)
        for one in results
    ]


quick = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@quick
@given(seeded(), st.sampled_from([None, "here"]))
def test_no_output_holds_a_name_wherever_it_was_put(body: bytes, source: str | None) -> None:
    results = list(dry_run(DOOR, Delivery(body, {}, source), RECEIVED))
    assert results
    assert all(one.taken.outcome in Ending for one in results)
    assert not [one.taken.detail for one in results if one.taken.reason == "mapping-failed"]
    assert not [told for told in _told(results) if SEED in told]


@quick
@given(seeded())
def test_mapping_the_same_record_twice_is_the_same(body: bytes) -> None:
    first = [(one.event, one.taken) for one in dry_run(DOOR, Delivery(body), RECEIVED)]
    assert first == [(one.event, one.taken) for one in dry_run(DOOR, Delivery(body), RECEIVED)]


@quick
@given(st.sampled_from(sorted(BODIES)), st.data())
def test_broken_bytes_end_somehow(name: str, data: st.DataObject) -> None:
    body = bytearray(BODIES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(0, len(body) - 1)))
        body[place : place + data.draw(st.integers(0, 8))] = data.draw(st.one_of(ASCII, st.binary(max_size=8)))
    results = list(dry_run(DOOR, Delivery(bytes(body)), RECEIVED))
    assert results
    assert not [one.taken.detail for one in results if one.taken.reason == "mapping-failed"]


@pytest.mark.parametrize(
    "record",
    [
        {"eventType": ["incident.report.created"]},
        {"eventType": {"value": 1}, "additionalInformation": []},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": ["AdverseEvent"]}}]},
        {"Header": {"ExternalCaseId": "1", "ReportAreas": [True], "Reporter": "x", "Patient": []}, "Report": None},
        {"reportReference": 7, "status": ["CLOSED"], "staffInvolved": {"staffRole": {}}, "historyOfStatuses": "x"},
    ],
)
def test_a_value_of_another_kind_is_no_fault_of_ours(record: dict[str, Any]) -> None:
    results = list(dry_run(DOOR, Delivery(json.dumps(record).encode()), RECEIVED))
    assert results
    assert not [one.taken.detail for one in results if one.taken.reason == "mapping-failed"]
