"""One state of a site folder: what its sites share, and its files, each made when it is asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple, TypeVar

from policypages.build.rendering import render
from policypages.build.repository import Repository, read_repository
from policypages.compile import Compiler
from policypages.diagnostics import Diagnostic, gather, has_errors, problem
from policypages.load.entity import EntityLoader
from policypages.load.listing import ENTITIES, list_entities
from policypages.load.site import CLAUSES, POLICIES, SETTINGS_FILE, load_clause
from policypages.model import FileTask, PageTask, SitePlan, Stamp
from policypages.plan.sites import SitePlanner
from policypages.preview.folder import Changes, Files
from policypages.values import why_not_id

T = TypeVar("T")

_KEPT_SITES: Final = 48
_KEPT_FILES: Final = 96


class Planned(NamedTuple):
    """A site of this state: its plan, None for a group or where nothing can be planned; what is wrong.

    `lineage` are the files that state its facts: its own, then its ancestors'.
    """

    plan: SitePlan | None
    files: Mapping[str, FileTask]
    found: tuple[Diagnostic, ...]
    lineage: tuple[str, ...]


class Made(NamedTuple):
    """A file of this state; without `data` it cannot be made. `planned` is false where no site has it."""

    data: bytes | None
    found: tuple[Diagnostic, ...]
    planned: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """What a state is made of: files, entities by id, what sites share, and what is wrong with these.

    `repository` is None where there are no settings. `listed` is what is wrong with the folder and
    the names of its entities; `read` with what sites share. On `day` what is published is chosen;
    without one every page is what its sources have.
    """

    files: Files
    entities: Mapping[str, str]
    repository: Repository | None
    listed: tuple[Diagnostic, ...]
    read: tuple[Diagnostic, ...]
    day: date | None = None


class _WithoutEntities:
    """The files that sites share: reading these costs the same, however many entities there are."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.paths: Mapping[str, Stamp] = {
            path: stamp for path, stamp in files.paths.items() if not path.startswith(ENTITIES)
        }
        self.read = files.read
        self.settled = files.settled


# ------------------------------------------------------------ the next basis


def first_basis(files: Files, problems: Iterable[Diagnostic], day: date | None = None) -> Basis:
    """Read what sites share, to show what is published on a day, or without one the sources."""
    entities, found = list_entities(files.paths)
    repository, read = _read_shared(files, None, day)
    return Basis(files, entities, _with(repository, files, entities), (*problems, *found), tuple(read), day)


def next_basis(before: Basis, files: Files, changes: Changes) -> Basis:
    """Read again what changed, and nothing else: an edit costs the same at any number of entities."""
    touched = changes.all
    entities, listed = before.entities, before.listed
    moved = [path for path in changes.added | changes.removed if path.startswith(ENTITIES)]
    if moved:
        entities, listed = _moved_entities(before, files, moved)
    shared = {path for path in touched if not path.startswith(ENTITIES)}
    repository, read = before.repository, before.read
    if shared:
        if repository is not None and shared <= changes.edited and all(map(_is_clause, shared)):
            repository, read = _with_clauses(repository, before.read, files, shared)
        else:
            kept = None
            if (
                repository is not None
                and SETTINGS_FILE not in shared
                and isinstance(repository.compiler, Compiler)
            ):
                kept = Compiler(repository.site.settings).take_over(repository.compiler, without=shared)
            repository, more = _read_shared(files, kept, before.day)
            read = tuple(more)
    return Basis(files, entities, _with(repository, files, entities), listed, read, before.day)


def _read_shared(
    files: Files, kept: Compiler | None, day: date | None
) -> tuple[Repository | None, list[Diagnostic]]:
    return read_repository(
        _WithoutEntities(files),
        compile_all=False,
        watched=lambda new: new if kept is None else kept,
        as_of=day,
        drafts=day is None,
    )


def _with(repository: Repository | None, files: Files, entities: Mapping[str, str]) -> Repository | None:
    """Let a repository know the entities, which it was read without, and read them anew."""
    if repository is None:
        return None
    site = replace(repository.site, entities=entities)
    return repository._replace(site=site, loader=EntityLoader(site, files))


def _moved_entities(
    before: Basis, files: Files, moved: Iterable[str]
) -> tuple[Mapping[str, str], tuple[Diagnostic, ...]]:
    """Patch the entities for files that came and went; where names are in doubt, list all of them."""
    entities = dict(before.entities)
    simple = not before.listed
    gone = [path for path in moved if path not in files.paths]
    for path in gone:
        id_ = _id_of(path)
        if entities.get(id_) == path:
            del entities[id_]
    for path in moved:
        if path in files.paths:
            id_ = _id_of(path)
            simple = simple and path.endswith(".yaml") and id_ not in entities and why_not_id(id_) is None
            entities[id_] = path
    if simple:
        return entities, before.listed
    every, found = list_entities(files.paths)
    named = {"collision", "invalid-id"}
    kept = [one for one in before.listed if one.code not in named]
    return every, (*kept, *found)


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _is_clause(path: str) -> bool:
    return path.startswith(CLAUSES)


def _with_clauses(
    repository: Repository, read: tuple[Diagnostic, ...], files: Files, paths: set[str]
) -> tuple[Repository, tuple[Diagnostic, ...]]:
    """Read and compile again a few clauses, and keep all others."""
    clauses = dict(repository.site.clauses)
    names = {"collision"}  # what is wrong with names, no edit mends
    found = [one for one in read if one.span is None or one.span.file not in paths or one.code in names]
    for path in sorted(paths):
        if not path.endswith(".md"):
            continue
        clause, more = load_clause(files, path)
        found += more
        if clause is not None:
            clauses[clause.id] = tuple(
                clause if file.file == path else file for file in clauses.get(clause.id, (clause,))
            )
    site = replace(repository.site, clauses=clauses)
    compiler = Compiler(site.settings)
    if isinstance(repository.compiler, Compiler):
        compiler.take_over(repository.compiler, without=paths)
    engine = repository.engine
    planner = SitePlanner(
        site,
        compiler,
        tool=repository.tool,
        templates=engine.digests,
        asked=engine.assets,
        releases=repository.planner.releases,
        redirects=repository.planner.redirects,
    )
    return repository._replace(site=site, compiler=compiler, planner=planner), tuple(found)


# --------------------------------------------------------------------- state


class State:
    """A state of the folder that never changes; it remembers what was made of it lately."""

    def __init__(self, number: int, basis: Basis) -> None:
        self.number = number
        self.basis = basis
        self._own_problems = [*basis.listed, *basis.read]
        if basis.repository is None and not has_errors(self._own_problems):
            self._own_problems.append(problem("no-site", f"there is no `{SETTINGS_FILE}` any more"))
        self._sites: OrderedDict[str, Planned] = OrderedDict()
        self._made: OrderedDict[str, Made] = OrderedDict()

    def site(self, id_: str) -> Planned:
        """Load and plan one site; a name that no entity has is a site without files."""
        known = self._sites.get(id_)
        if known is None:
            known = self._plan(id_)
            _keep(self._sites, id_, known, _KEPT_SITES)
        return known

    def _plan(self, id_: str) -> Planned:
        repository = self.basis.repository
        if repository is None or id_ not in self.basis.entities:
            return Planned(None, {}, (), ())
        loaded, found = repository.loader.load(id_)
        [(plan, more)] = repository.planner.plan([loaded])
        files = {file.path: file for file in plan.files} if plan is not None else {}
        return Planned(plan, files, (*found, *more), loaded.files)

    def make(self, path: str) -> Made:
        """Make one file of the output: the bytes that a build would write, or what is wrong."""
        known = self._made.get(path)
        if known is None:
            known = self._make(path)
            _keep(self._made, path, known, _KEPT_FILES)
        return known

    def _make(self, path: str) -> Made:
        id_ = path.partition("/")[0]
        repository = self.basis.repository
        site = self.site(id_)
        found = [*site.found, *self._shared(site)]
        file = site.files.get(path)
        if repository is None or file is None:
            return Made(None, tuple(gather(found)), planned=False)
        # what its clauses print is looked at even where facts or outline are wrong: all problems at once
        made, more = render(file, repository.engine)
        found += [one if one.entities else replace(one, entities=(id_,)) for one in more]
        gathered = tuple(gather(found))
        return Made(None if has_errors(gathered) else made.data, gathered, planned=True)

    def _shared(self, site: Planned) -> list[Diagnostic]:
        """Return what is wrong with the things that a site shares with others: not with all clauses."""
        return [one for one in self.shared_problems() if self._concerns(one, site)]

    def shared_problems(self) -> list[Diagnostic]:
        """Return what is wrong with the folder and with what sites share, as far as it was looked at."""
        return self._own_problems

    def _concerns(self, one: Diagnostic, site: Planned) -> bool:
        file = one.span.file if one.span is not None else ""
        if file.startswith(CLAUSES):
            named = {found.span.file for found in site.found if found.span is not None}
            return file in named or (site.plan is not None and file in _clause_files(site.plan))
        if file.startswith(POLICIES):
            policy = file.removeprefix(POLICIES).removesuffix(".yaml")
            return site.plan is not None and f"policy:{policy}" in site.plan.uses
        if file.startswith(ENTITIES):
            return file in site.lineage
        return True


def _clause_files(plan: SitePlan) -> Iterable[str]:
    for file in plan.files:
        if isinstance(file.task, PageTask):
            for section in file.task.every:
                if section.clause is not None:
                    yield section.clause.file.file


def _keep(kept: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)
