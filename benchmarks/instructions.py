"""Count the instructions that a site takes in a cold build: the same each time, whatever else a machine does.

A clock tells two versions apart that differ by a twentieth; this tells a thousandth. Instructions are no
seconds: what one takes hangs on caches, and what the kernel does is not counted. It says where to look.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import site, tools

ROOT = Path(__file__).resolve().parents[1]
SIZES = (200, 800)  # of sites; the difference is of those that come when all is warm
_COUNTED = re.compile(r"I +refs: +([\d,]+)")


def count(generator: Path, folder: Path) -> int:
    """Return how many instructions one process takes to build a site folder from nothing."""
    fixed = {"PYTHONPATH": str(generator), "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "1790000000"}
    environment = {**os.environ, **fixed, "PYTHONDONTWRITEBYTECODE": ""}
    out = folder.with_name(f"{folder.name}-out")
    counted = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    build = [*tools.call("ours", folder, out).command, "--jobs", "1"]
    said = ""
    for before in ([], counted):  # once without, so that no module has to be compiled
        shutil.rmtree(out, ignore_errors=True)
        done = subprocess.run(  # noqa: S603 - valgrind, and what runs this
            [*before, *build], env=environment, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        if done.returncode:
            break
    found = _COUNTED.search(said)
    if found is None:
        sys.exit(f"the build failed:\n{said}")
    return int(found[1].replace(",", ""))


def main() -> None:
    """Count for one checkout or several, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    parser.add_argument(
        "generators",
        nargs="*",
        type=Path,
        default=[ROOT / "generator"],
        help="folders that hold the package `policypages`: this checkout's, or those of others beside it",
    )
    asked = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not here: apt-get install valgrind")
    with tempfile.TemporaryDirectory(prefix="policypages-") as made, ThreadPoolExecutor() as together:
        folders = [Path(made, str(number)) for number in SIZES]
        for number, folder in zip(SIZES, folders, strict=True):
            site.write("ours", number, folder)
        for generator in asked.generators:
            few, many = together.map(count, [generator.resolve()] * len(folders), folders)
            each = (many - few) / (SIZES[1] - SIZES[0]) / 1000
            said = f"{each:,.0f} thousand instructions a site, {few / 1e6:,.0f} million for {SIZES[0]}"
            sys.stdout.write(f"{generator}: {said}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
