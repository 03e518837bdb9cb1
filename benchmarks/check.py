"""Time `policypages check` beside a build that makes every file again, of the same site, in turn."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import site, tools

MUST: Final = 3.0
_FIXED_MIB: Final = 80  # the bound of a build: so much, and so much for each page
_PAGE_KIB: Final = 3


def main() -> None:
    """Print both, the median of their ratios, and the memory of the largest process of a check."""
    given = _arguments()
    with tempfile.TemporaryDirectory(dir=given.place, prefix="policypages-bench-") as folder:
        source, out = Path(folder) / "site", Path(folder) / "out"
        site.write("ours", given.entities, source)
        build = tools.call("ours", source, out)
        build = tools.Call((*build.command, "--clean"), build.cwd, build.env)
        check = tools.Call((*build.command[:5], "check"), build.cwd, build.env)
        tools.run(build)
        tools.run(check)
        builds: list[tools.Cost] = []
        checks: list[tools.Cost] = []
        for number in range(given.rounds):
            for one, costs in ((build, builds), (check, checks))[:: -1 if number % 2 else 1]:
                costs.append(tools.run(one))
    peak = max(one.peak for one in checks) / 1024
    bound = _FIXED_MIB + _PAGE_KIB * given.entities / 1024
    say = sys.stdout.write
    say(f"check of {given.entities:,} entities, {given.rounds} rounds\n")
    wall = _compared([one.wall for one in checks], [one.wall for one in builds])
    say(f"wall {wall}; must be <= {MUST:.0f}\n")
    say(f"CPU  {_compared([one.cpu for one in checks], [one.cpu for one in builds])}\n")
    say(f"peak memory of a process {peak:.0f} MiB; must be <= {bound:.0f} MiB\n")


def _compared(ours: list[float], other: list[float]) -> str:
    ratios = [one / two for one, two in zip(ours, other, strict=True)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return f"{median(ours):.2f} s, a clean build {median(other):.2f} s: {median(ratios):.2f} ({spread})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--place", type=Path, default=None, help="a folder on the file system to use")
    return parser.parse_args()


if __name__ == "__main__":
    main()
