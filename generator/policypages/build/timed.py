"""Put a measure round each clause and each template of a theme, for the profile of a build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, Protocol

from policypages.formats.templates.theme import ThemeEngine

if TYPE_CHECKING:
    from policypages.diagnostics import Diagnostic, Span
    from policypages.model import Clause, ClauseFile, Finding, Text
    from policypages.plan.settle import Compiling

    Costs = Callable[[Literal["clauses", "templates"], str], "Cost"]


class Cost(Protocol):
    """Where what one thing costs is added up: wall seconds, and calls."""

    seconds: float
    calls: int


class TimedCompiler:
    """A compiler whose clauses add up what they cost: a call is one of the body, its title counts with it."""

    def __init__(self, compiler: Compiling, costs: Costs) -> None:
        self._compiler = compiler
        self._costs = costs
        self._timed: dict[tuple[str, tuple[tuple[str, str], ...]], Clause] = {}

    def clause(self, file: ClauseFile, edits: Mapping[str, str]) -> tuple[Clause | None, list[Diagnostic]]:
        """Compile one text of a clause."""
        clause, found = self._compiler.clause(file, edits)
        if clause is None:
            return None, found
        key = (file.file, tuple(edits.items()))
        if key not in self._timed:
            cost = self._costs("clauses", file.file)
            title = clause.title and _timed(clause.title, cost, calls=0)
            self._timed[key] = replace(clause, title=title, body=_timed(clause.body, cost, calls=1))
        return self._timed[key], found

    def line(self, source: str, span: Span) -> tuple[Text, list[Diagnostic]]:
        """Compile a title."""
        return self._compiler.line(source, span)

    def condition(self, source: str, span: Span) -> tuple[Text, list[Diagnostic]]:
        """Compile a condition."""
        return self._compiler.condition(source, span)


def _timed(text: Text, cost: Cost, *, calls: int) -> Text:
    run = text.render

    def render(scope: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...]]:
        began = perf_counter()
        try:
            return run(scope)
        finally:
            cost.seconds += perf_counter() - began
            cost.calls += calls

    return replace(text, render=render)


def timed_engine(engine: ThemeEngine, costs: Costs) -> ThemeEngine:
    """Return the same engine, whose templates add up what they cost."""
    return _TimedEngine(engine, costs)


class _TimedEngine(ThemeEngine):
    def __init__(self, engine: ThemeEngine, costs: Costs) -> None:
        vars(self).update(vars(engine))  # what it has compiled, too
        self._costs = costs

    def render(self, name: str, context: Mapping[str, Any]) -> tuple[str, list[Diagnostic]]:
        """Render a template, and count what it took."""
        began = perf_counter()
        try:
            return super().render(name, context)
        finally:
            cost = self._costs("templates", name)
            cost.seconds += perf_counter() - began
            cost.calls += 1
