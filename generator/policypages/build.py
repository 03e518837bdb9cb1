"""Run the pipeline in order; every problem is found before a file changes."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final

from policypages import __version__
from policypages.compile import Compiler
from policypages.diagnostics import Diagnostic, did_you_mean, gather, has_errors, problem
from policypages.formats import manifest as manifests
from policypages.formats.manifest import Entry, Manifest
from policypages.formats.templates.theme import ThemeEngine
from policypages.installed import version
from policypages.load import EntityLoader, load_site
from policypages.model import FileTask, Site, SitePlan, Sources
from policypages.plan import SitePlanner, plan_overview, why_stale
from policypages.render import render_file
from policypages.workers import WorkerLost, map_shares
from policypages.write import Output, Stage, machine_problem, stage_file

_LIBRARIES: Final = ("jinja2", "markdown-it-py", "babel", "num2words")
TOOL: Final = f"{__version__}; {', '.join(f'{name} {version(name)}' for name in _LIBRARIES)}"
OVERVIEW: Final = "_overview"
_PER_WORKER: Final = 40
Progress = Callable[[int, int], None]
SiteLine = tuple[str, str, bool, tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True, slots=True)
class Options:
    """What a build was asked for. `only` are globs of entity ids; none means all."""

    as_of: datetime.date
    only: tuple[str, ...] = ()
    jobs: int = 1
    clean: bool = False
    drafts: bool = False
    content_hash: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A build that can be carried out: what all sites share, and which sites there are."""

    sources: Sources
    site: Site
    compiler: Compiler
    engine: ThemeEngine
    planner: SitePlanner
    ids: tuple[str, ...]
    options: Options
    previous: Manifest
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What one site came to: its line of the manifest, what was staged, and why."""

    id: str
    line: str | None
    staged: tuple[Entry, ...]
    stale: tuple[tuple[str, str], ...]
    kept: int
    overview: SiteLine | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class Report:
    """What a build did. `stale` are the files that were made, each with its reason."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sites: int = 0
    pages: int = 0
    stale: list[tuple[str, str]] = field(default_factory=list)
    kept: int = 0
    pruned: list[str] = field(default_factory=list)
    written: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether an error kept the build from writing."""
        return has_errors(self.diagnostics)


def plan_build(
    sources: Sources, previous: Manifest, options: Options
) -> tuple[Plan | None, list[Diagnostic]]:
    """Read and compile what all sites share, and list the sites; problems do not end it."""
    site, found = load_site(sources)
    if site is None:
        return None, gather(found)
    compiler = Compiler(site.settings)
    for files in site.clauses.values():
        for file in files:
            found += compiler.clause(file, {})[1]
    engine = ThemeEngine(site.theme.templates)
    found += engine.found
    planner = SitePlanner(site, compiler, tool=TOOL, templates=engine.digests)
    ids = tuple(id_ for id_ in site.entities if _wanted(id_, options.only))
    if options.only and not ids:
        hint = did_you_mean(options.only[0], site.entities)
        found.append(problem("unknown-entity", f"no entity is called `{options.only[0]}`", hint=hint))
    elif not ids:
        hint = "write `content/entities/ID.yaml`, or run `policypages new entity ID`"
        found.append(problem("no-entities", "there is no entity", hint=hint))
    return Plan(sources, site, compiler, engine, planner, ids, options, previous, tuple(found)), found


def _wanted(id_: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(id_, glob) for glob in globs)


def carry_out(plan: Plan, output: Output | None, progress: Progress | None = None) -> Report:
    """Make every stale file and put them all in place at once; without an output, only look for problems."""
    report = Report()
    found = list(plan.diagnostics)
    stage: Stage | None = None
    try:
        stage = output.new_stage() if output is not None else None
        results, lost = _run_workers(plan, output, stage, progress)
        found += lost
        for result in results:
            found += result.diagnostics
        sites = [result.overview for result in results if result.overview is not None]
        if not plan.options.only:
            overview = _overview(plan, output, stage, sites)
            found += overview.diagnostics
            results.append(overview)
        report.diagnostics = gather(map(_strictly, found) if plan.options.strict else found)
        report.sites = len(sites)
        report.pages = sum(len(pages) for _, _, _, pages in sites)
        report.stale = sorted(stale for result in results for stale in result.stale)
        report.kept = sum(result.kept for result in results)
        if output is not None and stage is not None and not report.failed:
            _commit(plan, output, stage, results, report)
            stage = None
    except OSError as error:
        report.diagnostics = gather([*found, machine_problem(error, error.filename or "output")])
    finally:
        if output is not None and stage is not None:
            output.discard(stage)
    return report


def _strictly(one: Diagnostic) -> Diagnostic:
    return replace(one, severity="error") if one.severity == "warning" else one


def _run_workers(
    plan: Plan, output: Output | None, stage: Stage | None, progress: Progress | None
) -> tuple[list[SiteResult], list[Diagnostic]]:
    """Build all sites, in as many processes as pay."""
    jobs = max(1, min(plan.options.jobs, len(plan.ids) // _PER_WORKER))
    size = -(-len(plan.ids) // jobs) if plan.ids else 1
    shares = [plan.ids[at : at + size] for at in range(0, len(plan.ids), size)]

    def work(ids: tuple[str, ...]) -> Iterator[SiteResult]:
        loader = EntityLoader(plan.site, plan.sources)
        for id_ in ids:
            yield _build_site(plan, loader, id_, output, stage)

    results: list[SiteResult] = []
    try:
        for result in map_shares(work, shares, jobs=jobs):
            results.append(result)
            if progress is not None:
                progress(len(results), len(plan.ids))
    except WorkerLost as lost:
        share = shares[lost.share_index]
        message = f"the worker for `{share[0]}` to `{share[-1]}` died: {lost.how}"
        hint = "nothing was written; run again, with `--jobs 1` if memory is short"
        return results, [problem("worker-lost", message, hint=hint)]
    results.sort(key=lambda result: result.id)
    return results, []


def _build_site(
    plan: Plan, loader: EntityLoader, id_: str, output: Output | None, stage: Stage | None
) -> SiteResult:
    loaded, found = loader.load(id_)
    planned, more = plan.planner.plan(loaded)
    found = [*found, *more]
    if planned is None:
        return SiteResult(id_, None, (), (), 0, None, tuple(found))
    line = (planned.id, planned.name, planned.sample, planned.pages)
    if has_errors(found):
        # what is wrong with the outline or the facts is said; what pages print is looked at all the same
        found += _render_for_problems(plan, planned)
        return SiteResult(id_, None, (), (), 0, line, tuple(found))
    return _make_files(plan, id_, planned.files, output=output, stage=stage, line=line, found=found)


def _render_for_problems(plan: Plan, planned: SitePlan) -> list[Diagnostic]:
    found = [one for file in planned.files for one in render_file(file, plan.engine)[1]]
    return _of_site(planned.id, found)


def _of_site(folder: str, found: list[Diagnostic]) -> list[Diagnostic]:
    """Say of what a template does wrong which site it hits; the overview is of none."""
    known = () if folder == OVERVIEW else (folder,)
    return [one if one.entities else replace(one, entities=known) for one in found]


def _make_files(
    plan: Plan,
    folder: str,
    files: Sequence[FileTask],
    *,
    output: Output | None,
    stage: Stage | None,
    line: SiteLine | None,
    found: list[Diagnostic],
) -> SiteResult:
    """Render and stage the files of one folder whose key changed or that are gone."""
    before = plan.previous.entries(folder)
    entries: list[Entry] = []
    staged: list[Entry] = []
    stale: list[tuple[str, str]] = []
    for file in files:
        because = _because(plan, before.get(file.path), file, output)
        if not because:
            entries.append(before[file.path])
            continue
        made, more = render_file(file, plan.engine)
        found += _of_site(folder, more)
        stale.append((file.path, because))
        if stage is not None and not has_errors(more):
            entry = Entry(stage_file(stage, file.path, made.data), file.key, file.parts)
            entries.append(entry)
            staged.append(entry)
    text = manifests.line_of(folder, entries) if output is not None else None
    return SiteResult(folder, text, tuple(staged), tuple(stale), len(files) - len(stale), line, tuple(found))


def _because(plan: Plan, known: Entry | None, file: FileTask, output: Output | None) -> str:
    if known is None or output is None:
        return "it is new"
    if plan.options.clean:
        return "everything is made again (`--clean`)"
    if known.key != file.key:
        return why_stale(known.parts, file.parts) or "its key changed"
    present = output.holds(known.record) if plan.options.content_hash else output.present(known.record)
    return "" if present else "the file in the output is not the one that was written"


def _overview(
    plan: Plan,
    output: Output | None,
    stage: Stage | None,
    sites: Sequence[SiteLine],
) -> SiteResult:
    files = plan_overview(plan.site, sites, tool=TOOL, templates=plan.engine.digests)
    return _make_files(plan, OVERVIEW, files, output=output, stage=stage, line=None, found=[])


def _commit(plan: Plan, output: Output, stage: Stage, results: Sequence[SiteResult], report: Report) -> None:
    """Put what was staged in place, take away what no source asks for, and write the manifest last."""
    lines = {result.id: result.line for result in results if result.line is not None}
    if plan.options.only:
        # the overview is of no site, whatever the globs match
        others = {
            folder: line
            for folder, line in plan.previous.lines.items()
            if folder == OVERVIEW or not _wanted(folder, plan.options.only)
        }
        lines = {**others, **lines}
    previous: dict[str, Entry] = {}
    now: set[str] = set()
    for folder in plan.previous.lines:
        previous.update(plan.previous.entries(folder))
    for folder, line in lines.items():
        if plan.previous.lines.get(folder) == line:
            now.update(plan.previous.entries(folder))
        else:
            now.update(Manifest({folder: line}).entries(folder))
    prune = [entry.record for path, entry in previous.items() if path not in now]
    staged = [entry.record for result in results for entry in result.staged]
    data = manifests.encode(lines)
    report.pruned = [record.path for record in prune]
    if not staged and not prune and data == output.read_manifest():
        output.discard(stage)
        return
    owned = previous if plan.previous.readable else _Everything()
    more = output.commit(stage, staged, prune=prune, owned=owned, manifest=data)
    report.diagnostics = gather([*report.diagnostics, *more])
    report.written = not has_errors(more)


class _Everything:
    """What a manifest that cannot be read may have held: what is in the way of a page is written over."""

    def __contains__(self, _: object) -> bool:
        return True


def read_previous(output: Output) -> tuple[Manifest, list[Diagnostic]]:
    """Read what the last build left; of what a torn manifest listed nothing is deleted by guess."""
    data = output.read_manifest()
    if data is None:
        return Manifest(), []
    manifest = manifests.decode(data)
    if manifest is None:
        message = (
            "the manifest of the output cannot be read: every page is made again, and nothing is taken away"
        )
        return Manifest(readable=False), [problem("cache-ignored", message)]
    return manifest, []
