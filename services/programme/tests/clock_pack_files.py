"""Clock packs that tests write."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.programme import PackError
from aftercare.programme.clock_loader import load_clock_pack


def a_rule(**changes: Any) -> dict[str, Any]:
    """A rule that nothing is wrong with."""
    return {
        "id": "letter",
        "title": "The letter is sent within five days",
        "catalogue": "local",
        "side": "event",
        "subject": "relevant-person",
        "start": {"on": ["disclosure-initial-done"]},
        "stop": {"on": ["disclosure-written-sent"]},
        "form": {"kind": "deadline", "within": {"days": 5}, "calendar": "business-days"},
        "standing": "local",
        "source": "Our own decision",
        "verified": False,
        "owner": "disclosure-lead",
    } | changes


def a_support_rule(**changes: Any) -> dict[str, Any]:
    """One about a person, that nothing is wrong with."""
    return (
        a_rule(
            id="contact",
            side="support",
            subject="obligation",
            start={"on": ["obligation-opened"], "at": "received"},
            stop={"on": ["person-reached", "case-declined"]},
            form={"kind": "deadline", "within": {"hours": 24}},
            owner="coordinator",
        )
        | changes
    )


def write(folder: Path, *rules: dict[str, Any], name: str = "own", **changes: Any) -> Path:
    """A pack of these rules, as a file of its name."""
    pack = {"name": name, "version": 1, "title": "Ours", "about": "For a test", "rules": list(rules)} | changes
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(pack, sort_keys=False))
    return path


def refused(path: Path) -> str:
    """What the loader says of a pack that it does not take."""
    with pytest.raises(PackError) as caught:
        load_clock_pack(path)
    return str(caught.value)
