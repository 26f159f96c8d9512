"""The AsyncAPI document is valid by the official schema, and says the same as the code, the registry and the page."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from aftercare.schemas.registry import MESSAGE_TYPES
from aftercare.schemas.topic_registry import TopicSpec
from aftercare.schemas.topics import Topic

PARSER = "@asyncapi/parser@3.6.3"
OFFICIAL = Path(__file__).parent / "vendor" / "asyncapi" / "asyncapi-3.0.0.schema.json"


@pytest.fixture(scope="module")
def document(repository: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((repository / "schemas" / "asyncapi.yaml").read_text())
    return loaded


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text()))


def test_the_document_is_valid_by_the_official_schema(document: dict[str, Any], official: Draft7Validator) -> None:
    assert [error.message for error in official.iter_errors(document)] == []


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ("asyncapi", "3.9.0"),
        ("info", {"title": "no version"}),
        ("channels", {"answer": {"adress": "misspelt"}}),
        ("operations", {"x": {"action": "publish", "channel": {"$ref": "#/channels/answer"}}}),
        ("chanels", {}),
    ],
)
def test_the_official_schema_sees_a_fault(
    document: dict[str, Any], official: Draft7Validator, section: str, fault: Any
) -> None:
    assert list(official.iter_errors({**document, section: fault}))


def test_channels_are_the_topics_and_messages_are_the_types(document: dict[str, Any]) -> None:
    assert {channel["address"] for channel in document["channels"].values()} == set(Topic)
    named = {message["name"] for message in document["components"]["messages"].values()}
    assert named - {"source.record"} == set(MESSAGE_TYPES)


def test_operations_are_the_rights_of_the_registry(document: dict[str, Any], topics: tuple[TopicSpec, ...]) -> None:
    stated = {
        (body["x-service"], body["action"], body["channel"]["$ref"].rpartition("/")[2])
        for body in document["operations"].values()
    }
    sends = {(service, "send", spec.name) for spec in topics for service in spec.producers}
    receives = {(service, "receive", spec.name) for spec in topics for service in spec.consumers}
    assert stated == sends | receives


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    return [found for value in part for found in _references(value)] if isinstance(part, list) else []


def test_the_page_of_events_names_every_topic_and_type(repository: Path) -> None:
    page = (repository / "docs" / "events.md").read_text()
    headings = {line.lstrip("# ") for line in page.splitlines() if line.startswith(("## ", "### "))}
    assert headings == set(Topic) | set(MESSAGE_TYPES)


@pytest.mark.real
@pytest.mark.timeout(240)
def test_the_official_parser_finds_no_fault(repository: Path, tmp_path: Path) -> None:
    folder = _parser(repository / ".cache" / "asyncapi-parser")
    script = tmp_path / "parse.cjs"
    script.write_text(
        f"const {{ Parser }} = require({json.dumps(str(folder / 'node_modules' / '@asyncapi' / 'parser'))});\n"
        "const text = require('fs').readFileSync(process.argv[2], 'utf8');\n"
        "new Parser().parse(text).then(({ document, diagnostics }) => console.log(JSON.stringify(\n"
        "  { read: document !== undefined, faults: diagnostics.filter((d) => d.severity < 2) })));\n"
    )
    good = _parse(script, repository / "schemas" / "asyncapi.yaml")
    assert good == {"read": True, "faults": []}
    bad = tmp_path / "bad.yaml"
    bad.write_text((repository / "schemas" / "asyncapi.yaml").read_text().replace("action: send", "action: publish"))
    assert _parse(script, bad)["faults"]


def _parse(script: Path, document: Path) -> dict[str, Any]:
    run = subprocess.run(["node", script, document], capture_output=True, text=True, timeout=60, check=True)
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def _parser(folder: Path) -> Path:
    """The official parser, fetched once; the test is skipped where that cannot be done."""
    if (folder / "node_modules" / "@asyncapi" / "parser").is_dir():
        return folder
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js with npm is not on this machine; the official JSON Schema was used instead")
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", PARSER]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    if run.returncode != 0:
        pytest.skip("the official AsyncAPI parser could not be fetched; the official JSON Schema was used instead")
    return folder
