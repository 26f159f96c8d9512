"""The one command: it runs every rule, prints a readable table, and fails when anything was found."""

from pathlib import Path

import pytest

from checks import run, service_layout
from checks.source import Finding


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository in which only the rules that read files are asked."""
    (tmp_path / "services" / "support" / "src").mkdir(parents=True)
    (tmp_path / "services" / "support" / "src" / "x.py").write_text("def decide(now): return now\n")
    monkeypatch.setattr(run, "PER_TREE", {})
    return tmp_path


def test_nothing_found_is_success_with_a_table(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(tree) == 0
    said = capsys.readouterr().out
    assert "support          1       1  1/1/1" in said
    for rule in run.PER_FILE:
        assert f"{rule:<16}fine" in said


def test_one_finding_is_failure_with_its_place(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "services" / "support" / "src" / "y.py").write_text("import time\nnow = time.time()\n")
    assert run.main(tree) == 1
    said = capsys.readouterr().out
    assert "one-clock       1 found" in said
    assert "services/support/src/y.py:2: one-clock" in said


def test_rules_for_trees_count_too(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding(Path("services/support"), 1, service_layout.RULE, "is missing")
    monkeypatch.setattr(run, "PER_TREE", {service_layout.RULE: lambda _root: [finding]})
    assert run.find_all(tree) == [finding]


def test_a_file_that_is_no_python_is_named_instead_of_a_traceback(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "services" / "support" / "src" / "y.py").write_text("def (:\n")
    assert run.main(tree) == 1
    assert "y.py:1: cannot be read as Python" in capsys.readouterr().out


def test_tests_are_held_to_the_length_of_files_only(tree: Path) -> None:
    tests = tree / "services" / "support" / "tests"
    tests.mkdir()
    (tests / "test_x.py").write_text("import time\nnow = time.time()\n")
    assert run.find_all(tree) == []
    (tests / "test_x.py").write_text("x = 1\n" * 351)
    assert [finding.rule for finding in run.find_all(tree)] == ["sizes"]
