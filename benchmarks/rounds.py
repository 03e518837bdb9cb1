"""Run all tools in interleaved rounds on one file system with one number of entities."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks import parity, tools
from benchmarks.report import AGAIN, Row, Series
from benchmarks.site import edit_clause, edit_entity, write

SHARED_UP_TO: Final = 10_000  # above, policypages is timed alone
_KIB_OF_PAGES: Final = 40  # what the files of one site take in blocks, and its folders
_KIB_OF_SITE: Final = 64  # the same of every file that we write
_KIB_OF_SOURCE: Final = 8
REBUILDS: Final = ("unchanged", "one entity", "one clause")
_NOISE: Final = " again"  # a rebuild of the same kind once more in the round: the A/A run


@dataclass(frozen=True, slots=True)
class Plan:
    """What is timed with one number of entities.

    `cold` are groups of tools that take turns, each with its number of rounds; ours and ours again join
    each group. `rebuilds` are builds of ours in an output that stands, and `hugo_again` one of Hugo.
    """

    entities: int
    rounds: int
    series: int
    cold: tuple[tuple[tuple[str, ...], int], ...]
    rebuilds: tuple[str, ...] = ()
    hugo_again: bool = False
    sites: bool = False
    serial: bool = False

    @property
    def tools(self) -> tuple[str, ...]:
        """Return every tool but ours, each once."""
        return tuple(dict.fromkeys(tool for group, _ in self.cold for tool in group))

    def room(self, *, in_memory: bool) -> int:
        """Return about how many bytes stand at once: in memory one output of a tool, on a disk all."""
        pages = sites = 1 + len(self.tools)
        if not in_memory:
            turns = sum((2 + len(group)) * rounds for group, rounds in self.cold)
            pages += self.series * (turns + (2 * self.rounds if self.serial else 0))
            sites += self.series * 3 * self.rounds
        kib = _KIB_OF_PAGES * pages + (_KIB_OF_SITE * sites if self.sites else 0)
        return 1024 * self.entities * (kib + _KIB_OF_SOURCE * (2 + len(self.tools)))


def everything(entities: int, *, rounds: int, series: int, peers: Sequence[str]) -> Plan:
    """Time all tools in all builds."""
    return Plan(
        entities,
        rounds,
        series,
        cold=(((*peers, "floor"), rounds),),
        rebuilds=REBUILDS,
        hugo_again="hugo" in peers,
        sites=True,
        serial=True,
    )


def needed(entities: int, *, rounds: int, series: int, most: int, in_memory: bool) -> Plan:
    """Time what must be reached and no more: all of it with `most` entities, with fewer only Hugo."""
    if entities < most:
        return Plan(entities, rounds, series, cold=((("hugo",), rounds),))
    by_hand = (("byhand",), min(2, rounds))  # slow, and its CPU hardly differs from run to run
    cold = ((("hugo", "floor"), rounds), by_hand) if in_memory else ((("hugo",), rounds),)
    return Plan(entities, rounds, series, cold, rebuilds=REBUILDS, sites=not in_memory, serial=True)


def alone(entities: int, *, rounds: int, series: int) -> Plan:
    """Time policypages without others, where those would take hours."""
    return Plan(entities, rounds, series, cold=(((), rounds),), rebuilds=REBUILDS[:1])


class Bench:
    """The runs of one plan in one folder; each cold build writes into a folder that is new.

    What earlier builds wrote is taken away at once in memory (`in_memory`). On a disk it stays until
    `clear`: after many files are deleted, a file system may make new ones slowly for some time.
    """

    def __init__(self, place: Path, plan: Plan, *, where: str, in_memory: bool) -> None:
        self.place = self._whole = place
        self.plan = plan
        self.where = where
        self.in_memory = in_memory
        self._outs: dict[str, Path] = {}
        self._made = 0
        self._turn = 0

    def rows(self) -> Iterator[Row]:
        """Check that all tools say the same, then time what is planned, one series after the other."""
        self.place.mkdir(parents=True)
        self._prepare()
        numbers = range(1, self.plan.series + 1)
        for number in numbers:
            for group, rounds in self.plan.cold:
                yield from self._cold("pages", "cold", ("ours", *group, AGAIN), rounds, number)
        if self.plan.serial:
            for number in numbers:
                yield from self._cold("pages", "two workers", ("ours", AGAIN), self.plan.rounds, number)
        if self.plan.sites:
            yield from self._sites(numbers)
        if self.plan.rebuilds:  # last: an edit replaces files, which deletes the old ones
            self._build("ours")
            for number in numbers:
                yield from self._rebuilds(number)

    def clear(self) -> None:
        """Take everything away."""
        shutil.rmtree(self._whole, ignore_errors=True)

    # ---- one build

    def _site(self, tool: str) -> Path:
        return self.place / tool

    def _fresh(self, tool: str) -> Path:
        """Return a folder that is not there yet as the output of a tool."""
        if self.in_memory and tool in self._outs:
            shutil.rmtree(self._outs[tool], ignore_errors=True)
        self._made += 1
        self._outs[tool] = self.place / f"{tool}-out{self._made}"
        return self._outs[tool]

    def _build(self, tool: str, *, watched: bool = False) -> tools.Cost:
        """Build into the output of a tool as it is."""
        call = tools.call(tool, self._site(tool), self._outs[tool])
        if watched:
            call = replace(call, command=(*call.command, "--jobs", "2"))
        return tools.run(call, watched=watched)

    def _prepare(self) -> None:
        """Write all sites, build each once so that files are in the cache, and compare what was said."""
        say(f"{self.where}, {self.plan.entities:,} entities\n")
        peers = [tool for tool in self.plan.tools if tool != "floor"]
        for tool in ("ours", *peers):
            write(tool, self.plan.entities, self._site(tool))
        if not self.plan.tools:
            say("policypages alone: there is nobody to compare with\n\n")
            return
        for tool in ("ours", *peers):
            self._fresh(tool)
            self._build(tool)
        if "floor" in self.plan.tools:
            self._pack(tools.page_files(self._outs["ours"]))
        parity.insist({tool: self._outs[tool] for tool in ("ours", *self.plan.tools)}, self.plan.entities)

    def _pack(self, files: list[str]) -> int:
        """Give the write-only program files of ours, and let it write them once."""
        size = tools.pack(self._outs["ours"], files, self._site("floor"))
        self._fresh("floor")
        self._build("floor")
        return size

    def _row(
        self, one: Series, ours: Series, again: Series, *, case: str, what: str, tool: str, series: int
    ) -> Row:
        return Row.of(
            one,
            ours,
            again,
            case=case,
            what=what,
            tool=tool,
            where=self.where,
            entities=self.plan.entities,
            series=series,
        )

    # ---- from nothing

    def _cold(self, case: str, what: str, ways: Sequence[str], rounds: int, number: int) -> Iterator[Row]:
        """Build from nothing in rounds; every other round runs the tools in reverse."""
        made = {tool: Series() for tool in ways}
        for turn in range(rounds):
            for tool in ways if turn % 2 == 0 else ways[::-1]:
                name = "ours" if tool == AGAIN else tool
                tools.forget(name, self._site(name))
                self._fresh(name)
                os.sync()
                made[tool].add(self._build(name, watched=what == "two workers"))
                self._insist_whole(name, case)
        for tool, one in made.items():
            yield self._row(one, made["ours"], made[AGAIN], case=case, what=what, tool=tool, series=number)

    def _insist_whole(self, tool: str, case: str) -> None:
        """End loudly where a build from nothing did not make all pages."""
        if case != "pages":
            return
        found, wanted = len(tools.page_files(self._outs[tool])), self.plan.entities * len(tools.PAGES)
        if found != wanted:
            sys.exit(f"{tool} wrote {found} of {wanted} files; nothing is timed")

    # ---- again

    def _rebuilds(self, number: int) -> Iterator[Row]:
        """Build again in new processes: nothing changed, one fact of one entity, one clause of a third."""
        ways = ("version", *(f"{way}{more}" for way in self.plan.rebuilds for more in ("", _NOISE)))
        made = {way: Series() for way in ways}
        hugo = Series()
        for _ in range(self.plan.rounds):
            for way in ways:
                said, pages = self._change(way.removesuffix(_NOISE))
                os.sync()
                if way == "version":
                    made[way].add(tools.run(tools.call(way, self.place, self.place)))
                else:
                    made[way].add(self._build("ours"))
                self._insist_said(said, pages)
            if self.plan.hugo_again:
                hugo.add(self._build("hugo"))
        bare = made["version"]
        yield self._row(bare, bare, bare, case="pages", what="version", tool="ours", series=number)
        for way in self.plan.rebuilds:
            ours, again = made[way], made[way + _NOISE]
            for tool, one in (("ours", ours), (AGAIN, again)):
                yield self._row(one, ours, again, case="pages", what=way, tool=tool, series=number)
        if self.plan.hugo_again:
            ours, again = made["unchanged"], made["unchanged" + _NOISE]
            yield self._row(hugo, ours, again, case="pages", what="unchanged", tool="hugo", series=number)

    def _change(self, way: str) -> tuple[str, int]:
        """Edit a source; return what pages must say afterwards, and how many of them."""
        self._turn += 1
        if way == "one entity":
            at = self._turn % self.plan.entities
            return edit_entity("ours", self._site("ours"), at=at, turn=self._turn), 1
        if way == "one clause":
            edited = edit_clause("ours", self._site("ours"), turn=self._turn)
            return edited, -(-self.plan.entities // 3)
        return "", 0

    def _insist_said(self, said: str, pages: int) -> None:
        """End loudly where a rebuild left a page as it was: what is not done costs no time."""
        if not said:
            return
        out = self._outs["ours"]
        pattern = said.encode()
        found = sum(pattern in (out / site / "privacy/index.html").read_bytes() for site in tools.sites(out))
        if found != pages:
            sys.exit(f"`{said}` stands on {found} pages after a rebuild, not on {pages}; nothing is timed")

    # ---- every file we write

    def _sites(self, numbers: Sequence[int]) -> Iterator[Row]:
        """Time our own theme with every file, against the program that writes the same files."""
        before = self.place, self._outs
        self.place, self._outs = self.place / "sites", {}
        write("ours", self.plan.entities, self._site("ours"), theme="default")
        out = self._fresh("ours")
        self._build("ours")
        files = [path for path in tools.all_files(out) if not path.startswith(".policypages/lock")]
        size = self._pack(files)
        say(f"every file we write: {len(files):,} files, {size / self.plan.entities:,.0f} bytes a site\n\n")
        for number in numbers:
            yield from self._cold("sites", "cold", ("ours", "floor", AGAIN), self.plan.rounds, number)
        self.place, self._outs = before


def say(text: str) -> None:
    """Print at once: a run takes long."""
    sys.stdout.write(text)
    sys.stdout.flush()
