"""A mapping decides what is looked at, never what gets out: whatever it picks, no sentence and no name leaves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.source import Sources
from aftercare.intake.service_layer.dry_run import dry_run

from .conftest import PLACES, SOURCE, mapping_of

RECEIVED = datetime(2026, 3, 2, tzinfo=UTC)
SEED = "Zaphodine"
FIELDS = """\
    record: {{id: {id}, version: {any}, updated: {any}}}
    numbers: {any}
    site: {any}
    unit: {any}
    occurred: {any}
    discovered: {{value: {any}, formats: ["%d.%m.%Y", epoch-seconds]}}
    recorded: {any}
    kind: {any}
    actuality: {any}
    severity: {any}
    seriousness: {any}
    outcome: {any}
    subject: {any}
    harm: {any}
    flags: {{never-event: {any}, sentinel: {any}}}
    narrative_present: {any}
    synthetic: {any}
    staff:
      - {{value: {any}, relation: {any}, route: {any}, never_through_manager: {any}}}
      - {{each: "[{any}]", display: "@"}}
      - {{reference: {any}}}
    reporter: {{value: {any}, fears_repercussion: {any}, also_involved: {any}}}
    patients: {{value: {any}, kind: {any}}}
"""
HEAD = "mapping: careless\nversion: 1\nmessages:\n  - type: incident-reported\n"
stories = st.builds(
    lambda before, after: f"{before}{SEED}{after}",
    st.sampled_from(["", "Dr ", "7 ", "the nurse ", "N-1001 "]),
    st.sampled_from(
        ["", " Müller", " gave the wrong dose to Berta at 3 and told nobody of it", "\u200b1", "';--", "\n2", "5"]
    ),
)


def outputs(mapping: str, body: Any) -> list[str]:
    door = Door(Sources((SOURCE,)), PLACES, mappings=Mappings({"wardlog": [mapping_of(mapping)]}))
    results = list(dry_run(door, Delivery(json.dumps(body).encode(), {}, "wardlog"), RECEIVED))
    assert results
    return [
        json.dumps([one.event, one.also, one.taken.explanation, one.taken.doubts, one.taken.format, repr(one.taken)])
        for one in results
    ]


@given(stories, st.sampled_from(["\"'A-1'\"", "story", "list"]), st.booleans())
@settings(max_examples=60)
def test_a_mapping_that_takes_the_story_for_every_field_lets_none_of_it_out(
    story: str, own: str, several: bool
) -> None:
    mapping = HEAD + FIELDS.format(id=own, any="list" if several else "story")
    told = outputs(mapping, {"story": story, "list": [story, {"display": story}, 2]})
    assert not [text for text in told if SEED.casefold() in text.casefold()]


@given(stories)
@settings(max_examples=30)
def test_whole_records_taken_for_every_field_leave_nothing_behind(story: str) -> None:
    fields = FIELDS.format(id="\"'A-1'\"", any="'merge(@, @) || x'")
    told = outputs(HEAD + fields, {story: story})
    assert not [text for text in told if SEED.casefold() in text.casefold()]


@pytest.mark.parametrize("field", ["id", "number"])
def test_a_name_or_a_sentence_is_no_number_of_an_incident(field: str) -> None:
    mapping = HEAD + "    record: {id: id}\n    numbers: number\n"
    for words in ("Berta Beispiel", "the 2 of them fell in the night", "x" * 65 + "1"):
        [told] = outputs(mapping, {"id": "A-1", "number": "A-1"} | {field: words})
        assert "no-identifier" in told or "missing-field" in told


def test_always_and_codes_can_not_say_what_no_list_of_ours_has() -> None:
    [told] = outputs(
        HEAD
        + "    record: {id: id}\n    site: {always: Zaphodine}\n"
        + "    unit: {value: id, codes: {A-1: Zaphodine was here}}\n",
        {"id": "A-1"},
    )
    assert SEED not in told
