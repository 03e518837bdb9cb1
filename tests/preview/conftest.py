"""The example sites of this repository, copied, and served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servecase import Server, copy_site, serving


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Copy the example sites."""
    return copy_site(tmp_path / "site")


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    """Serve the example sites."""
    with serving(site) as server:
        yield server
