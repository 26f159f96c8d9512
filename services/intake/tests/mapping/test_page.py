"""The page about mapping files is held true: its example maps, its words are our words, each doubt is explained."""

import re
from pathlib import Path

import pytest

from aftercare.intake.domain import vocabulary
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.vocabulary import HarmLevel, Precision

from .conftest import Examine, mapped

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
DOMAIN = ROOT / "services" / "intake" / "src" / "aftercare" / "intake" / "domain"
LISTS = {
    "harm": vocabulary.HarmLevel,
    "kind` of an incident": vocabulary.EventKind,
    "actuality": vocabulary.Actuality,
    "severity": vocabulary.Severity,
    "seriousness": vocabulary.Seriousness,
    "outcome": vocabulary.Outcome,
    "subject`, `kind` of a patient": vocabulary.SubjectKind,
    "relation": vocabulary.Relation,
    "route": vocabulary.Route,
    "reason": vocabulary.WithdrawalReason,
    "method": vocabulary.RcaMethod,
    "audience": vocabulary.FeedbackAudience,
    "milestone": vocabulary.Milestone,
}


def shown(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_in_xml_is_mapped_by_the_mapping_beside_it(examine: Examine) -> None:
    [one] = examine(shown("yaml"), shown("xml").encode())
    report = mapped(one).fact
    assert isinstance(report, IncidentReport)
    assert [each.person.value for each in report.staff] == ["N-1001"]
    assert report.details.harm is HarmLevel.MODERATE
    assert report.details.occurred is not None
    assert report.details.occurred.precision is Precision.MINUTE
    assert mapped(one).doubts == ()


@pytest.mark.parametrize("field", LISTS)
def test_the_page_lists_the_words_that_each_field_takes(field: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{field}") and line.count("|") == 3)
    assert re.findall(r"`([\w-]+)`", row.split("|")[2]) == [member.value for member in LISTS[field]]


def test_every_doubt_that_a_mapping_can_note_is_explained() -> None:
    sources = [DOMAIN / "doubts.py", DOMAIN / "context.py", *DOMAIN.glob("mapping/*.py")]
    noted = {"clocks-skipped", "clocks-repeated", "in-the-future"}
    for file in sources:
        noted.update(re.findall(r'note\(f?"([a-z-]+)', file.read_text(encoding="utf-8")))
    explained = PAGE[PAGE.index("## Doubts") : PAGE.index("## What a mapping can't do")]
    assert len(noted) > 8
    assert {slug for slug in noted if f"`{slug}" not in explained} == set()
