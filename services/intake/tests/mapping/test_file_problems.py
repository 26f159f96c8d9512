"""What is wrong with a mapping file is told with its line and column, and with what to do."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from aftercare.intake.adapters.mapping.file import load_mapping, mapping_schema
from aftercare.intake.adapters.mapping.messages import FlagName
from aftercare.intake.adapters.mapping.problems import MappingError
from aftercare.intake.domain.vocabulary import Flag
from aftercare.intake.entrypoints.cli import app

from .conftest import WARDLOG, mapping_of

SCHEMA = Path(__file__).parents[2] / "contract" / "mapping.schema.json"
WRONG = [
    ("version: 3", "version: three", "2:10: version: must be a whole number"),
    ("version: 3", "version: 0", "2:10: version: must be 1 or more"),
    ("mapping: wardlog", "mapping: Ward Log", "1:10: mapping: takes lower-case letters"),
    ("zone: Europe/London", "zone: Mars/Olympus", "3:7: zone: must be an IANA time zone"),
    ('"%d.%m.%Y %H:%M"', '"%d.%m %H:%M"', "4:11: formats.0: a format needs at least a year and a month"),
    ('"%d.%m.%Y %H:%M"', '"%d.%m.%Y %Q"', "4:11: formats.0: there is no %Q"),
    ("event == 'report.saved'", "event = 'report.saved'", "6:11: recognise.0: compare with == (two signs)"),
    ("event == 'report.saved'", "event == 'report.saved", "6:14: recognise.0: the text that begins with ' has no end"),
    ("records: report", "records: reports..x", "7:18: records: . is not expected here"),
    ("records: report", "records: people[role == 'x']", "7:17: records: to choose from a list write [?role ...]"),
    ("records: report", "records: nix(report)", "7:10: records: there is no function nix; there are abs"),
    ("records: report", "records: join(report)", "7:10: records: join takes 2 values in its brackets, not 1"),
    ("{id: no, version", "{id: not_null(no, nr), version", "a comma within { } ends the expression before it"),
    ("kind == 'T'", "kind == true", "9:13: ignore.0: write the value in backticks: `true`"),
    ("kind == 'T'", "kind == 2", "9:13: ignore.0: write a number in backticks: `2`"),
    ("    unit: ward", "    unti: ward", "16:11: messages.0.unti: there is no `unti` here; did you mean `unit`?"),
    ("    unit: ward", "    flavour: ward", "16:14: messages.0.flavour: there is no `flavour` here; there are"),
    ("record: {id: no, version: rev, updated: saved}", "numbers: no", "messages.0.record: is needed here"),
    ("type: incident-withdrawn", "type: incident-vanished", "messages.1: there is no type of this name; there are"),
    ("{H: actual, N: potential}", "{H: real, N: potential}", "messages.0.actuality.codes.H: must be one of actual"),
    ('"3": moderate, "4": low', '"3": low, "4": severe', "the numbers rise while harm goes up and down"),
    ('"2": severe', '"2": serious', "18:50: messages.0.harm.codes.2: must be one of unknown, unsafe-condition"),
    ("{always: entered-in-error}", "{always: oops}", "messages.1.reason.always: must be one of entered-in-error"),
    ("{always: entered-in-error}", "{default: duplicate}", "messages.1.reason: say either `value`"),
    ("      value: staff_no\n", "", "messages.0.staff: say who: `value` (an identifier)"),
    ("{H: actual, N: potential}", "{H: actual, h: potential}", "two of these codes are the same"),
    ("version: 3", "version: 3\nversion: 4", "`version` stands twice"),
    ("version: 3", "version: [3", "this is not valid YAML"),
    ("never-event: never", "nevr-event: never", "messages.0.flags.nevr-event: "),
    (
        "numbers: no",
        "numbers: no + rev",
        "JMESPath has no +: numbers are added by sum([no, rev])",
    ),
    ("{always: entered-in-error}", "entered-in-error", "for every record alike write {always: entered-in-error}"),
    ("      system: urn:hill:staff", "        system: urn:hill:staff", "is it indented as its neighbours are?"),
    ("      system: urn:hill:staff", "\tsystem: urn:hill:staff", "is it indented as its neighbours are?"),
    ("      system: urn:hill:staff", "    system: urn:hill:staff", "is it indented as its neighbours are?"),
    ("    unit: ward", "    codes: {A: low}", "messages.0.codes: there is no `codes` here; it goes below a field"),
    ("      system: urn:hill:staff", "      staff_count: x", "it is a field of the message: is it indented too far?"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=[one[2][:40] for one in WRONG])
def test_each_mistake_is_told_with_its_place_and_what_to_do(right: str, wrong: str, told: str) -> None:
    assert right in WARDLOG
    with pytest.raises(MappingError) as refused:
        mapping_of(WARDLOG.replace(right, wrong, 1))
    assert told in str(refused.value), str(refused.value)
    assert all(line.startswith("wardlog.yaml:") for line in str(refused.value).splitlines())


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    broken = WARDLOG.replace("zone: Europe/London", "zone: Mars").replace("unit: ward", "unit: ward..x")
    with pytest.raises(MappingError) as refused:
        mapping_of(broken)
    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == ["3", "16"]


def test_words_that_yaml_takes_for_something_else_stay_what_they_are() -> None:
    mapping = mapping_of(WARDLOG.replace("{id: no, version", "{id: on, version"))
    record = mapping.messages[0].fields.fields["record"]
    assert "words='on'" in repr(record)


@pytest.mark.parametrize("content", ["", "[]", "just words", "a: &a [*a]", "\x00", "messages: []", "- 1"])
def test_a_file_that_is_no_mapping_is_refused_too(content: str) -> None:
    with pytest.raises(MappingError):
        mapping_of(content)


def test_a_file_that_grows_out_of_references_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(MappingError, match="more than"):
        mapping_of("\n".join(lines))


def test_a_file_that_is_not_there_is_told_by_the_command(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="No such file"):
        load_mapping(tmp_path / "nowhere.yaml")
    (tmp_path / "broken.yaml").write_text(WARDLOG.replace("unit: ward", "unit: ward["))
    result = CliRunner().invoke(app, ["check", "--mapping", str(tmp_path / "broken.yaml"), str(tmp_path)])
    assert result.exit_code == 2
    assert "broken.yaml:16:" in result.stderr


def test_the_schema_for_editors_is_the_one_that_is_shipped() -> None:
    shipped = json.loads(SCHEMA.read_text())
    assert shipped == mapping_schema(), "write it anew: aftercare-intake mapping-schema > contract/mapping.schema.json"
    jsonschema.Draft202012Validator.check_schema(shipped)


def test_the_schema_takes_the_mapping_and_refuses_a_typing_error() -> None:
    validator = jsonschema.Draft202012Validator(mapping_schema())
    validator.validate(yaml.safe_load(WARDLOG.replace(" no\n", " nr\n").replace(" no,", " nr,")))
    assert not validator.is_valid(yaml.safe_load(WARDLOG.replace("    unit:", "    unti:")))


def test_the_flags_of_the_file_are_the_flags_that_we_know() -> None:
    assert {flag.value for flag in Flag} == set(FlagName.__args__)  # type: ignore[attr-defined]
