"""Documents do not rot: links lead somewhere, decisions are numbered once and complete, the change log knows the
version.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from checks.source import Finding

RULE: Final = "documents"
_PAGES: Final = ("*.md", "docs/**/*.md", "services/*/README.md", "schemas/**/README.md", "deploy/**/README.md")
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SECTIONS: Final = ("## Context", "## Decision", "## Consequences", "## Enforced by")


def find(root: Path) -> Iterator[Finding]:
    """Broken links, faulty decisions, a change log without the version."""
    for page in sorted({page for pattern in _PAGES for page in root.glob(pattern)}):
        yield from _broken_links(root, page)
    yield from _decisions(root)
    yield from _change_log(root)


def _broken_links(root: Path, page: Path) -> Iterator[Finding]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        place, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", place):
            continue
        file = (page.parent / place).resolve() if place else page
        if not file.exists():
            yield _finding(root, page, f"the link to {target} leads nowhere")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            yield _finding(root, page, f"the link to {target} names a heading that is not there")


def anchors(text: str) -> set[str]:
    """The anchors that a forge makes of the headings of a page."""
    headings = re.findall(r"^#+ +(.+?) *$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _decisions(root: Path) -> Iterator[Finding]:
    pages = sorted(page for page in (root / "docs" / "decisions").glob("*.md") if page.name not in _NOT_DECISIONS)
    numbers = [page.name.partition("-")[0] for page in pages]
    if numbers != [f"{number:04}" for number in range(1, len(pages) + 1)]:
        yield Finding(Path("docs/decisions"), 1, RULE, f"decisions are numbered 0001 to n, once each, not {numbers}")
    listed = (root / "docs" / "decisions" / "README.md").read_text(encoding="utf-8") if pages else ""
    for page in pages:
        if f"({page.name})" not in listed:
            yield _finding(root, page, "docs/decisions/README.md lists every decision")
        text = page.read_text(encoding="utf-8")
        missing = [section for section in _SECTIONS if section not in text]
        if missing:
            yield _finding(root, page, f"a decision has {', '.join(missing)} too")
        if not re.search(r"^> .+", text, re.MULTILINE):
            yield _finding(root, page, "a decision begins with one line that people will quote (> ...)")
        if "Negative" not in text:
            yield _finding(root, page, "a decision names what it costs (Negative)")


_NOT_DECISIONS: Final = frozenset({"README.md", "template.md"})


def _change_log(root: Path) -> Iterator[Finding]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = root / "CHANGELOG.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if f"## [{project['version']}]" not in text and "## [Unreleased]" not in text:
        yield Finding(Path("CHANGELOG.md"), 1, RULE, f"neither Unreleased nor {project['version']} has a section")


def _finding(root: Path, page: Path, advice: str) -> Finding:
    return Finding(page.relative_to(root), 1, RULE, advice)
