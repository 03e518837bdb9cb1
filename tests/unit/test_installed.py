"""The versions that stand in the keys of pages are those that are installed."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from policypages.installed import version


@pytest.mark.parametrize(
    "project", ["jinja2", "markdown-it-py", "babel", "num2words", "MarkupSafe", "PyYAML"]
)
def test_a_version_is_that_of_the_metadata(project: str) -> None:
    """Whether its name has capitals or hyphens, a library has the version that its metadata states."""
    assert version(project) == metadata.version(project)


def test_what_is_not_there_is_said_by_the_metadata() -> None:
    """A library that is not installed has no version."""
    with pytest.raises(metadata.PackageNotFoundError):
        version("policypages-no-such-thing")


def test_the_first_place_that_python_looks_in_wins(tmp_path: Path) -> None:
    """Of two versions the one is told that is imported; a place that is no folder is passed over."""
    for place, number in (("one", "9.1"), ("two", "9.2")):
        folder = tmp_path / place / f"babel-{number}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: babel\nVersion: {number}\n")
    places = [str(tmp_path / each) for each in ("none", "one", "two")]
    program = (
        f"import sys; sys.path[:0] = {places!r}\n"
        "from importlib import metadata\n"
        "from policypages.installed import version\n"
        "print(version('babel'), metadata.version('babel'))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["9.1", "9.1"]
