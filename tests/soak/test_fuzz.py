"""Half an hour of fuzzing, coverage-guided: any bytes give a value or diagnostics."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = int(os.environ.get("FUZZ_SECONDS", "1800"))
FUZZ = Path(__file__).with_name("fuzz.py")


@pytest.mark.soak
def test_any_bytes_give_a_value_or_diagnostics(tmp_path: Path) -> None:
    """Neither YAML nor clauses bring a traceback, a hang over 20 s, or growth over 200 MB."""
    running = {
        kind: subprocess.Popen(
            [sys.executable, str(FUZZ), kind, str(tmp_path / kind), f"-max_total_time={SECONDS}"],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        for kind in ("yaml", "clause")
    }
    for kind, process in running.items():
        _, told = process.communicate()
        assert process.returncode == 0, f"{kind}: {told[-4000:]}"
        runs = next(line for line in told.splitlines() if line.startswith("Done "))
        sys.stderr.write(f"{kind}: {runs}\n")
