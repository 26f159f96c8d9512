"""Released revisions of every schema. None is ever changed or removed: somebody may still hold its data."""

import json
from pathlib import Path

from aftercare.schemas.compatibility import Break, breaking_against_all
from aftercare.schemas.documents import Document, message_schema, models


def revisions(folder: Path, message_type: str) -> list[Document]:
    """All released revisions of a type, oldest first."""
    files = sorted((folder / message_type).glob("r*.schema.json"), key=revision_number)
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def revision_number(file: Path) -> int:
    """3 of `r3.schema.json`."""
    return int(file.name.partition(".")[0].removeprefix("r"))


def broken_promises(folder: Path) -> dict[str, list[Break]]:
    """Every type whose model breaks a released revision, or which is gone altogether."""
    current = {model.type: message_schema(model) for model in models()}
    found = {name: breaking_against_all(revisions(folder, name), schema) for name, schema in current.items()}
    removed = sorted(path.name for path in folder.glob("*") if path.is_dir() and path.name not in current)
    found |= {name: [Break("type-removed", "$")] for name in removed}
    return {name: problems for name, problems in found.items() if problems}


def unreleased(folder: Path) -> dict[Path, Document]:
    """The revisions that a release would add: those that differ from the last released one."""
    pending: dict[Path, Document] = {}
    for model in models():
        schema, known = message_schema(model), revisions(folder, model.type)
        if not known or known[-1] != schema:
            pending[folder / model.type / f"r{len(known) + 1}.schema.json"] = schema
    return pending
