"""Release ten thousand pages at once: how long it takes, what it leaves on disk, and what git has of it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.site import edit_clause, write

_GIT: Final = ("git", "-c", "user.name=Kim", "-c", "user.email=kim@example.org", "-c", "gc.auto=0")
_TIMES: Final = 3


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _timed(site: Path, *command: str) -> float:
    """Run a command, and return its seconds."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=site, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own
    took = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr[-2000:]}")
    return took


def _status(site: Path) -> float:
    """Return the seconds of `git status` with its index warm: the best of some."""
    return min(_timed(site, *_GIT, "status", "--porcelain") for _ in range(_TIMES))


def _released(site: Path) -> tuple[int, int, int]:
    """Return the files of all releases, their bytes, and the blocks that they take on disk, in bytes."""
    files = size = blocks = 0
    for folder, _, names in os.walk(site / "content/releases"):
        for name in names:
            stat = Path(folder, name).stat()
            files, size, blocks = files + 1, size + stat.st_size, blocks + stat.st_blocks * 512
    return files, size, blocks


def main() -> int:
    """Release every page, then those that one edit hits, and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000, help="pages, one an entity")
    parser.add_argument("--folder", type=Path, help="where the site is made; a temporary one otherwise")
    told = parser.parse_args()
    program = (sys.executable, "-m", "policypages")
    with tempfile.TemporaryDirectory(dir=told.folder, prefix="policypages-bench-") as folder:
        site = Path(folder) / "site"
        write("ours", told.entities, site)
        (site / ".gitignore").write_text(".policypages/\noutput/\n", "utf-8")
        _timed(site, *_GIT, "init", "-q")
        _timed(site, *_GIT, "add", "-A")
        _timed(site, *_GIT, "commit", "-qm", "sources")
        _say(f"{told.entities:,} pages; git status before: {_status(site):.2f} s")
        for turn, name in enumerate(("every page", "the third that an edit hits")):
            wall = _timed(site, *program, "release", "--summary", name)
            files, size, blocks = _released(site)
            fresh = _timed(site, *_GIT, "status", "--porcelain")
            add = _timed(site, *_GIT, "add", "-A")
            _timed(site, *_GIT, "commit", "-qm", name)
            pack = _timed(site, *_GIT, "gc", "-q")
            packed = sum(one.stat().st_size for one in (site / ".git/objects/pack").glob("*.pack"))
            _say(
                f"{name}: {wall:.1f} s; {files:,} files, {size / 1e6:.1f} MB ({blocks / 1e6:.1f} MB on disk);"
                f" git status {fresh:.2f} s before and {_status(site):.2f} s after the commit;"
                f" git add {add:.1f} s; gc {pack:.1f} s, all of it {packed / 1e6:.1f} MB packed"
            )
            edit_clause("ours", site, turn=turn)
        took = _timed(site, *program, "build", "--out", str(Path(folder) / "output"))
        _say(f"a clean build of all that is published: {took:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
