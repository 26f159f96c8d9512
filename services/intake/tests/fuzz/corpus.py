"""What the fuzz begins with: every golden record, every example, and the doors that they go through."""

from dataclasses import dataclass, field
from pathlib import Path

from aftercare.intake.adapters.mapping.file import load_mapping
from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.source import Places, Source, Sources

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parents[2] / "docs" / "examples"
FOLDERS = (TESTS / "golden" / "records", TESTS.parent / "contract" / "examples", EXAMPLES)
MAPPED = ("wardlog.mapping.yaml", "export.mapping.yaml")
LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Seed:
    """One body to begin with."""

    name: str
    body: bytes = field(repr=False)


def seeds() -> list[Seed]:
    """In order of name, so that the same numbers always mean the same bodies."""
    files = sorted(
        path for folder in FOLDERS for path in folder.rglob("*") if path.is_file() and path.suffix != ".yaml"
    )
    return [Seed(path.name, path.read_bytes()) for path in files if path.stat().st_size <= LARGEST]


def door() -> Door:
    """A hospital with a FHIR source, and one whose records go through the mappings of the tutorial."""
    known = (
        Source("safety", base_url="https://fhir.hill.example/r4", zone="Europe/London", harm_scale="nrls"),
        Source("wardlog", zone="Europe/London"),
    )
    mappings = [load_mapping(EXAMPLES / "wardlog" / name) for name in MAPPED]
    places = Places({"hillhospital": "hill"}, {"ward7": ("hill", "ward-7")})
    return Door(Sources(known), places, mappings=Mappings({"wardlog": mappings}), limit=512 * 1024)
