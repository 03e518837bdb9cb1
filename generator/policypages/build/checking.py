"""Run every rule over a whole site without writing anything: what `policypages check` does."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from policypages.build.options import Options, Previous, Report, SiteResult
from policypages.build.planning import Plan, plan_build
from policypages.build.watch import Watch
from policypages.build.work import Progress, carry_out
from policypages.checks.inspect import Inspector, Seen, Whole, without_outdone
from policypages.checks.kinds import Choice, Level, Rule
from policypages.checks.rules import ASKING, CODES_OF_ASKING, RULES
from policypages.diagnostics import RULES as REGISTERED
from policypages.diagnostics import Diagnostic, Span, gather, strictly
from policypages.model import Clause, FileTask, MadeFile, SitePlan, SourceFile, Sources

if TYPE_CHECKING:
    from policypages.build.repository import Repository
    from policypages.build.sites import SiteBuilder
    from policypages.formats.templates.theme import ThemeEngine
    from policypages.load.entity import Loaded
    from policypages.plan.settle import Compiling
    from policypages.plan.sites import Planned


def check(
    sources: Sources,
    options: Options,
    choice: Choice,
    today: date,
    progress: Progress | None = None,
    *,
    external: bool = False,
) -> Report:
    """Find every problem of a site; `choice` says which of those of rules are wanted, and how severe.

    `external` gathers links to other hosts, too, for somebody to ask those: nothing here does.
    """
    plan, found = plan_build(sources, Previous(), options)
    if plan is None or plan.repository is None:
        return Report(diagnostics=found)
    all_rules = choice.everything
    choice = _with_settings(choice, plan.repository.site.settings.checks)
    rules = (*RULES, *ASKING) if external else RULES
    inspection = Inspection(plan, plan.repository, choice, today, rules)
    report = carry_out(plan._replace(options=options._replace(strict=False)), None, progress, inspection)
    broken = not plan.repository.site.entities or any(
        one.severity == "error" and one.code not in REGISTERED for one in report.diagnostics
    )
    left = [*inspection.silence(report.diagnostics), *inspection.finish(broken=broken, all_rules=all_rules)]
    found = [_as_severe(one, choice) for one in without_outdone(left)]
    found = gather(map(strictly, found) if options.strict else found)
    report.releases = plan.repository.site.releases
    report.outside = [(one.message, one) for one in found if one.code in CODES_OF_ASKING]
    report.diagnostics = [one for one in found if one.code not in CODES_OF_ASKING]
    return report


class Inspection(Watch):
    """A watch that looks at each site when it was built, and at the whole when all were."""

    def __init__(
        self, plan: Plan, repository: Repository, choice: Choice, today: date, rules: Sequence[Rule]
    ) -> None:
        self._plan = plan
        self._whole = Whole()
        self._compiler = repository.compiler
        self._inspector = Inspector(
            repository.site,
            _clauses(repository),
            read=_read(repository),
            choice=choice,
            today=today,
            rules=rules,
        )
        for _ in self._inspector.texts():  # once, and not in every process again
            pass

    def builder(self, builder: SiteBuilder) -> SiteBuilder:
        """Look at each site with what its steps gave; a builder takes each step for a few sites at a time."""
        load, plan, render, build = builder.load, builder.plan, builder.render, builder.build
        files: deque[SourceFile] = deque()
        plans: deque[SitePlan | None] = deque()
        compiler = self._compiler
        made: defaultdict[str, dict[str, bytes]] = defaultdict(dict)

        def loading(id_: str) -> tuple[Loaded, list[Diagnostic]]:
            loaded, found = load(id_)
            files.append(loaded.own)
            return loaded, found

        def planning(loaded: Sequence[Loaded]) -> list[Planned]:
            planned = plan(loaded)
            plans.extend(one for one, _ in planned)
            return planned

        def rendering(file: FileTask, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
            page, found = render(file, engine)
            if page.data and file.path.endswith(".html"):
                made[file.path.partition("/")[0]][file.path] = page.data
            return page, found

        def building(ids: Sequence[str]) -> Iterator[SiteResult]:
            for result in build(ids):
                own, pages = files.popleft(), made.pop(result.id, {})
                read = (
                    _read_by(own.values, compiler) if "policies" in own.values or "in" in own.values else ()
                )
                yield result._replace(seen=self._inspector.look_at(own, plans.popleft(), pages, read))

        builder.load, builder.plan = loading, planning
        if self._inspector.wants_made:
            builder.render = rendering
        builder.build = building  # type: ignore[method-assign]  # a step that is wrapped, as the others
        return builder

    def map_shares(self, *args: Any, **options: Any) -> Iterator[SiteResult]:
        """Gather what was seen of each site."""
        for result in super().map_shares(*args, **options):
            seen: Seen = result.seen
            self._whole.take(result.id, seen)
            yield result._replace(diagnostics=(*result.diagnostics, *seen.found), seen=None)

    def silence(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """Leave out of what the build found itself what nobody wants to see; all sites were looked at."""
        return list(self._inspector.silence(self._whole, found))

    def finish(self, *, broken: bool, all_rules: bool) -> list[Diagnostic]:
        """Say what is wrong with the whole, once all sites were looked at."""
        limited = bool(self._plan.options.only)
        return self._inspector.finish(
            self._whole, self._plan.sources.read, limited=limited, broken=broken, all_rules=all_rules
        )


def _clauses(repository: Repository) -> Iterator[Clause]:
    for files in repository.site.clauses.values():
        for file in files:
            clause, _ = repository.compiler.clause(file, {})
            if clause is not None:
                yield clause


def _read(repository: Repository) -> frozenset[str]:
    """Return the facts that anything may read: clauses, and the titles and conditions of outlines."""
    read: set[str] = set()
    for clause in _clauses(repository):
        for text in (clause.title, clause.summary, clause.body):
            if text is not None:
                read |= text.reads.facts
        read.update(_shown(clause.file.values))
    for policy in repository.site.policies.values():
        read |= _read_by(policy.values, repository.compiler)
    return frozenset(read)


def _read_by(values: Mapping[str, Any], compiler: Compiling) -> set[str]:
    """Return what the titles and conditions of an outline read, and what its sections show."""
    read = set(_shown(values))
    nowhere = Span("")
    when, title = values.get("when"), values.get("title")
    if isinstance(when, str):
        read |= compiler.condition(when, nowhere)[0].reads.facts
    if isinstance(title, str) and "{" in title:
        read |= compiler.line(title, nowhere)[0].reads.facts
    below = [*(values.get("sections") or ())]
    for key in ("adjust", "in", "policies"):
        below += (values.get(key) or {}).values()
    for one in below:
        if isinstance(one, Mapping):
            read |= _read_by(one, compiler)
    return read


def _shown(values: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(values.get("shows"), str):
        yield values["shows"]


def _with_settings(choice: Choice, settings: Mapping[str, Any]) -> Choice:
    """Add what the settings choose to what the command was asked for, which wins."""
    ignore = frozenset(settings.get("ignore") or ())
    select = settings.get("select")
    severity: dict[str, Level] = {**(settings.get("severity") or {}), **choice.severity}
    if choice.select is not None:  # what is asked for by name is not kept away by the settings
        return Choice(choice.select, choice.ignore, severity)
    return Choice(frozenset(select) if select else None, choice.ignore | ignore, severity)


def _as_severe(one: Diagnostic, choice: Choice) -> Diagnostic:
    severity = choice.severity.get(one.code)
    return one if severity is None or severity == "off" else replace(one, severity=severity)
