"""Run every rule of the house and print what it found: `python deploy/checks/run.py`."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "deploy"))

from checks import (  # noqa: E402
    clock_ban,
    documents,
    frameworks,
    kit_words,
    log_discipline,
    no_commit_in_application,
    outside,
    service_layout,
    sizes,
)
from checks.source import CODE, TESTS, TOOLS, Finding, Source, read_sources  # noqa: E402

PER_FILE: Final[dict[str, Callable[[Source], Iterable[Finding]]]] = {
    clock_ban.RULE: clock_ban.find,
    no_commit_in_application.RULE: no_commit_in_application.find,
    log_discipline.RULE: log_discipline.find,
    frameworks.RULE: frameworks.find,
    kit_words.RULE: kit_words.find,
    sizes.RULE: sizes.find,
}
PER_TREE: Final[dict[str, Callable[[Path], Iterable[Finding]]]] = {
    service_layout.RULE: service_layout.find,
    documents.RULE: documents.find,
    outside.WALLS: outside.find_walls,
    outside.GENERATED: outside.find_stale,
}


def find_all(root: Path) -> list[Finding]:
    """Everything that any rule finds, in the order of files."""
    code, tools, tests = (read_sources(root, *folders) for folders in (CODE, TOOLS, TESTS))
    tests_of_tools = {source.path for source in tests}
    tools = [source for source in tools if source.path not in tests_of_tools]
    found = [finding for rule in PER_FILE.values() for source in code for finding in rule(source)]
    found += [finding for source in tools for finding in sizes.find(source)]
    found += [finding for source in tests for finding in sizes.find(source, test=True)]
    found += [finding for rule in PER_TREE.values() for finding in rule(root)]
    return sorted(found)


def size_table(root: Path) -> str:
    """Median, 90th percentile and maximum of files, functions and parameters, for each package."""
    head = (
        f"{'package':<12}{'files':>6}{'lines':>8}  {'file m/p90/max':<16}{'functions':>9}  {'function':<12}parameters"
    )
    rows = [
        f"{row.package:<12}{row.files:>6}{row.lines:>8}  {row.file_sizes!s:<16}{row.functions:>9}  "
        f"{row.function_sizes!s:<12}{row.parameters}"
        for row in sizes.table(read_sources(root, *CODE))
    ]
    caps = f"caps: file {sizes.FILE_CAP}, function {sizes.FUNCTION_CAP}, parameters {sizes.PARAMETER_CAP}"
    return "\n".join([head, *rows, caps])


def main(root: Path = ROOT) -> int:
    """Exit code 1 when anything was found."""
    try:
        print(size_table(root), end="\n\n")
        found = find_all(root)
    except SyntaxError as error:
        print(f"{error.filename}:{error.lineno}: cannot be read as Python: {error.msg}")
        return 1
    counts = Counter(finding.rule for finding in found)
    for rule in (*PER_FILE, *PER_TREE):
        print(f"{rule:<16}{'fine' if counts[rule] == 0 else f'{counts[rule]} found'}")
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
