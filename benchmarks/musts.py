"""Say which figures must be reached, and print each as measured: ratio, both sides of it, and the noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.report import Measured, Row, Span, spanned

_KIB_OF_MIB: Final = 1024
_TEN_THOUSAND: Final = 10_000
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as measured: it must not be above `must`.

    `ours` and `other` are its two sides, in seconds or MiB; `noise` is what A/A runs of it spread over.
    """

    found: float
    must: float
    aim: float
    ours: float
    other: float | None
    noise: Span

    @property
    def verdict(self) -> str:
        """Tell whether it is met."""
        return (
            "met, and the aim" if self.found <= self.aim else "met" if self.found <= self.must else "NOT MET"
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """What must be reached with so many entities, and how it is read from the rows of one series.

    `on` is the kind of place that it is asked for: disk, memory or any. Of several series the best
    counts; where `worst`, no series may be above.
    """

    title: str
    entities: int
    on: str
    read: Callable[[Measured], Figure]
    worst: bool = False

    def figure(self, rows: Sequence[Row], where: str) -> Figure | None:
        """Return the figure of the series that counts, or None where it was not measured."""
        if self.on not in {"any", "memory" if where == "tmpfs" else "disk"}:
            return None
        figures = []
        for series in sorted({row.series for row in rows}):
            try:
                figures.append(self.read(Measured(rows, where=where, series=series)))
            except KeyError:
                continue
        choose = max if self.worst else min
        return choose(figures, key=lambda figure: figure.found) if figures else None


def _ratio(
    tool: str, entities: int, must: float, aim: float, *, cpu: bool = False, case: str = "pages"
) -> Callable[[Measured], Figure]:
    def read(here: Measured) -> Figure:
        row = here("cold", entities, tool, case=case)
        if cpu:
            return Figure(row.cpu_ratio, must, aim, row.ours_cpu, row.cpu, row.cpu_noise)
        return Figure(row.wall_ratio, must, aim, row.ours_wall, row.wall, row.wall_noise)

    return read


def _above(what: str, seconds: float, share: float, aim: float) -> Callable[[Measured], Figure]:
    def read(here: Measured) -> Figure:
        row, version = here(what, _TEN_THOUSAND), here("version", _TEN_THOUSAND)
        must = max(seconds, share * here("cold", _TEN_THOUSAND).wall)
        return Figure(row.wall - version.wall, must, aim, row.wall, version.wall, row.wall_noise)

    return read


def _of_cold(what: str, must: float, aim: float) -> Callable[[Measured], Figure]:
    def read(here: Measured) -> Figure:
        row, cold = here(what, _TEN_THOUSAND), here("cold", _TEN_THOUSAND)
        above = here.above_version(what, _TEN_THOUSAND)
        return Figure(above / cold.wall, must, aim, above, cold.wall, row.wall_noise)

    return read


def _peak(entities: int) -> Callable[[Measured], Figure]:
    def read(here: Measured) -> Figure:
        row = here.peak(entities)
        must, aim = 80 + 3 * entities / _KIB_OF_MIB, 50 + entities / _KIB_OF_MIB
        return Figure(row.peak, must, aim, row.peak, None, row.peak_noise)

    return read


def _growth(here: Measured) -> Figure:
    most, ten = here("cold", _MOST), here("cold", _TEN_THOUSAND)
    times = _MOST // _TEN_THOUSAND
    return Figure(most.cpu / (times * ten.cpu), 1.15, 1.0, most.cpu, times * ten.cpu, most.cpu_noise)


def _serial(here: Measured) -> Figure:
    row = here("two workers", _TEN_THOUSAND)
    return Figure(row.alone, 0.25, 0.10, row.alone * row.cpu, row.cpu, row.alone_span)


BARS: Final = (
    Bar("cold against Hugo, wall", 10_000, "any", _ratio("hugo", 10_000, 0.20, 0.10)),
    Bar("cold against Hugo, CPU", 10_000, "any", _ratio("hugo", 10_000, 0.20, 0.10, cpu=True)),
    Bar("cold against Hugo, wall", 1_000, "any", _ratio("hugo", 1_000, 0.45, 0.20)),
    Bar("cold against Hugo, wall", 100, "any", _ratio("hugo", 100, 2.5, 1.0)),
    Bar("cold against by hand, CPU", 10_000, "any", _ratio("byhand", 10_000, 0.07, 0.03, cpu=True)),
    Bar("cold against write-only, wall", 10_000, "memory", _ratio("floor", 10_000, 4, 2)),
    Bar("every file against write-only", 10_000, "disk", _ratio("floor", 10_000, 2, 1.3, case="sites")),
    Bar("unchanged, s above --version", 10_000, "any", _above("unchanged", 0.4, 0.15, 0.1)),
    Bar("one entity, s above --version", 10_000, "any", _above("one entity", 0.5, 0.20, 0.15)),
    Bar("one clause above --version, of cold", 10_000, "any", _of_cold("one clause", 0.60, 0.35)),
    Bar("peak of any process, MiB", 10_000, "any", _peak(10_000), worst=True),
    Bar("peak of any process, MiB", 100_000, "any", _peak(100_000), worst=True),
    Bar("CPU against ten times 10,000", 100_000, "any", _growth),
    Bar("parent alone, of all CPU", 10_000, "any", _serial),
)


def bars(rows: Sequence[Row]) -> str:
    """Write each figure that must be reached, and name those that were not measured."""
    lines = [
        _line("what must be reached", "where", "entities", "measured", "must", "aim", "ours", "other", "A/A")
    ]
    missing = []
    for bar in BARS:
        found = {where: bar.figure(rows, where) for where in dict.fromkeys(row.where for row in rows)}
        lines += [_shown(bar, where, figure) for where, figure in found.items() if figure]
        if not any(found.values()):
            missing.append(f"not measured: {bar.title}, {bar.entities:,} entities")
    return "\n".join([*lines, *missing]) + "\n"


def _shown(bar: Bar, where: str, figure: Figure) -> str:
    cells = _line(
        bar.title,
        where,
        f"{bar.entities:,}",
        f"{figure.found:.3f}",
        f"{figure.must:.2f}",
        f"{figure.aim:.2f}",
        f"{figure.ours:.3f}",
        "" if figure.other is None else f"{figure.other:.3f}",
        spanned(figure.noise),
    )
    return f"{cells}  {figure.verdict}"


def _line(*cells: str) -> str:
    title, where, entities, measured, must, aim, ours, other, noise = cells
    return f"{title:37}{where:7}{entities:>9}{measured:>10}{must:>8}{aim:>8}{ours:>10}{other:>10}{noise:>12}"
