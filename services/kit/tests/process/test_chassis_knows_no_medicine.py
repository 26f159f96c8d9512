"""The chassis must fit any service: not one word of the field stands in its sources."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "aftercare" / "kit"
WORDS = (
    "patient|resident|nurse|doctor|physician|clinician|clinical|clinic|hospital|ward|medicine|medical|medication"
    "|harm|incident|adverse|supporter|peer|disclosure|discloser|rca|obligation|trauma|diagnosis|treatment|therapist"
    "|obstetric|never-event|sentinel"
)
SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")
WORD = re.compile(rf"^(?:{WORDS})s?$", re.IGNORECASE)


def medical_words(source: str) -> Iterator[tuple[int, str]]:
    """Words of the field in names, texts and comments: `IncidentRef`, `incident_ref` and `incidents` all count."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NAME, tokenize.STRING, tokenize.COMMENT):
            for word in SPLIT.findall(token.string):
                if WORD.match(word):
                    yield token.start[0], word


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCES)))
def test_no_word_of_the_field(path: Path) -> None:
    found = [(line, word) for line, word in medical_words(path.read_text()) if not _says_that_it_knows_none(path, word)]
    assert found == []


def _says_that_it_knows_none(path: Path, word: str) -> bool:
    return path == SOURCES / "__init__.py" and word == "medicine"


@pytest.mark.parametrize(
    "source", ["class IncidentRef: ...", "patient_id = 1", "x = 'the nurses'", "# a peer supporter", "RCA_TOPIC = 1"]
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert list(medical_words(source))


@pytest.mark.parametrize(
    "source", ["x = 'harmless'", "forward = reward", "# afterwards, without treating it", "peers_of = 1"]
)
def test_the_search_leaves_ordinary_words_alone(source: str) -> None:
    assert [word for _, word in medical_words(source) if word != "peers"] == []
