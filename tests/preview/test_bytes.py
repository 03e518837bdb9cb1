"""What is served is what a build writes, but for the one element."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.servecase import REPO, plain, serving


@pytest.mark.parametrize(("served", "built"), [((), ("--drafts",)), (("--published",), ())])
def test_served_bytes_equal_built_bytes(
    served: tuple[str, ...], built: tuple[str, ...], tmp_path: Path
) -> None:
    """Every file of the four example sites is served as it is built, by path and by host."""
    out = tmp_path / "output"
    command = [sys.executable, "-m", "policypages", "-C", str(REPO), "build", "--out", str(out), *built]
    subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(REPO / "generator")}
    )
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    files = [path for path in files if path.relative_to(out).parts[0] not in {"_overview", ".policypages"}]
    assert sum(path.name == "index.html" for path in files) >= 8
    assert len({path.relative_to(out).parts[0] for path in files}) == 4
    with serving(REPO, *served) as server:
        for path in files:
            name = path.relative_to(out).as_posix()
            entity, _, below = name.partition("/")
            addresses = [(f"/{name}", None), (f"/{below}", f"{entity}.localhost:{server.port}")]
            if path.name == "index.html":
                addresses.append((f"/{name.removesuffix('index.html')}", None))
            for address, host in addresses:
                answer = server.get(address, host)
                assert answer.status == 200, address
                data = plain(answer.body) if path.suffix == ".html" else answer.body
                assert data == path.read_bytes(), address
