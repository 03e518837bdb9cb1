"""Turn series of runs into rows of medians and ratios, and print them as one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.tools import Cost

AGAIN: Final = "ours again"
_MIB: Final = 1024
Span = tuple[float, float]


@dataclass(slots=True)
class Series:
    """The runs of one tool in one round after the other."""

    costs: list[Cost] = field(default_factory=list)

    def add(self, cost: Cost) -> None:
        """Add the run of one round."""
        self.costs.append(cost)


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one tool in one series; ratios are ours over the tool's, paired in the round.

    `ours_wall` and `ours_cpu` are the medians of ours in the same rounds; `noise` is the lowest and the
    highest ratio of ours to ours again. `alone` is the share of the CPU that the parent takes while no
    worker runs, where that was watched. Seconds and MiB.
    """

    case: str
    what: str
    tool: str
    where: str
    entities: int
    series: int
    rounds: int
    wall: float
    cpu: float
    peak: float
    ours_wall: float
    ours_cpu: float
    wall_ratio: float
    cpu_ratio: float
    wall_span: Span
    wall_noise: Span
    cpu_noise: Span
    peak_noise: Span
    alone: float
    alone_span: Span
    walls: tuple[float, ...]
    cpus: tuple[float, ...]

    @classmethod
    def of(
        cls,
        one: Series,
        ours: Series,
        again: Series,
        *,
        case: str,
        what: str,
        tool: str,
        where: str,
        entities: int,
        series: int = 1,
    ) -> Row:
        """Take the medians of a series, and the ratios of ours to it round by round."""
        walls = _ratios(ours, one, lambda cost: cost.wall)
        alone = [cost.alone / cost.cpu for cost in one.costs if cost.cpu]
        return cls(
            case=case,
            what=what,
            tool=tool,
            where=where,
            entities=entities,
            series=series,
            rounds=len(one.costs),
            wall=median(cost.wall for cost in one.costs),
            cpu=median(cost.cpu for cost in one.costs),
            peak=max(cost.peak for cost in one.costs) / _MIB,
            ours_wall=median(cost.wall for cost in ours.costs),
            ours_cpu=median(cost.cpu for cost in ours.costs),
            wall_ratio=median(walls),
            cpu_ratio=median(_ratios(ours, one, lambda cost: cost.cpu)),
            wall_span=(min(walls), max(walls)),
            wall_noise=_span(_ratios(ours, again, lambda cost: cost.wall)),
            cpu_noise=_span(_ratios(ours, again, lambda cost: cost.cpu)),
            peak_noise=_span(_ratios(ours, again, lambda cost: cost.peak)),
            alone=median(alone) if alone else 0.0,
            alone_span=_span(alone) if alone else (0.0, 0.0),
            walls=tuple(round(cost.wall, 4) for cost in one.costs),
            cpus=tuple(round(cost.cpu, 4) for cost in one.costs),
        )


def _ratios(ours: Series, one: Series, read: Callable[[Cost], float]) -> list[float]:
    pairs = zip(ours.costs, one.costs, strict=True)
    return [read(mine) / read(its) if read(its) else 1.0 for mine, its in pairs]


def _span(values: Sequence[float]) -> Span:
    return min(values), max(values)


def spanned(span: Span) -> str:
    """Write the lowest and the highest of some ratios."""
    return f"{span[0]:.2f}–{span[1]:.2f}"


def table(rows: Sequence[Row]) -> str:
    """Write all rows as one table.

    `A/A` is ours against ours again in the same rounds: how far it is from 1 is the noise. A rebuild of
    ours is compared with our cold build of the same series, both less the program's bare start.
    """
    head = (
        f"{'case':6}{'build':12}{'where':7}{'entities':>9}  {'tool':11}{'wall s':>9}{'CPU s':>9}{'MiB':>7}"
        f"{'ours/it: wall':>15}{'lowest–highest':>17}{'CPU':>7}{'A/A: wall':>13}{'A/A: CPU':>12}"
    )
    lines = [head]
    before: tuple[str, str, int, int] | None = None
    for row in rows:
        if before not in {None, (row.case, row.where, row.entities, row.series)}:
            lines.append("")
        before = (row.case, row.where, row.entities, row.series)
        lines.append(
            f"{row.case:6}{row.what:12}{row.where:7}{row.entities:9,}  {row.tool:11}"
            f"{row.wall:9.3f}{row.cpu:9.3f}{row.peak:7.0f}{_compared(row, rows)}"
        )
    return "\n".join(lines) + "\n"


def _compared(row: Row, rows: Sequence[Row]) -> str:
    if row.tool == AGAIN:
        return ""  # its ratios are the noise beside all others
    noise = f"{spanned(row.wall_noise):>13}{spanned(row.cpu_noise):>12}"
    if row.tool != "ours":
        return f"{row.wall_ratio:15.3f}{spanned(row.wall_span):>17}{row.cpu_ratio:7.2f}{noise}"
    if row.alone:
        return f"{row.alone:15.3f} is the parent's alone{'':2}{noise}"
    if row.what == "version":
        return ""
    here = Measured(rows, where=row.where, series=row.series)
    share = "" if row.what == "cold" else f"{here.of_cold(row.what, row.entities):15.3f} of our cold build"
    return f"{share:39}{noise}"


class Measured:
    """The rows of one place and series, by build, tool, number of entities and case."""

    def __init__(self, rows: Sequence[Row], *, where: str, series: int) -> None:
        self._rows: dict[tuple[str, str, str, int], Row] = {}
        for row in rows:
            if (row.where, row.series) == (where, series):
                # where two groups of tools were timed, ours stands with the first
                self._rows.setdefault((row.case, row.what, row.tool, row.entities), row)

    def __call__(self, what: str, entities: int, tool: str = "ours", *, case: str = "pages") -> Row:
        """Return one row; a KeyError says that it was not measured."""
        return self._rows[case, what, tool, entities]

    def above_version(self, what: str, entities: int) -> float:
        """Return how long a build takes above the program's bare start, in seconds."""
        return self(what, entities).wall - self("version", entities).wall

    def of_cold(self, what: str, entities: int) -> float:
        """Return that as a share of the cold build above the same start."""
        return self.above_version(what, entities) / self.above_version("cold", entities)

    def peak(self, entities: int) -> Row:
        """Return the row of ours in which one process was largest."""
        ours = [row for key, row in self._rows.items() if key[0] == "pages" and key[2:] == ("ours", entities)]
        if ("pages", "cold", "ours", entities) not in self._rows:
            raise KeyError(entities)
        return max(ours, key=lambda row: row.peak)
