"""The wheel of the contracts brings the registry of topics along: a service in an image has no checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aftercare.schemas import locations

SHOW = (
    "from aftercare.schemas import topic_registry, locations;"
    "print(locations.__file__, len(topic_registry.load_topics()), len(topic_registry.grants()))"
)


def test_the_wheel_knows_every_topic(repository: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=repository / "schemas", check=True, capture_output=True, timeout=60)
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(unpacked)
    environment = {"PYTHONPATH": str(unpacked)}
    run = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    place, topics, grants = run.stdout.split()
    assert Path(place).is_relative_to(unpacked)
    assert int(topics) == len(list((repository / "schemas" / "topics").iterdir()))
    assert int(grants) > 50


def test_a_missing_folder_is_said_in_one_sentence() -> None:
    with pytest.raises(FileNotFoundError, match="'no-such-folder' is neither in"):
        locations.contract_folder("no-such-folder")
