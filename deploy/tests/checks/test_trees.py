"""Rules that look at folders and documents see a stranger, a hole, a dead link and a half decision."""

from pathlib import Path

import pytest

from checks import documents, outside, service_layout
from checks.documents import anchors

COMPLETE = "# 1. T\n\n> A line.\n\n## Context\n\n## Decision\n\n## Consequences\n\nNegative: x.\n\n## Enforced by\n"


ENTRYPOINTS = ("entrypoints/api.py", "entrypoints/stream.py", "entrypoints/cli.py", "entrypoints/routes_cases.py")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with one service, one decision and one page, all as they should be."""
    package = tmp_path / "services" / "support" / "src" / "aftercare" / "support"
    for folder in ("domain", "service_layer", "adapters", "entrypoints"):
        (package / folder).mkdir(parents=True)
        (package / folder / "__init__.py").touch()
    for file in ("__init__.py", "bootstrap.py", "config.py", "domain/offer.py", *ENTRYPOINTS):
        (package / file).touch()
    for name in ("README.md", "pyproject.toml", "tests"):
        (tmp_path / "services" / "support" / name).touch()
    (tmp_path / "docs" / "decisions").mkdir(parents=True)
    (tmp_path / "docs" / "decisions" / "0001-record-decisions.md").write_text(COMPLETE)
    (tmp_path / "docs" / "decisions" / "README.md").write_text("[1](0001-record-decisions.md)\n")
    (tmp_path / "docs" / "page.md").write_text(
        "# A page\n\n## One thing\n\n[see](decisions/0001-record-decisions.md)\n"
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text("## [1.2.3]\n")
    return tmp_path


def package_of(tree: Path) -> Path:
    return tree / "services" / "support" / "src" / "aftercare" / "support"


def test_a_tree_as_it_should_be_is_fine(tree: Path) -> None:
    assert list(service_layout.find(tree)) == []
    assert list(documents.find(tree)) == []


@pytest.mark.parametrize("name", ["rules.py", "policies/x.py", "models.py", "domain.py"])
def test_a_stranger_in_a_service_is_found(tree: Path, name: str) -> None:
    stranger = package_of(tree) / name
    stranger.parent.mkdir(exist_ok=True)
    stranger.touch()
    assert [finding.path.name for finding in service_layout.find(tree)] == [name.partition("/")[0]]


def test_a_folder_of_words_is_no_stranger_until_code_is_in_it(tree: Path) -> None:
    words = package_of(tree) / "phrases"
    words.mkdir()
    (words / "de.po").touch()
    assert list(service_layout.find(tree)) == []
    (words / "speak.py").touch()
    assert len(list(service_layout.find(tree))) == 1


@pytest.mark.parametrize("name", ["domain/utils.py", "adapters/helpers", "entrypoints/common.py"])
def test_a_name_that_says_nothing_is_found(tree: Path, name: str) -> None:
    (package_of(tree) / name).mkdir()
    assert [finding.path.name for finding in service_layout.find(tree)] == [name.partition("/")[2]]


def test_something_beside_the_service_is_found(tree: Path) -> None:
    (tree / "services" / "support" / "scripts").mkdir()
    (tree / "services" / "support" / "scripts" / "x.py").touch()
    assert len(list(service_layout.find(tree))) == 1


@pytest.mark.parametrize("name", ["bootstrap.py", "config.py", "entrypoints/stream.py", "../../../README.md"])
def test_a_missing_part_is_found(tree: Path, name: str) -> None:
    (package_of(tree) / name).unlink()
    assert [finding.advice for finding in service_layout.find(tree)] == ["is missing"]


@pytest.mark.parametrize(
    "link", ["[x](nowhere.md)", "[x](decisions/)[y](../nowhere.py)", "[x](page.md#other-thing)", "[x](#nothing)"]
)
def test_a_dead_link_is_found(tree: Path, link: str) -> None:
    (tree / "docs" / "page.md").write_text(f"# A page\n\n{link}\n")
    assert len(list(documents.find(tree))) == 1


@pytest.mark.parametrize(
    "link", ["[x](https://nowhere.example/x)", "[x](page.md#a-page)", "[x](#a-page)", "[x](../CHANGELOG.md)"]
)
def test_a_live_link_is_fine(tree: Path, link: str) -> None:
    (tree / "docs" / "page.md").write_text(f"# A page\n\n{link}\n\n```\n[not](a-link.md)\n```\n")
    assert list(documents.find(tree)) == []


def test_anchors_are_made_as_a_forge_makes_them() -> None:
    text = "# Two sides, two keys\n## `POST /events`\n```\n# no heading\n```\n"
    assert anchors(text) == {"two-sides-two-keys", "post-events"}


@pytest.mark.parametrize("section", ["## Context", "## Enforced by", "> A line.", "Negative"])
def test_half_a_decision_is_found(tree: Path, section: str) -> None:
    page = tree / "docs" / "decisions" / "0001-record-decisions.md"
    page.write_text(COMPLETE.replace(section, "gone"))
    assert len(list(documents.find(tree))) == 1


def test_a_decision_that_the_list_does_not_name_is_found(tree: Path) -> None:
    (tree / "docs" / "decisions" / "README.md").write_text("# Decisions\n")
    assert [finding.advice for finding in documents.find(tree)] == ["docs/decisions/README.md lists every decision"]


@pytest.mark.parametrize("name", ["0001-again.md", "0003-one-is-left-out.md", "later.md"])
def test_decisions_are_one_sequence(tree: Path, name: str) -> None:
    (tree / "docs" / "decisions" / name).write_text(COMPLETE)
    assert any("numbered" in finding.advice for finding in documents.find(tree))


def test_a_change_log_that_does_not_know_the_version_is_found(tree: Path) -> None:
    (tree / "CHANGELOG.md").write_text("## [1.2.2]\n")
    assert len(list(documents.find(tree))) == 1
    (tree / "CHANGELOG.md").unlink()
    assert len(list(documents.find(tree))) == 1


@pytest.mark.parametrize(("command", "count"), [("raise SystemExit('stale')", 1), ("raise ImportError", 1), ("", 0)])
def test_a_generator_that_fails_is_a_finding(
    tree: Path, monkeypatch: pytest.MonkeyPatch, command: str, count: int
) -> None:
    monkeypatch.setattr(outside, "GENERATORS", {"docs/x.md": ("-c", command)})
    assert len(list(outside.find_stale(tree))) == count
