"""Write all that follows from the models and the registry: schemas, AsyncAPI, the page of events.

python -m aftercare.schemas.generate             write what changed; refuse a breaking change
python -m aftercare.schemas.generate --check     say what is stale, write nothing
python -m aftercare.schemas.generate --release   also keep changed schemas as released revisions
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from aftercare.schemas import asyncapi, documents, events_page, history
from aftercare.schemas.documents import Document
from aftercare.schemas.topic_registry import load_topics

ROOT = Path(__file__).parents[4]
"""The repository. The generator is a tool of a checkout; an installed wheel has nothing to generate."""


def as_json(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def generated_files(root: Path) -> dict[Path, str]:
    """Every generated file with the content that it must have."""
    topics = load_topics(root / "schemas" / "topics")
    schemas = {root / "schemas" / "json" / path: as_json(body) for path, body in documents.all_schemas().items()}
    return {
        **schemas,
        root / "schemas" / "asyncapi.yaml": asyncapi.as_yaml(asyncapi.document(topics)),
        root / "docs" / "events.md": events_page.page(topics, root / "schemas" / "examples"),
    }


def stale_files(root: Path, files: Mapping[Path, str]) -> list[Path]:
    """Generated files that are missing or differ, and schemas that no model stands behind any more."""
    changed = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    orphans = [path for path in (root / "schemas" / "json").rglob("*.json") if path not in files]
    return sorted(changed) + sorted(orphans)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Exit code 0 when all is well, 1 when files are stale or a promise to readers would be broken."""
    parser = argparse.ArgumentParser(prog="python -m aftercare.schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="say what is stale, write nothing")
    parser.add_argument("--release", action="store_true", help="keep changed schemas as released revisions")
    options = parser.parse_args(arguments)
    broken = history.broken_promises(root / "schemas" / "history")
    if broken:
        _say(f"breaking: {name}: {problem}" for name, problems in broken.items() for problem in problems)
        _say(["nothing was written; make a new version (.v2) beside the old one instead"])
        return 1
    files = generated_files(root)
    stale = stale_files(root, files)
    if options.check:
        _say(f"stale: {path.relative_to(root)}; run python -m aftercare.schemas.generate" for path in stale)
        return 1 if stale else 0
    _write({path: files[path] for path in stale if path in files}, root)
    _remove([path for path in stale if path not in files], root)
    if options.release:
        pending = history.unreleased(root / "schemas" / "history")
        _write({path: as_json(document) for path, document in pending.items()}, root)
    return 0


def _write(files: Mapping[Path, str], root: Path) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        _say([f"wrote {path.relative_to(root)}"])


def _remove(paths: Sequence[Path], root: Path) -> None:
    for path in paths:
        path.unlink()
        _say([f"removed {path.relative_to(root)}"])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
