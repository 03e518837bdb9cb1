"""Time policypages against its peers in interleaved pairs, and print one table of ratios."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import machine, parity, tools
from benchmarks.report import Row, Series, bars, table
from benchmarks.site import HERE, edit_clause, edit_entity, write

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - tmpfs is what is wanted here
ALL_TOOLS_UP_TO: Final = 10_000
AGAIN: Final = "ours again"
REBUILDS: Final = ("unchanged", "one entity", "one clause")


class Bench:
    """The runs on one file system with one number of entities."""

    def __init__(self, place: Path, *, where: str, entities: int, pairs: int, peers: Sequence[str]) -> None:
        self.place = place
        self.where = where
        self.entities = entities
        self.pairs = pairs
        self.peers = tuple(peers) if entities <= ALL_TOOLS_UP_TO else ()
        self.turn = 0

    def rows(self) -> list[Row]:
        """Check that all tools say the same, then time all that there is to time."""
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        try:
            self._prepare()
            return [*self._cold(), *self._rebuilds(), *self._sites()]
        finally:
            shutil.rmtree(self.place, ignore_errors=True)

    def _site(self, tool: str) -> Path:
        return self.place / ("ours" if tool == AGAIN else tool)

    def _out(self, tool: str) -> Path:
        return self.place / f"{'ours' if tool == AGAIN else tool}-out"

    def _build(self, tool: str) -> tools.Cost:
        name = "ours" if tool == AGAIN else tool
        return tools.run(tools.call(name, self._site(tool), self._out(tool)))

    def _prepare(self) -> None:
        """Write all sites, build each once so that files are in the cache, and compare what was said."""
        for tool in ("ours", *self.peers):
            write(tool, self.entities, self._site(tool))
            self._build(tool)
        out = self._out("ours")
        if self.entities <= ALL_TOOLS_UP_TO:
            tools.pack(out, tools.page_files(out), self._site("floor"))
            tools.run(tools.call("floor", self._site("floor"), self._out("floor")))
            compared = ("ours", *self.peers, "floor")
        else:
            compared = ("ours",)
        say(f"{self.where}, {self.entities:,} entities\n")
        parity.insist({tool: self._out(tool) for tool in compared}, self.entities)

    # ---- from nothing

    def _cold(self) -> list[Row]:
        floor = ("floor",) if self.entities <= ALL_TOOLS_UP_TO else ()
        return self._from_nothing("pages", ("ours", *self.peers, *floor, AGAIN))

    def _from_nothing(self, case: str, ways: Sequence[str]) -> list[Row]:
        """Build from nothing in rounds; every other round runs the tools in reverse."""
        series = {tool: Series() for tool in ways}
        for turn in range(self.pairs):
            for tool in ways if turn % 2 == 0 else ways[::-1]:
                tools.forget("ours" if tool == AGAIN else tool, self._site(tool), self._out(tool))
                os.sync()
                series[tool].add(self._build(tool))
        ours = series["ours"]
        return [self._row(case, "cold", tool, one, ours) for tool, one in series.items()]

    def _row(self, case: str, what: str, tool: str, one: Series, ours: Series) -> Row:
        return Row.of(one, ours, case=case, what=what, tool=tool, where=self.where, entities=self.entities)

    # ---- again

    def _rebuilds(self) -> list[Row]:
        """Build again in new processes: nothing changed, one fact of one entity, one clause of a third."""
        self._build("ours")
        ways = ("version", *REBUILDS)
        series = {way: Series() for way in ways}
        peer = {tool: Series() for tool in self.peers if tool == "hugo"}
        for _ in range(self.pairs):
            for way in ways:
                said, pages = self._change(way)
                os.sync()
                if way == "version":
                    series[way].add(tools.run(tools.call(way, self.place, self.place)))
                else:
                    series[way].add(self._build("ours"))
                self._insist_said(said, pages)
            for tool, one in peer.items():
                one.add(self._build(tool))
        rows = [self._row("pages", way, "ours", one, series["unchanged"]) for way, one in series.items()]
        return rows + [
            self._row("pages", "unchanged", tool, one, series["unchanged"]) for tool, one in peer.items()
        ]

    def _change(self, way: str) -> tuple[str, int]:
        """Edit a source; return what pages must say afterwards, and how many of them."""
        self.turn += 1
        if way == "one entity":
            at = self.turn % self.entities
            return edit_entity("ours", self._site("ours"), at=at, turn=self.turn), 1
        if way == "one clause":
            return edit_clause("ours", self._site("ours"), turn=self.turn), -(-self.entities // 3)
        return "", 0

    def _insist_said(self, said: str, pages: int) -> None:
        """End loudly where a rebuild left a page as it was: what is not done costs no time."""
        if not said or self.entities > ALL_TOOLS_UP_TO:
            return
        out = self._out("ours")
        pattern = said.encode()
        found = sum(pattern in (out / site / "privacy/index.html").read_bytes() for site in tools.sites(out))
        if found != pages:
            sys.exit(f"`{said}` stands on {found} pages after a rebuild, not on {pages}; nothing is timed")

    # ---- every file we write

    def _sites(self) -> list[Row]:
        """Time our own theme with every file, against the program that writes the same files."""
        if self.entities > ALL_TOOLS_UP_TO:
            return []
        for tool in ("ours", "floor"):
            shutil.rmtree(self._out(tool), ignore_errors=True)
        write("ours", self.entities, self._site("ours"), theme="default")
        self._build("ours")
        out = self._out("ours")
        files = [path for path in tools.all_files(out) if not path.startswith(".policypages/lock")]
        size = tools.pack(out, files, self._site("floor"))
        say(f"every file we write: {len(files):,} files, {size / self.entities:,.0f} bytes a site\n\n")
        return self._from_nothing("sites", ("ours", "floor", AGAIN))


def say(text: str) -> None:
    """Print at once: a run takes long."""
    sys.stdout.write(text)
    sys.stdout.flush()


def main() -> None:
    """Run what was asked for, print the table, and keep the figures."""
    given = _arguments()
    sizes = [int(size) for size in given.sizes.split(",")]
    if given.huge:
        sizes.append(100_000)
    places = {"disk": given.disk.resolve(), "memory": given.memory / f"policypages-bench-{os.getpid()}"}
    peers = [tool for tool in given.peers.split(",") if tool]
    rows: list[Row] = []
    about: dict[str, Any] = {"started": datetime.now(UTC).isoformat(timespec="seconds")}
    about |= machine.describe(places, peers)
    say("\n".join(f"{name}: {value}" for name, value in about.items()) + "\n\n")
    for name in given.where.split(","):
        where = about["file systems"][name]
        for entities in sizes:
            pairs = given.pairs or (3 if given.quick or entities >= ALL_TOOLS_UP_TO else 7)
            place = places[name] / str(entities)
            made = Bench(place, where=where, entities=entities, pairs=pairs, peers=peers).rows()
            say(f"{table(made)}\n")
            rows += made
    say(f"{table(rows)}\n{bars(rows)}")
    about["load"] = [about["load"], machine.load()]
    _keep({"about": about, "rows": [asdict(row) for row in rows]}, keep=given.keep)
    shutil.rmtree(places["memory"], ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 and 1,000 entities, three pairs")
    parser.add_argument("--huge", action="store_true", help="100,000 entities too, policypages alone")
    parser.add_argument("--sizes", help="numbers of entities, with commas between")
    parser.add_argument("--pairs", type=int, help="rounds of each series; default 7, and 3 from 10,000 on")
    parser.add_argument("--peers", default=",".join(tools.PEERS), help="peers, with commas between")
    parser.add_argument("--where", default="disk,memory", help="disk, memory, or both")
    parser.add_argument("--disk", type=Path, default=HERE / ".work", help="a folder on a disk")
    parser.add_argument("--memory", type=Path, default=MEMORY, help="a folder on tmpfs")
    parser.add_argument("--keep", action="store_true", help="write results/kept.json, which is in git")
    given = parser.parse_args()
    given.sizes = given.sizes or ("100,1000" if given.quick else "100,1000,10000")
    return given


def _keep(found: dict[str, Any], *, keep: bool) -> None:
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    stamp = found["about"]["started"].replace(":", "").replace("+0000", "Z")
    file = folder / ("kept.json" if keep else f"{stamp}.json")
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    say(f"\nfigures: {file.relative_to(HERE.parent)}\n")


if __name__ == "__main__":
    try:
        main()
    except tools.ToolError as failed:
        sys.exit(str(failed))
