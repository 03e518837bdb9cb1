"""Turn series of runs into rows of medians and ratios, and print them beside what they must reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.tools import Cost

_MIB: Final = 1024
_MOST: Final = 100_000


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
    def of(
        cls, one: Series, ours: Series, *, case: str, what: str, tool: str, where: str, entities: int
    ) -> Row:
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
    """Write all rows as one table.

    The rows `ours again` are the A/A runs: how far they are from 1 is the noise. A rebuild of ours is
    compared with our cold build, both less the program's bare start.
    """
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
        lines.append(
            f"{row.case:6}{row.what:12}{row.where:7}{row.entities:9,}  {row.tool:11}"
            f"{row.wall:9.3f}{row.cpu:9.3f}{row.peak:7.0f}{_compared(row, rows)}"
        )
    return "\n".join(lines) + "\n"


def _compared(row: Row, rows: Sequence[Row]) -> str:
    if row.tool == "ours" and row.what not in {"cold", "version"}:
        return f"{_Rows(rows, row.where, row.entities).of_cold(row.what):15.3f} of our cold build"
    if row.tool == "ours":
        return ""
    spread = f"{row.lowest:.2f}–{row.highest:.2f}"
    return f"{row.wall_ratio:15.3f}{spread:>17}{row.cpu_ratio:7.2f}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure that must be reached, and how to read it from the rows of one place and size."""

    title: str
    entities: int
    where: str
    must: float | Callable[[_Rows], float]
    aim: float
    read: Callable[[_Rows], float]


class _Rows:
    """The rows of one place and number of entities, by case, build and tool."""

    def __init__(self, rows: Sequence[Row], where: str, entities: int) -> None:
        here = [row for row in rows if (row.where, row.entities) == (where, entities)]
        self._rows = {(row.case, row.what, row.tool): row for row in here}

    def __call__(self, what: str, tool: str = "ours", *, case: str = "pages") -> Row:
        return self._rows[case, what, tool]

    def above_version(self, what: str) -> float:
        """Return how long a build takes above the program's bare start, in seconds."""
        return self(what).wall - self("version").wall

    def of_cold(self, what: str) -> float:
        """Return that as a share of the cold build above the same start."""
        return self.above_version(what) / self.above_version("cold")


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
        ("unchanged, seconds above --version", 10_000, _ANY, lambda r: max(0.4, 0.15 * r("cold").wall), 0.1,
         lambda r: r.above_version("unchanged")),
        ("one entity, seconds above --version", 10_000, _ANY, lambda r: max(0.5, 0.2 * r("cold").wall), 0.15,
         lambda r: r.above_version("one entity")),
        ("one clause above --version, of cold", 10_000, _ANY, 0.60, 0.35,
         lambda r: r.above_version("one clause") / r("cold").wall),
        ("peak MiB", 10_000, _ANY, 80 + 3 * 10_000 / _MIB, 50 + 10_000 / _MIB, lambda r: r("cold").peak),
        ("peak MiB", 100_000, _ANY, 80 + 3 * 100_000 / _MIB, 50 + 100_000 / _MIB, lambda r: r("cold").peak),
    )
    for where in places
)  # fmt: skip


def bars(rows: Sequence[Row]) -> str:
    """Write what was measured of that which must be reached."""
    lines = [_line("what must be reached", "where", "entities", "measured", "must", "aim")]
    for bar in _BARS:
        try:
            here = _Rows(rows, bar.where, bar.entities)
            found = bar.read(here)
            must = bar.must if isinstance(bar.must, float | int) else bar.must(here)
        except KeyError:
            continue
        lines.append(_verdict((bar.title, bar.where, bar.entities), found, must=must, aim=bar.aim))
    return "\n".join([*lines, *_tens(rows)]) + "\n"


def _verdict(what: tuple[str, str, int], found: float, *, must: float, aim: float) -> str:
    reached = "aim" if found <= aim else "must" if found <= must else "MISSED"
    title, where, entities = what
    return f"{_line(title, where, f'{entities:,}', f'{found:.3f}', f'{must:.2f}', f'{aim:.2f}')}  {reached}"


def _line(*cells: str) -> str:
    title, where, entities, measured, must, aim = cells
    return f"{title:40}{where:7}{entities:>9}{measured:>10}{must:>8}{aim:>8}"


def _tens(rows: Sequence[Row]) -> list[str]:
    """Compare the CPU of 100,000 with ten times that of 10,000."""
    ours = [row for row in rows if (row.case, row.what, row.tool) == ("pages", "cold", "ours")]
    cold = {(row.where, row.entities): row.cpu for row in ours}
    return [
        _verdict(
            ("CPU against ten times 10,000", where, _MOST),
            cold[where, _MOST] / (10 * cpu),
            must=1.15,
            aim=1.0,
        )
        for (where, entities), cpu in cold.items()
        if entities == _MOST // 10 and (where, _MOST) in cold
    ]
