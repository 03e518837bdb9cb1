"""Carry a build out: make every stale file, in as many processes as pay, and put all in place at once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from policypages.build.commit import Changes, commit
from policypages.build.options import Report, SiteResult
from policypages.build.planning import Plan, read_repository
from policypages.build.remembering import remembered
from policypages.build.untouched import files_of, is_known, same_record, stands
from policypages.build.watch import NOBODY, Watch
from policypages.diagnostics import Diagnostic, gather, has_errors, problem, strictly
from policypages.formats import manifest as manifests
from policypages.formats import state as states
from policypages.formats.state import is_shown_alike
from policypages.loading import no_collection
from policypages.plan.unchanged import EVERYTHING, Kept
from policypages.write import Output, Spool, Stage, machine_problem

if TYPE_CHECKING:
    from policypages.build.moved import Folder
    from policypages.build.repository import Repository
    from policypages.build.sites import SiteBuilder

OVERVIEW: Final = "_overview"
HOSTING: Final = "_hosting"
PER_WORKER: Final = 40  # for fewer sites no process pays, and so many make a share
_SHARES: Final = 1000
_FIRST: Final = 16  # sites that nearly all of the clauses are found on
Progress = Callable[[int, int], None]


def carry_out(
    plan: Plan, output: Output | None, progress: Progress | None = None, watch: Watch = NOBODY
) -> Report:
    """Make every stale file and put them all in place at once; without an output, only look for problems."""
    work = _Work(plan, output, progress, watch)
    try:
        return work.run()
    except OSError as error:
        found = [*work.found, machine_problem(error, error.filename or "output")]
        return Report(diagnostics=gather(found))
    finally:
        gc.unfreeze()
        work.close()


class _Work:
    """A build while it is carried out."""

    def __init__(self, plan: Plan, output: Output | None, progress: Progress | None, watch: Watch) -> None:
        self.plan = plan
        self.output = output
        self.progress = progress
        self.watch = watch
        self.found: list[Diagnostic] = list(plan.diagnostics)
        self.kept: dict[str, Kept] = {}
        self.kept_lines: dict[str, str] = {}
        self.files_kept = 0
        self.results: list[SiteResult] = []
        self._stage: Stage | None = None
        self._trace: Spool | None = None

    @cached_property
    def repository(self) -> Repository:
        """What sites share; clauses that no page uses are not looked at again where none of it changed."""
        repository = self.plan.repository
        if repository is None:
            plan = self.plan
            repository, _ = read_repository(
                plan.sources, plan.options, self.watch, compile_all=False, listed=(plan.entities, [])
            )
        assert repository is not None  # noqa: S101 - it was read by the last build, and did not change
        return repository

    @cached_property
    def _record_head(self) -> str | None:
        """What the records of all sites begin with, where they have one."""
        given = self.plan.options.provenance
        if given is None:
            return None
        from policypages.build.provenance import head  # noqa: PLC0415 - brings the planner with it

        return head(given, self.repository)

    def close(self) -> None:
        """Take away what was staged and is not needed."""
        if self.output is not None and self._stage is not None:
            self.output.discard(self._stage)
            self._stage = None
        if self._trace is not None:
            self._trace.close()

    def run(self) -> Report:
        """Build what has to be built, and put it in place where nothing is wrong."""
        with self.watch.stage("comparing"):
            if is_known(self.plan) and self._stands:
                return self._untouched()
            look_at = self._look_at()
        gc.freeze()
        if look_at:
            self._build(look_at)
            # what was found of very many sites stays to the end: a collection would look at all of it
            gc.freeze()
        if not self.plan.options.only:
            self._overview()
            self._moved()
        if self.plan.options.provenance is not None:
            self._renew_records()
        if not self.plan.options.only:
            self._hosting()
        report = Report(
            diagnostics=self._diagnostics(),
            sites=sum(one.is_site for one in self.kept.values()) + sum(one.is_site for one in self.results),
            pages=sum(one.pages for one in self.kept.values()) + sum(one.pages for one in self.results),
            made=sum(one.made for one in self.results),
            kept=self.files_kept + sum(one.kept for one in self.results),
            stale=sorted(stale for one in self.results for stale in one.stale),
        )
        if self.output is not None and not report.failed and not self._is_as_it_was():
            changes = Changes(
                self.plan.options, self.plan.previous, self.results, self.kept_lines, self.plan.entities
            )
            stage, self._stage = self._stage, None
            with self.watch.stage("commit"):
                commit(self.output, stage, changes, report)
                if not report.failed:
                    self._remember(self.output, changes)
        return report

    def _diagnostics(self) -> list[Diagnostic]:
        """Return all that is wrong, with what the last build found of the sites that are kept."""
        for id_, kept in self.kept.items():
            if kept.notes:
                for code, message, hint in kept.notes:
                    self.found.append(problem(str(code), str(message), hint=hint, entities=(id_,)))
        return gather(map(strictly, self.found) if self.plan.options.strict else self.found)

    @cached_property
    def _stands(self) -> bool:
        """Tell whether all files of the output stand there; False also where one has to look closely."""
        return stands(self.plan, self.output)

    def _untouched(self) -> Report:
        """Say of a build that has nothing to do what there is."""
        self.kept.update(self.plan.kept)
        return Report(
            diagnostics=self._diagnostics(),
            sites=sum(one.is_site for one in self.kept.values()),
            pages=sum(one.pages for one in self.kept.values()),
            kept=files_of(self.plan),
        )

    def _is_as_it_was(self) -> bool:
        """Tell whether neither a source nor a file of the output is other than the last build left it."""
        plan = self.plan
        if self.results or plan.stamps != plan.state.stamps or len(plan.state.sites) != len(plan.entities):
            return False
        return len(self.kept_lines) == len(plan.previous.manifest.lines)

    # ---- sites

    def _look_at(self) -> list[str]:
        """Return the sites to look at: those that may have changed, and those whose files are gone."""
        plan = self.plan
        out = []
        if self._stands:
            lines = plan.previous.manifest.lines
            self.kept = {
                id_: one
                for id_ in plan.ids
                if (one := plan.kept.get(id_)) is not None and (id_ in lines or not one.is_site)
            }
            self.kept_lines = {id_: lines[id_] for id_ in self.kept if id_ in lines}
            others = lines.keys() - self.kept_lines.keys()
            self.files_kept = files_of(plan) - sum(manifests.count_of(lines[one]) for one in others)
            return [id_ for id_ in plan.ids if id_ not in self.kept]
        for id_ in plan.ids:
            kept = plan.kept.get(id_)
            if kept is not None and self._is_there(id_, is_site=kept.is_site):
                self.kept[id_] = kept
            else:
                out.append(id_)
        return out

    def _is_there(self, folder: str, *, is_site: bool) -> bool:
        """Tell whether the files of a folder stand in the output as they were written."""
        line = self.plan.previous.manifest.lines.get(folder)
        if line is None:
            return not is_site  # a group has no files
        if self.output is None:
            return False
        if self._stands:
            count = manifests.count_of(line)
        elif self.plan.options.content_hash:
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
        jobs = max(1, min(self.plan.options.jobs, len(ids) // PER_WORKER))
        builder = self._builder()
        if jobs > 1:  # what these need compiled is compiled once: each worker has it from the start
            self._map(builder, [ids[:_FIRST]], jobs=1)
            ids = ids[_FIRST:]
        size = max(PER_WORKER, -(-len(ids) // _SHARES))
        self._map(builder, [ids[at : at + size] for at in range(0, len(ids), size)], jobs=jobs)

    def _map(self, builder: SiteBuilder, shares: Sequence[Sequence[str]], *, jobs: int) -> None:
        """Build shares of sites, and take what comes of them as it comes."""
        from policypages.workers import WorkerLost  # noqa: PLC0415 - only who has sites to build needs them

        done, total = len(self.kept) + len(self.results), len(self.plan.ids)
        try:
            for result in self.watch.map_shares(builder.build, shares, jobs=jobs):
                self._take(result)
                done += 1
                if self.progress is not None:
                    self.progress(done, total)
        except WorkerLost as lost:
            share = shares[lost.share_index]
            message = f"the worker for `{share[0]}` to `{share[-1]}` died: it {lost.how}"
            hint = "nothing was written; run again, with `--jobs 1` if memory is short"
            self.found.append(problem("worker-lost", message, hint=hint))

    def _take(self, result: SiteResult) -> None:
        """Keep of a result what the end of the build wants; the rest of a hundred thousand is much."""
        self.found += result.diagnostics
        if result.trace and result.made and self.output is not None:
            if self._trace is None:
                self._trace = self.output.spool()
            self._trace.write(f"{result.trace}\n".encode())
        self.results.append(result._replace(trace="", diagnostics=()))

    def _builder(self) -> SiteBuilder:
        with self.watch.stage("start"), no_collection():
            from policypages.build.sites import SiteBuilder  # noqa: PLC0415 - brings all of rendering with it

        options, previous = self.plan.options, self.plan.previous
        from policypages.formats import trace as traces  # noqa: PLC0415 - only who explains reads it

        trace = traces.decode(previous.trace()) if options.explain else {}
        if self.output is not None:
            self._begin_stage(self.output)
        builder = SiteBuilder(
            self.repository,
            previous,
            options,
            output=self.output,
            stage=self._stage,
            trace=trace,
            stamp_of=self._settled_stamp,
            record_head=self._record_head,
        )
        return self.watch.builder(builder)

    def _begin_stage(self, output: Output) -> Stage:
        if self._stage is None:
            self._stage = output.new_stage()
        return self._stage

    def _settled_stamp(self, path: str) -> str:
        return self.plan.stamp_of(path) if self.plan.sources.settled(path) else ""

    def _renew_records(self) -> None:
        """Write the records of sites that nobody looked at, where the commit or the day is another."""
        plan, output = self.plan, self.output
        if same_record(plan) or output is None or has_errors(self.found):
            return
        from policypages.build.moved import moved_of  # noqa: PLC0415 - brings the planner with it
        from policypages.build.provenance import renew  # noqa: PLC0415 - the same

        moved = moved_of(self._known(), self._moved_folders[0])
        with self.watch.stage("comparing"):
            head = self._record_head or ""
            for id_, line in self.kept_lines.items():
                if id_[0] != "_":
                    known, stage = plan.state.sites.get(id_), self._begin_stage(output)
                    renewed = renew(head, id_, line, known=known, moved=moved.get(id_, ()), stage=stage)
                    if renewed is not None:
                        self.results.append(renewed)
                        self.files_kept -= 1

    # ---- over all sites

    def _overview(self) -> None:
        """Make the pages over all sites, where one of these, or what they share, changed."""
        if self._same_house() and self._same_sites() and self._is_there(OVERVIEW, is_site=True):
            return
        repository = self.repository
        with self.watch.stage("planning"):
            from policypages.plan.overview import plan_overview, site_lines  # noqa: PLC0415 - brings the planner with it

            known = self._known()
            tasks = plan_overview(
                repository.site,
                site_lines(known),
                tool=repository.tool,
                templates=repository.engine.digests,
                asked=repository.engine.assets,
            )
        self._take(self._builder().make_files(OVERVIEW, tasks))

    def _moved(self) -> None:
        """Make the folders of old addresses that no site has, where one of these, or a site, changed."""
        plan = self.plan
        before = [one for one in plan.previous.manifest.lines if one not in plan.entities and one[0] != "_"]
        if plan.repository is None and self._same_sites():
            if all(self._is_there(folder, is_site=True) for folder in before):
                return
            for folder in before:
                self.kept_lines.pop(folder, None)
        folders, found = self._moved_folders
        self.found += found
        for folder, one in folders.items():
            self._take(self._builder().make_files(folder, one.files))

    @cached_property
    def _moved_folders(self) -> tuple[Mapping[str, Folder], list[Diagnostic]]:
        repository = self.repository
        with self.watch.stage("planning"):
            from policypages.build.moved import moved_folders  # noqa: PLC0415 - brings the planner with it

            broken = frozenset(id_ for one in self.found if one.severity == "error" for id_ in one.entities)
            return moved_folders(repository, self._known(), broken)

    def _hosting(self) -> None:
        """Make what the hosts of the house are told, where the settings ask for it and something changed."""
        if self.plan.repository is None:
            if HOSTING not in self.plan.previous.manifest.lines:
                return
            if not self.results and self._is_there(HOSTING, is_site=True):
                return
        asked = self.repository.site.settings.hosting
        if not asked:
            return
        with self.watch.stage("planning"):
            from policypages.build.moved import moved_of  # noqa: PLC0415 - brings the planner with it
            from policypages.plan.hosting import plan_hosting  # noqa: PLC0415 - the same

            moved = moved_of(self._known(), self._moved_folders[0])
            tasks, found = plan_hosting(asked, self._sizes() if asked.get("max_files") else (), moved)
            self.found += found
        if tasks:
            self._take(self._builder().make_files(HOSTING, tasks))

    def _lines(self) -> dict[str, str]:
        """Return what the manifest will have of each folder of the output that others may see."""
        lines = self.kept_lines | {one.id: one.line for one in self.results if one.line}
        return {id_: line for id_, line in sorted(lines.items()) if id_[0] != "_"}

    def _sizes(self) -> list[tuple[str, int]]:
        """Return the ids of all sites, each with the number of its files."""
        return [(id_, len(manifests.sizes_of(line))) for id_, line in self._lines().items()]

    def _same_house(self) -> bool:
        """Tell whether settings and theme are those of the last build: the overview is made from no more."""
        now, before = self.plan.repository, self.plan.state.shared
        return now is None or all(now.digests.get(name, "") == before.get(name) for name in EVERYTHING)

    def _same_sites(self) -> bool:
        """Tell whether the pages over all sites would say of each site what they say."""
        before = self.plan.state.sites
        if len(before) != len(self.plan.entities) or not before.keys() >= self.plan.entities.keys():
            return False
        return all(
            one.known is not None and is_shown_alike(one.known, before[one.id]) for one in self.results
        )

    def _known(self) -> dict[str, str]:
        """Return what is known of all entities that this build was asked for."""
        before = self.plan.state.sites
        known = {id_: before[id_] for id_ in self.kept}
        known.update((one.id, one.known) for one in self.results if one.known is not None)
        return known

    # ---- what the next build has to know

    def _remember(self, output: Output, changes: Changes) -> None:
        """Keep what was found of the sources, so that the next build looks at what changed alone."""
        new = {one.id: one.known for one in self.results if one.known is not None}
        state = remembered(self.plan, changes, self.kept, new)
        if self._trace is not None:  # before another file is begun beside the manifest
            self._trace.keep("trace", more=bool(self.plan.state.sites))
        output.write_aside("state", states.encode(state))
