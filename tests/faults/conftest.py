"""A folder in memory for tests that kill a program many times."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is one: a hundred repairs wait for a disk a thousand times."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="policypages-") as folder:
        yield Path(folder)
