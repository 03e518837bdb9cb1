"""Turn series of runs into rows of medians and ratios, and print them beside what they must reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.tools import Cost

_MIB: Final = 1024
_AGAIN: Final = "ours again"


@dataclass(slots=True)
class Series:
    """The runs of one tool in one round after the other."""

    costs: list[Cost] = field(default_factory=list)

    def add(self, cost: Cost) -> None:
        """Add the run of one round."""
        self.costs.append(cost)


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one tool; ratios are ours over the tool's, paired in the round. Seconds and MiB."""

    case: str
    what: str
    tool: str
    where: str
    entities: int
    rounds: int
    wall: float
    cpu: float
    peak: float
    wall_ratio: float
    cpu_ratio: float
    lowest: float
    highest: float
    walls: tuple[float, ...]

    @classmethod
    def of(cls, one: Series, ours: Series, *, case: str, what: str, tool: str, where: str, entities: int) -> Row:
        """Take the medians of a series, and the ratios of ours to it round by round."""
        pairs = list(zip(ours.costs, one.costs, strict=True))
        walls = [mine.wall / its.wall for mine, its in pairs]
        return cls(
            case=case,
            what=what,
            tool=tool,
            where=where,
            entities=entities,
            rounds=len(pairs),
            wall=median(cost.wall for cost in one.costs),
            cpu=median(cost.cpu for cost in one.costs),
            peak=max(cost.peak for cost in one.costs) / _MIB,
            wall_ratio=median(walls),
            cpu_ratio=median(mine.cpu / its.cpu if its.cpu else 1.0 for mine, its in pairs),
            lowest=min(walls),
            highest=max(walls),
            walls=tuple(round(cost.wall, 4) for cost in one.costs),
        )


def table(rows: Sequence[Row]) -> str:
    """Write all rows as one table; the rows `ours again` are the A/A runs and show the noise."""
    head = (
        f"{'case':6}{'build':12}{'where':7}{'entities':>9}  {'tool':11}{'wall s':>9}{'CPU s':>9}{'MiB':>7}"
        f"{'ours/it: wall':>15}{'lowest–highest':>17}{'CPU':>7}"
    )
    lines = [head]
    before: tuple[str, str, int] | None = None
    for row in rows:
        if before not in {None, (row.case, row.where, row.entities)}:
            lines.append("")
        before = (row.case, row.where, row.entities)
        spread = f"{row.lowest:.2f}–{row.highest:.2f}"
        lines.append(
            f"{row.case:6}{row.what:12}{row.where:7}{row.entities:9,}  {row.tool:11}{row.wall:9.3f}{row.cpu:9.3f}"
            f"{row.peak:7.0f}{row.wall_ratio:15.3f}{spread:>17}{row.cpu_ratio:7.2f}"
        )
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure that must be reached, and how to read it from the rows of one place and size."""

    title: str
    entities: int
    where: str
    must: float
    aim: float
    read: Callable[[_Rows], float]


class _Rows:
    """The rows of one place and number of entities, by case, build and tool."""

    def __init__(self, rows: Sequence[Row], where: str, entities: int) -> None:
        self._rows = {(r.case, r.what, r.tool): r for r in rows if (r.where, r.entities) == (where, entities)}

    def __call__(self, what: str, tool: str = "ours", *, case: str = "pages") -> Row:
        return self._rows[case, what, tool]

    def above_version(self, what: str) -> float:
        """Return how long a build takes above the program's bare start, in seconds."""
        return self(what).wall - self("version").wall

    def of_cold(self, what: str) -> float:
        """Return that as a share of the cold build."""
        return self.above_version(what) / self("cold").wall


_ANY: Final = ("ext4", "tmpfs")
_BARS: Final = tuple(
    Bar(title, entities, where, must, aim, read)
    for title, entities, places, must, aim, read in (
        ("cold against Hugo, wall", 10_000, _ANY, 0.20, 0.10, lambda r: r("cold", "hugo").wall_ratio),
        ("cold against Hugo, CPU", 10_000, _ANY, 0.20, 0.10, lambda r: r("cold", "hugo").cpu_ratio),
        ("cold against Hugo, wall", 1_000, _ANY, 0.45, 0.20, lambda r: r("cold", "hugo").wall_ratio),
        ("cold against Hugo, wall", 100, _ANY, 2.5, 1.0, lambda r: r("cold", "hugo").wall_ratio),
        ("cold against by hand, CPU", 10_000, _ANY, 0.07, 0.03, lambda r: r("cold", "byhand").cpu_ratio),
        ("cold against write-only, wall", 10_000, _ANY[1:], 4, 2, lambda r: r("cold", "floor").wall_ratio),
        ("every file against write-only", 10_000, _ANY[:1], 2, 1.3,
         lambda r: r("cold", "floor", case="sites").wall_ratio),
        ("unchanged, share of cold (or 0.4 s)", 10_000, _ANY, 0.15, 0.04, lambda r: r.of_cold("unchanged")),
        ("one entity, share of cold (or 0.5 s)", 10_000, _ANY, 0.20, 0.06, lambda r: r.of_cold("one entity")),
        ("one clause, share of cold", 10_000, _ANY, 0.60, 0.35, lambda r: r.of_cold("one clause")),
        ("peak MiB", 10_000, _ANY, 80 + 3 * 10_000 / _MIB, 50 + 10_000 / _MIB, lambda r: r("cold").peak),
        ("peak MiB", 100_000, _ANY, 80 + 3 * 100_000 / _MIB, 50 + 100_000 / _MIB, lambda r: r("cold").peak),
    )
    for where in places
)  # fmt: skip


def bars(rows: Sequence[Row]) -> str:
    """Write what was measured of that which must be reached."""
    lines = [f"{'what must be reached':40}{'where':7}{'entities':>9}{'measured':>10}{'must':>8}{'aim':>8}"]
    for bar in _BARS:
        try:
            found = bar.read(_Rows(rows, bar.where, bar.entities))
        except KeyError:
            continue
        reached = "aim" if found <= bar.aim else "must" if found <= bar.must else "MISSED"
        lines.append(
            f"{bar.title:40}{bar.where:7}{bar.entities:9,}{found:10.3f}{bar.must:8.2f}{bar.aim:8.2f}  {reached}"
        )
    return "\n".join([*lines, *_tens(rows)]) + "\n"


def _tens(rows: Sequence[Row]) -> list[str]:
    """Compare the CPU of 100,000 with ten times that of 10,000."""
    cold = {(r.where, r.entities): r.cpu for r in rows if (r.case, r.what, r.tool) == ("pages", "cold", "ours")}
    return [
        f"{'CPU against ten times 10,000':40}{where:7}{100_000:9,}{cpu / (10 * cold[where, 10_000]):10.3f}{1.15:8.2f}{1.0:8.2f}"
        for (where, entities), cpu in cold.items()
        if entities == 100_000 and (where, 10_000) in cold  # noqa: PLR2004 - the size that the bar names
    ]
