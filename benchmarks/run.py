"""Time policypages against its peers in interleaved pairs, and print one table of ratios."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import machine, rounds, tools
from benchmarks.musts import bars
from benchmarks.report import Row, table
from benchmarks.rounds import Bench, Plan, say
from benchmarks.site import HERE

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - tmpfs is what is wanted here
HUGE: Final = 100_000


def plans(given: argparse.Namespace, *, in_memory: bool) -> Iterator[Plan]:
    """Yield what is timed in one place, one number of entities after the other."""
    peers = [tool for tool in given.peers.split(",") if tool]
    sizes = [int(size) for size in given.sizes.split(",") if size]
    for entities in sizes:
        turns = given.pairs or _rounds(entities, quick=given.quick)
        if entities > rounds.SHARED_UP_TO:
            yield rounds.alone(entities, rounds=turns, series=given.series)
        elif given.musts:
            most = max(size for size in sizes if size <= rounds.SHARED_UP_TO)
            yield rounds.needed(entities, rounds=turns, series=given.series, most=most, in_memory=in_memory)
        else:
            yield rounds.everything(entities, rounds=turns, series=given.series, peers=peers)


def _rounds(entities: int, *, quick: bool) -> int:
    """Return how many rounds a series has: fewer where each takes long."""
    if entities > rounds.SHARED_UP_TO:
        return 1
    return 3 if quick or entities >= rounds.SHARED_UP_TO else 7


def main() -> None:
    """Run what was asked for, print the table, and keep the figures."""
    given = _arguments()
    peers = ("hugo", "byhand") if given.musts else tuple(filter(None, given.peers.split(",")))
    # folders of its own for each run: nothing has to be deleted before anything is timed
    name = f"policypages-bench-{os.getpid()}"
    places = {"disk": given.disk.resolve() / name, "memory": given.memory / name}
    about: dict[str, Any] = {"started": datetime.now(UTC).isoformat(timespec="seconds")}
    about |= machine.describe(places, peers)
    say("\n".join(f"{what}: {value}" for what, value in about.items()) + "\n\n")
    for where in given.where.split(","):
        _insist_room(given, places[where], in_memory=about["file systems"][where] == "tmpfs")
    about["command"] = sys.argv[1:]
    rows: list[Row] = []
    try:
        for where in given.where.split(","):
            kind = about["file systems"][where]
            in_memory = kind == "tmpfs"
            for plan in plans(given, in_memory=in_memory):
                place = places[where] / str(plan.entities)
                rows += _timed(Bench(place, plan, where=kind, in_memory=in_memory))
                _keep(about, rows, keep=False)  # a run that ends early leaves its figures
    finally:
        for place in places.values():
            shutil.rmtree(place, ignore_errors=True)
    say(f"{table(rows)}\n{bars(rows)}")
    about["load"] = [about["load"], machine.load()]
    file = _keep(about, rows, keep=given.keep)
    say(f"\nfigures: {file.relative_to(HERE.parent)}\n")


def _insist_room(given: argparse.Namespace, place: Path, *, in_memory: bool) -> None:
    """End before anything is timed where the outputs would not fit."""
    needs = [plan.room(in_memory=in_memory) for plan in plans(given, in_memory=in_memory)]
    needed = max(needs) if in_memory else sum(needs)
    there = next(one for one in place.parents if one.is_dir())
    free = shutil.disk_usage(there).free
    say(f"room in {there}: about {needed / 2**30:.1f} GiB of {free / 2**30:.1f} GiB\n")
    if needed > free:
        sys.exit("that is too little: free some, name another folder with --disk, or time less")


def _timed(bench: Bench) -> list[Row]:
    """Run one plan and print what it gave; what it wrote to a disk stays for now."""
    made = list(bench.rows())
    say(f"{table(made)}\n")
    if bench.in_memory:
        bench.clear()
    return made


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 and 1,000 entities, three pairs")
    parser.add_argument("--musts", action="store_true", help="only what must be reached, with few runs")
    parser.add_argument("--huge", action="store_true", help="100,000 entities too, policypages alone")
    parser.add_argument("--sizes", help="numbers of entities, with commas between")
    parser.add_argument("--pairs", type=int, help="rounds of a series; default 7, 3 at 10,000, 1 above")
    parser.add_argument("--series", type=int, default=1, help="how many series; of three, the best counts")
    parser.add_argument("--peers", default=",".join(tools.PEERS), help="peers, with commas between")
    parser.add_argument("--where", default="disk,memory", help="disk, memory, or both")
    parser.add_argument("--disk", type=Path, default=HERE / ".work", help="a folder on a disk")
    parser.add_argument("--memory", type=Path, default=MEMORY, help="a folder on tmpfs")
    parser.add_argument("--keep", action="store_true", help="write results/kept.json, which is in git")
    given = parser.parse_args()
    given.sizes = given.sizes or ("100,1000" if given.quick else "100,1000,10000")
    given.sizes += f",{HUGE}" if given.huge else ""
    return given


def _keep(about: Mapping[str, Any], rows: Sequence[Row], *, keep: bool) -> Path:
    """Write the figures that there are; return the file."""
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    stamp = about["started"].replace(":", "").replace("+0000", "Z")
    file = folder / ("kept.json" if keep else f"{stamp}.json")
    found = {"about": about, "rows": [asdict(row) for row in rows]}
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return file


if __name__ == "__main__":
    try:
        main()
    except tools.ToolError as failed:
        sys.exit(str(failed))
