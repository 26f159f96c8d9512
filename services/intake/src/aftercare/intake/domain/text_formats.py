"""What is not JSON, told apart by its first characters, so that its outcome names it. One row per format."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from aftercare.intake.domain.outcome import Reason, Refusal

HEAD = 2048
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?P<name>[A-Za-z_][\w.-]*)")
_CE_TEXT = re.compile(
    r"^(?:-+\s*Message|content-type:\s*application/cloudevents|ce_\w+:)", re.IGNORECASE | re.MULTILINE
)
_YAML_LINE = re.compile(r"^\s*(?:- )?[\w$.\"'/-]+:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class TextFormat:
    name: str
    recognises: Callable[[str], bool]
    reason: Reason
    detail: str


def recognise_text(text: str) -> Refusal:
    """The refusal of a body that is no JSON, with the format that it seems to be."""
    head = text[:HEAD]
    found = next(row for row in TEXT_FORMATS if row.recognises(head))
    detail = _xml_detail(head) if found.name == "xml" else found.detail
    return Refusal(found.reason, detail, found.name)


def _xml_detail(head: str) -> str:
    """Names the root element when it is one that we know; anything else could be a name of somebody."""
    for found in _ROOT.finditer(head):
        name = found["name"]
        if name in _XML_ROOTS:
            return f"looks like XML with the root {name} ({_XML_ROOTS[name]}); only JSON is read so far"
    return "looks like XML; only JSON is read so far"


_XML_ROOTS = {
    "AdverseEvent": "FHIR",
    "Bundle": "FHIR",
    "Observation": "FHIR",
    "ichicsr": "ICH E2B safety report",
    "MCCI_IN200100UV01": "HL7 v3 safety report",
    "ClinicalDocument": "CDA",
    "Events": "incident list",
}


def _comma_rows(head: str) -> bool:
    lines = head.splitlines()[:5]
    marks = [line.count(",") + line.count(";") + line.count("\t") for line in lines]
    return len(lines) > 1 and min(marks) > 0


def _yaml_lines(head: str) -> bool:
    lines = [line for line in head.splitlines()[:-1] if line.strip() and not line.lstrip().startswith("#")]
    return len(lines) > 1 and sum(bool(_YAML_LINE.match(line)) for line in lines) >= len(lines) * 0.6


def _markdown(head: str) -> bool:
    return bool(re.match(r"#{1,6} \S", head)) or "\n| ---" in head or "\n|---" in head


def _feature(head: str) -> bool:
    return head.lstrip().startswith(("Feature:", "@")) and "Scenario" in head


TEXT_FORMATS: tuple[TextFormat, ...] = (
    TextFormat("xml", lambda head: head.startswith("<"), Reason.UNSUPPORTED_FORMAT, ""),
    TextFormat(
        "hl7v2",
        lambda head: head.startswith(("MSH|", "FHS|", "BHS|", "\x0bMSH|")),
        Reason.UNSUPPORTED_FORMAT,
        "looks like an HL7 v2 message; only JSON is read so far",
    ),
    TextFormat("gherkin", _feature, Reason.NOT_A_RECORD, "a description of tests in Gherkin"),
    TextFormat(
        "cloudevent-listing",
        lambda head: bool(_CE_TEXT.search(head)),
        Reason.NOT_A_RECORD,
        "a printed picture of a CloudEvent, not the event's bytes",
    ),
    TextFormat("yaml", _yaml_lines, Reason.NOT_A_RECORD, "looks like YAML, which no source sends records in"),
    TextFormat("markdown", _markdown, Reason.NOT_A_RECORD, "a text in Markdown"),
    TextFormat("csv", _comma_rows, Reason.UNSUPPORTED_FORMAT, "looks like CSV; only JSON is read so far"),
    TextFormat("text", lambda _head: True, Reason.UNKNOWN_SHAPE, "plain text of no known format"),
)
