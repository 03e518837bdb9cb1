"""Measure where the time of a build goes: by stage, clause, template and policy, in all processes."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, ParamSpec, TypeVar, get_args

from policypages.build.options import SiteResult
from policypages.build.watch import Stage, Watch
from policypages.model import FixedTask, Sources, page_of
from policypages.workers import map_shares

if TYPE_CHECKING:
    from policypages.build.sites import SiteBuilder
    from policypages.formats.templates.theme import ThemeEngine
    from policypages.load.entity import Loaded
    from policypages.model import FileTask
    from policypages.plan.settle import Compiling

P = ParamSpec("P")
T = TypeVar("T")
Kind = Literal["clauses", "templates", "policies"]
Count = Literal["files_listed", "reads", "sites", "files_rendered", "pages_rendered", "files_written"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
COUNTS: Final[tuple[Count, ...]] = get_args(Count)
DEAREST: Final = 10


@dataclass(slots=True)
class Cost:
    """What all calls of one thing cost together, in wall seconds: to ask for CPU time takes too long."""

    seconds: float = 0.0
    calls: int = 0


class Sums(NamedTuple):
    """What one worker has measured since it last told: it goes to the parent behind the results of a share.

    `stages` are (CPU seconds, wall seconds), `costs` are (seconds, calls).
    """

    process: int
    stages: Mapping[Stage, tuple[float, float]]
    counts: Mapping[Count, int]
    costs: Mapping[tuple[Kind, str], tuple[float, int]]


class Dear(NamedTuple):
    """A clause (its file), a template or a policy, and what it cost."""

    name: str
    seconds: float
    calls: int


class Profile(NamedTuple):
    """Where the time of a build went.

    `elapsed` are the wall seconds that the caller waited; `cpu` and `wall` are of all processes
    together, and so are those of each stage. A stage that was left for another does not count it.
    """

    elapsed: float
    processes: int
    cpu: float
    wall: float
    stages: Mapping[Stage, tuple[float, float]]
    counts: Mapping[Count, int]
    dearest: Mapping[Kind, tuple[Dear, ...]]


class Stopwatch(Watch):
    """Measures the build that it watches, and the start of the program before it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._workers: set[int] = set()
        self._worker_walls = 0.0
        self._spent: dict[Stage, list[float]] = {stage: [0.0, 0.0] for stage in STAGES}
        self._counts: Counter[Count] = Counter()
        self._costs: defaultdict[tuple[Kind, str], Cost] = defaultdict(Cost)
        self._stack: list[Stage] = ["rest"]
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        self._began = self._wall - _age(self._cpu)
        self._spent["start"] = [self._cpu, self._wall - self._began]

    # ---- stages

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Count what is done within as this stage, but for what is done in a stage inside it."""
        self._enter(name)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, stage: Stage) -> None:
        self._charge()
        self._stack.append(stage)

    def _leave(self) -> None:
        self._charge()
        self._stack.pop()

    def _charge(self) -> None:
        """Charge what passed since the last call to the stage that the build was in."""
        cpu, wall = time.process_time(), time.perf_counter()
        spent = self._spent[self._stack[-1]]
        spent[0] += cpu - self._cpu
        spent[1] += wall - self._wall
        self._cpu, self._wall = cpu, wall

    def timed(self, stage: Stage, run: Callable[P, T], count: Count | None = None) -> Callable[P, T]:
        """Return a function that is counted as a stage whenever it runs."""

        def measured(*args: P.args, **kwargs: P.kwargs) -> T:
            self._enter(stage)
            try:
                return run(*args, **kwargs)
            finally:
                self._leave()
                if count is not None:
                    self._counts[count] += 1

        return measured

    def cost(self, kind: Kind, name: str) -> Cost:
        """Return where the calls of one thing are added up."""
        return self._costs[kind, name]

    # ---- what is watched

    def sources(self, sources: Any) -> Any:
        """Return sources that are counted as they are read."""
        self._counts["files_listed"] = len(sources.paths)
        return _CountedSources(sources, self._counts)

    def compiler(self, compiler: Compiling) -> Compiling:
        """Return a compiler whose clauses are measured."""
        from policypages.build.timed import TimedCompiler  # noqa: PLC0415 - brings Jinja, which is here now

        return TimedCompiler(compiler, self.cost)

    def builder(self, builder: SiteBuilder) -> SiteBuilder:
        """Put measures round the steps of a builder."""
        from policypages.build.timed import timed_engine  # noqa: PLC0415 - brings Jinja, which is here now

        builder.read_ahead = self.timed("loading", builder.read_ahead)
        builder.load = self.timed("loading", builder.load)
        builder.plan = self.timed("planning", self._planned(builder.plan))
        builder.write = self.timed("writing", builder.write, "files_written")
        builder.engine = timed_engine(builder.engine, self.cost)
        builder.render = self.timed("rendering", self._rendered(builder.render))
        return builder

    def _planned(self, plan: Callable[[Sequence[Loaded]], list[T]]) -> Callable[[Sequence[Loaded]], list[T]]:
        def planned(sites: Sequence[Loaded]) -> list[T]:
            self._counts["sites"] += len(sites)
            return plan(sites)

        return planned

    def _rendered(self, render: Callable[[FileTask, ThemeEngine], T]) -> Callable[[FileTask, ThemeEngine], T]:
        def rendered(file: FileTask, engine: ThemeEngine) -> T:
            task = file.task
            if isinstance(task, FixedTask):
                return render(file, engine)
            self._counts["files_rendered"] += 1
            page = page_of(task)
            if page is None:
                return render(file, engine)
            self._counts["pages_rendered"] += 1
            began = time.perf_counter()
            try:
                return render(file, engine)
            finally:
                cost = self.cost("policies", page.policy)
                cost.seconds += time.perf_counter() - began
                cost.calls += 1

        return rendered

    # ---- workers

    def map_shares(
        self,
        work: Callable[[Sequence[str]], Iterator[SiteResult]],
        shares: Sequence[Sequence[str]],
        *,
        jobs: int,
    ) -> Iterator[SiteResult]:
        """Map work over shares; behind the results of each, a worker tells what it has measured."""

        def watched(share: Sequence[str]) -> Iterator[SiteResult | Sums]:
            if os.getpid() != self.process:
                self._start_over()
            yield from self._each("rest", work(share))
            if self.process in self._workers:
                yield self._told()

        for result in self._each("waiting", map_shares(watched, shares, jobs=jobs)):
            if isinstance(result, Sums):
                self._add(result)
            else:
                yield result

    def _each(self, stage: Stage, results: Iterator[T]) -> Iterator[T]:
        """Yield results, and count the making of each as a stage."""
        while True:
            self._enter(stage)
            try:
                result = next(results)
            except StopIteration:
                return
            finally:
                self._leave()
            yield result

    def _start_over(self) -> None:
        """Forget what the parent has measured: this is a worker, and it has just begun."""
        self.process = os.getpid()
        self._workers = {self.process}
        self._stack = ["rest"]
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        self._told()

    def _told(self) -> Sums:
        """Return what was measured since the last call."""
        self._charge()
        sums = Sums(
            self.process,
            {stage: (cpu, wall) for stage, (cpu, wall) in self._spent.items() if cpu or wall},
            dict(self._counts),
            {key: (cost.seconds, cost.calls) for key, cost in self._costs.items() if cost.seconds},
        )
        for spent in self._spent.values():
            spent[:] = [0.0, 0.0]
        self._counts.clear()
        for cost in self._costs.values():  # each is known to what adds to it
            cost.seconds, cost.calls = 0.0, 0
        return sums

    def _add(self, sums: Sums) -> None:
        self._workers.add(sums.process)
        self._worker_walls += sum(wall for _, wall in sums.stages.values())
        for stage, (cpu, wall) in sums.stages.items():
            self._spent[stage][0] += cpu
            self._spent[stage][1] += wall
        self._counts.update(sums.counts)
        for key, (seconds, calls) in sums.costs.items():
            self._costs[key].seconds += seconds
            self._costs[key].calls += calls

    # ---- the end

    def end(self) -> Profile:
        """Return what was measured up to now."""
        self._charge()
        elapsed = self._wall - self._began
        known = sum(cpu for cpu, _ in self._spent.values())
        cpu = _cpu_of_all(known)
        self._spent["rest"][0] += max(0.0, cpu - known)  # workers that begin and end
        return Profile(
            elapsed,
            1 + len(self._workers),
            cpu,
            elapsed + self._worker_walls,
            {stage: (spent[0], spent[1]) for stage, spent in self._spent.items()},
            {count: self._counts[count] for count in COUNTS},
            {kind: self._dearest(kind) for kind in KINDS},
        )

    def _dearest(self, kind: Kind) -> tuple[Dear, ...]:
        known = [
            Dear(name, cost.seconds, cost.calls)
            for (of, name), cost in self._costs.items()
            if of == kind and cost.calls
        ]
        return tuple(sorted(known, key=lambda one: (-one.seconds, one.name))[:DEAREST])


class _CountedSources:
    """Sources that count what is read of them."""

    def __init__(self, sources: Sources, counts: Counter[Count]) -> None:
        self._sources = sources
        self._counts = counts

    def read(self, path: str) -> bytes:
        """Read a file, and count it."""
        self._counts["reads"] += 1
        return self._sources.read(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sources, name)


def _age(cpu: float) -> float:
    """Return for how many seconds this process has run: what the system knows of that, else its CPU time."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        with open("/proc/self/stat", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            ticks = int(file.read().rpartition(")")[2].split()[19])
        return max(cpu, time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))
    return cpu


def _cpu_of_all(known: float) -> float:
    """Return the CPU seconds of this process and of those that it has started and seen end."""
    try:
        import resource  # noqa: PLC0415 - POSIX alone has it
    except ImportError:
        return known
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(known, sum(one.ru_utime + one.ru_stime for one in used))
