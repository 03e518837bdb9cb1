"""Run the pipeline in order; every problem is found before a file changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from policypages.build.commit import Changes, commit
from policypages.build.made_by import made_by
from policypages.build.options import Options, Previous, Report, SiteResult
from policypages.build.watch import Watch
from policypages.diagnostics import Diagnostic, did_you_mean, gather, problem
from policypages.formats import manifest as manifests
from policypages.formats import state as states
from policypages.formats import trace as traces
from policypages.formats.manifest import Manifest
from policypages.formats.state import Known, State
from policypages.load.listing import list_entities
from policypages.model import SiteLine, Sources
from policypages.plan.unchanged import Unchanged
from policypages.workers import WorkerLost
from policypages.write import Output, Stage, machine_problem

if TYPE_CHECKING:
    from policypages.build.common import Common
    from policypages.build.sites import SiteBuilder

__all__ = ["Options", "Plan", "Previous", "Report", "Watch", "carry_out", "plan_build", "read_previous"]

OVERVIEW: Final = "_overview"
_PER_WORKER: Final = 40  # for fewer sites no process pays, and so many make a share
_SHARES: Final = 1000
_NOBODY: Final = Watch()
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A build that can be carried out: which sites there are, and which of them must be looked at.

    `common` is None where nothing changed that sites share: it is read when a site asks for it.
    `stamps` are of the sources as they are; `state` is what the last build knew of them.
    """

    sources: Sources
    options: Options
    previous: Previous
    state: State
    stamps: Mapping[str, str]
    entities: Mapping[str, str]
    ids: tuple[str, ...]
    look_at: frozenset[str]
    common: Common | None
    diagnostics: tuple[Diagnostic, ...]


def read_previous(output: Output) -> tuple[Previous, list[Diagnostic]]:
    """Read what the last build left; of what a torn manifest listed nothing is deleted by guess."""
    data = output.read_manifest()
    if data is None:
        return Previous(), []
    manifest = manifests.decode(data)
    if manifest is None:
        message = (
            "the manifest of the output cannot be read: every page is made again, and nothing is taken away"
        )
        hint = "to be rid of pages that no site has any more, delete the output and build again"
        return Previous(Manifest(readable=False)), [problem("cache-ignored", message, hint=hint)]
    state, found = output.read_aside("state"), []
    if state is not None and not states.is_whole(state):
        message = "what the last build knew of the sources cannot be read: every site is looked at again"
        state, found = None, [problem("cache-ignored", message)]
    return Previous(manifest, state, lambda: output.read_aside("trace")), found


def plan_build(
    sources: Sources, previous: Previous, options: Options, watch: Watch = _NOBODY
) -> tuple[Plan | None, list[Diagnostic]]:
    """Find what changed, and read and compile what all sites share if that did; problems do not end it."""
    with watch.stage("comparing"):
        by = made_by(drafts=options.drafts, content_hash=options.content_hash)
        state = None
        if previous.state is not None and not options.clean:
            state = states.decode(previous.state, made_by=by, manifest=previous.manifest.digest)
        with watch.stage("listing"):
            stamps = _stamps(sources, by_content=options.content_hash)
            entities, found = list_entities(sources.paths)
        unchanged = Unchanged(state, stamps, entities)
        to_read = bool(found) or not unchanged.shared
    common = None
    if to_read:
        common, found = _read_common(sources, watch, compile_all=True)
        if common is None:
            return None, gather(found)
    look_at = unchanged.to_look_at(common.digests if common else None)
    ids = tuple(id_ for id_ in entities if _wanted(id_, options.only))
    if options.only and not ids:
        hint = did_you_mean(options.only[0], entities)
        found.append(problem("unknown-entity", f"no entity is called `{options.only[0]}`", hint=hint))
    elif not ids:
        hint = "write `content/entities/ID.yaml`, or run `policypages new entity ID`"
        found.append(problem("no-entities", "there is no entity", hint=hint))
    plan = Plan(
        sources,
        options,
        previous,
        state or State(by, ""),
        stamps,
        entities,
        ids,
        frozenset(look_at),
        common,
        tuple(found),
    )
    return plan, found


def _read_common(
    sources: Sources, watch: Watch, *, compile_all: bool
) -> tuple[Common | None, list[Diagnostic]]:
    with watch.stage("start"):
        # the compilers are slow to import, and a build of what did not change needs none of them
        from policypages.build.common import read_common  # noqa: PLC0415

    with watch.stage("sharing"):
        return read_common(sources, compile_all=compile_all, watched=watch.compiler)


def _stamps(sources: Sources, *, by_content: bool) -> dict[str, str]:
    if not by_content:
        return {
            path: f"{size}.{mtime}.{ctime}.{inode}"
            for path, (size, mtime, ctime, inode) in sources.paths.items()
        }
    out = {}
    for path in sources.paths:
        try:
            out[path] = sha256(sources.read(path)).hexdigest()[:32]
        except OSError:
            out[path] = ""  # who reads it says what is wrong
    return out


def _wanted(id_: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(id_, glob) for glob in globs)


def carry_out(
    plan: Plan, output: Output | None, progress: Progress | None = None, watch: Watch = _NOBODY
) -> Report:
    """Make every stale file and put them all in place at once; without an output, only look for problems."""
    work = _Work(plan, output, progress, watch)
    try:
        return work.run()
    except OSError as error:
        found = [*work.found, machine_problem(error, error.filename or "output")]
        return Report(diagnostics=gather(found))
    finally:
        work.close()


class _Work:
    """A build while it is carried out."""

    def __init__(self, plan: Plan, output: Output | None, progress: Progress | None, watch: Watch) -> None:
        self.plan = plan
        self.output = output
        self.progress = progress
        self.watch = watch
        self.found: list[Diagnostic] = list(plan.diagnostics)
        self.kept: dict[str, Known] = {}
        self.kept_lines: dict[str, str] = {}
        self.files_kept = 0
        self.results: list[SiteResult] = []
        self._stage: Stage | None = None

    @cached_property
    def common(self) -> Common:
        """What sites share; clauses that no page uses are not looked at again where none of it changed."""
        common = self.plan.common
        if common is None:
            common, _ = _read_common(self.plan.sources, self.watch, compile_all=False)
        assert common is not None  # noqa: S101 - it was read by the last build, and did not change
        return common

    def close(self) -> None:
        """Take away what was staged and is not needed."""
        if self.output is not None and self._stage is not None:
            self.output.discard(self._stage)
            self._stage = None

    def run(self) -> Report:
        """Build what has to be built, and put it in place where nothing is wrong."""
        with self.watch.stage("comparing"):
            look_at = self._look_at()
        if look_at:
            self._build(look_at)
        for result in self.results:
            self.found += result.diagnostics
        for id_, known in self.kept.items():
            self.found += [
                problem(code, message, hint=hint, entities=(id_,))
                for code, message, hint in known.notes or ()
            ]
        everything = {**self.kept, **{one.id: one.known for one in self.results if one.known is not None}}
        if not self.plan.options.only:
            self._overview(everything)
        strict = self.plan.options.strict
        report = Report(
            diagnostics=gather(map(_strictly, self.found) if strict else self.found),
            sites=sum(one.name is not None for one in everything.values()),
            pages=sum(len(one.pages) for one in everything.values()),
            made=sum(len(one.staged) for one in self.results),
            kept=self.files_kept + sum(one.kept for one in self.results),
            stale=sorted(stale for one in self.results for stale in one.stale),
        )
        if self.output is not None and not report.failed:
            changes = Changes(self.plan.options, self.plan.previous, self.results, self.kept_lines)
            stage, self._stage = self._stage, None
            with self.watch.stage("commit"):
                commit(self.output, stage, changes, report)
                if not report.failed:
                    self._remember(self.output, changes, everything)
        return report

    # ---- sites

    def _look_at(self) -> list[str]:
        """Return the sites to look at: those that may have changed, and those whose files are gone."""
        plan = self.plan
        out = []
        for id_ in plan.ids:
            known = None if id_ in plan.look_at else plan.state.sites.get(id_)
            if known is not None and self._is_there(id_, known):
                self.kept[id_] = known
            else:
                out.append(id_)
        return out

    def _is_there(self, folder: str, known: Known | None) -> bool:
        """Tell whether the files of a folder stand in the output as they were written."""
        line = self.plan.previous.manifest.lines.get(folder)
        if line is None:
            return known is not None and known.name is None  # a group has no files
        if self.output is None:
            return False
        if self.plan.options.content_hash:
            records = [entry.record for entry in manifests.entries_of(line).values()]
            if not all(map(self.output.holds, records)):
                return False
            count = len(records)
        else:
            sizes = manifests.sizes_of(line)
            if not self.output.all_present(sizes):
                return False
            count = len(sizes)
        self.files_kept += count
        self.kept_lines[folder] = line
        return True

    def _build(self, ids: Sequence[str]) -> None:
        """Build sites, in as many processes as pay."""
        jobs = max(1, min(self.plan.options.jobs, len(ids) // _PER_WORKER))
        size = max(_PER_WORKER, -(-len(ids) // _SHARES))
        shares = [ids[at : at + size] for at in range(0, len(ids), size)]
        builder = self._builder()

        def work(share: Sequence[str]) -> Iterator[SiteResult]:
            return map(builder.build, share)

        done, total = len(self.kept), len(self.plan.ids)
        try:
            for result in self.watch.map_shares(work, shares, jobs=jobs):
                self.results.append(result)
                done += 1
                if self.progress is not None:
                    self.progress(done, total)
        except WorkerLost as lost:
            share = shares[lost.share_index]
            message = f"the worker for `{share[0]}` to `{share[-1]}` died: it {lost.how}"
            hint = "nothing was written; run again, with `--jobs 1` if memory is short"
            self.found.append(problem("worker-lost", message, hint=hint))

    def _builder(self) -> SiteBuilder:
        with self.watch.stage("start"):
            from policypages.build.sites import SiteBuilder  # noqa: PLC0415 - brings all of rendering with it

        options, previous = self.plan.options, self.plan.previous
        trace = traces.decode(previous.trace()) if options.explain else {}
        if self._stage is None and self.output is not None:
            self._stage = self.output.new_stage()
        stage = self._stage
        builder = SiteBuilder(self.common, previous, options, output=self.output, stage=stage, trace=trace)
        return self.watch.builder(builder)

    def _overview(self, known: Mapping[str, Known]) -> None:
        """Make the pages over all sites, where one of these, or what they share, changed."""
        plan = self.plan
        lines = _site_lines(known)
        unchanged = plan.common is None and lines == _site_lines(plan.state.sites)
        if unchanged and self._is_there(OVERVIEW, None):
            return
        common = self.common
        with self.watch.stage("planning"):
            from policypages.plan.overview import plan_overview  # noqa: PLC0415 - brings the planner with it

            engine = common.engine
            files = plan_overview(
                common.site, lines, tool=common.tool, templates=engine.digests, asked=engine.assets
            )
        result = self._builder().make_files(OVERVIEW, files, ())
        self.results.append(result)
        self.found += result.diagnostics

    # ---- what the next build has to know

    def _remember(self, output: Output, changes: Changes, known: Mapping[str, Known]) -> None:
        """Keep what was found of the sources, so that the next build looks at what changed alone."""
        plan = self.plan
        sites = {id_: one for id_, one in plan.state.sites.items() if id_ in plan.entities}
        sites = {id_: one for id_, one in sites.items() if id_ not in plan.look_at}
        shared = plan.common.digests if plan.common is not None else plan.state.shared
        settled = plan.common is None or not plan.common.found
        sources = plan.sources
        state = State(
            plan.state.made_by,
            changes.digest,
            {path: stamp if sources.settled(path) else "" for path, stamp in plan.stamps.items()},
            shared,
            settled,
            {**sites, **known},
        )
        data = states.encode(state)
        if data != plan.previous.state:
            output.write_aside("state", data)
        lines = "".join([f"{one.trace}\n" for one in self.results if one.trace and one.staged])
        if lines:
            output.write_aside("trace", lines.encode(), more=bool(plan.state.sites))


def _site_lines(known: Mapping[str, Known]) -> list[SiteLine]:
    return [
        (id_, one.name, one.sample, one.pages) for id_, one in sorted(known.items()) if one.name is not None
    ]


def _strictly(one: Diagnostic) -> Diagnostic:
    return replace(one, severity="error") if one.severity == "warning" else one
