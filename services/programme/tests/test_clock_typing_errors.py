"""Whatever somebody mistypes in a clock pack: it is taken, or refused in sentences with lines; it never just breaks."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.programme import PackError
from aftercare.programme.clock_loader import load_clock_pack

from .clock_pack_files import a_rule, a_support_rule, write

WINDOW = {"kind": "window", "opens": {"days": 1}, "closes": {"months": 1}, "calendar": "calendar-days"}
PACK: dict[str, Any] = {
    "name": "typed",
    "version": 1,
    "title": "Ours",
    "about": "For a test",
    "includes": ["part"],
    "without": ["reply"],
    "rules": [
        a_rule(when={"harm_at_least": "moderate", "flags": ["sentinel"]}, warnings={"at": [50, 100], "route": "page"}),
        a_rule(version=2, in_force="2026-06-01", form=WINDOW),
        a_support_rule(form={"kind": "before-state", "happening": "left-work", "at_latest": {"hours": 9}}),
    ],
    "scenarios": [{"name": "A story", "given": ["it is now 2026-01-01T00:00"], "expect": ["letter does not start"]}],
}
TYPED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 5000),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.sampled_from(
        ["page", "rca", "case-declined", "disclosure-initial-done", "age", "legal", "working-days", "months"]
    ),
    st.lists(st.sampled_from(["incident-known", "case-closed", "generic", "x"]), max_size=3),
    st.dictionaries(st.sampled_from(["days", "months", "on", "kind"]), st.integers(0, 3), max_size=2),
)


def places(node: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [where, *(place for key, value in items for place in places(value, (*where, key)))]


def put(pack: dict[str, Any], where: tuple[Any, ...], value: Any) -> Any:
    if not where:
        return value
    changed = copy.deepcopy(pack)
    node: Any = changed
    for key in where[:-1]:
        node = node[key]
    node[where[-1]] = value
    return changed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typed")
    write(folder, a_rule(id="reply"), name="part")
    return folder


def test_the_pack_that_is_mistyped_below_is_a_good_one(folder: Path) -> None:
    (folder / "typed.yaml").write_text(yaml.safe_dump(PACK))
    assert len(load_clock_pack(folder / "typed.yaml").rules) == 3


def problems(path: Path) -> list[str]:
    try:
        load_clock_pack(path)
    except PackError as error:
        return str(error).split("\n")
    return []


@settings(max_examples=80, deadline=None)
@given(where=st.sampled_from(places(PACK)), value=TYPED)
def test_no_typing_error_breaks_the_loader(folder: Path, where: tuple[Any, ...], value: Any) -> None:
    (folder / "typed.yaml").write_text(yaml.safe_dump(put(PACK, where, value)))
    assert all(".yaml line " in line for line in problems(folder / "typed.yaml"))
