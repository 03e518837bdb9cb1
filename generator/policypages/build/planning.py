"""Find what changed since the last build, and read what all sites share where it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from policypages.build.made_by import made_by
from policypages.build.options import Options, Previous
from policypages.build.watch import NOBODY, Watch
from policypages.diagnostics import Diagnostic, did_you_mean, gather, problem
from policypages.formats import manifest as manifests
from policypages.formats import state as states
from policypages.formats.manifest import Manifest
from policypages.formats.state import Sites, State
from policypages.load.listing import Listed, entity_files, list_entities
from policypages.loading import no_collection
from policypages.model import Sources
from policypages.plan.published import DAYS, is_within
from policypages.plan.unchanged import Kept, Unchanged
from policypages.write import Output

if TYPE_CHECKING:
    from policypages.build.repository import Repository


class Plan(NamedTuple):
    """A build that can be carried out: which sites there are, and which of them need no look.

    `repository` is None where nothing changed that sites share: it is read when a site asks for it.
    `state` is what the last build knew; `stamps` are of the sources that sites share, and `stamp_of`
    tells of any source what the next build has to know. `kept` are the entities that need no look.
    """

    sources: Sources
    options: Options
    previous: Previous
    state: State
    stamps: Mapping[str, str]
    stamp_of: Callable[[str], str]
    entities: Mapping[str, str]
    ids: tuple[str, ...]
    kept: Mapping[str, Kept]
    repository: Repository | None
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
    sources: Sources, previous: Previous, options: Options, watch: Watch = NOBODY
) -> tuple[Plan | None, list[Diagnostic]]:
    """Find what changed, and read and compile what all sites share if that did; problems do not end it."""
    with watch.stage("comparing"):
        recorded = options.provenance is not None
        by = made_by(drafts=options.drafts, content_hash=options.content_hash, provenance=recorded)
        state = None
        if previous.state is not None and not options.clean:
            state = states.decode(previous.state, made_by=by, manifest=previous.manifest.digest)
        stamps_of = _by_content(sources) if options.content_hash else _by_times(sources)
        with watch.stage("listing"):
            known = _listed(sources, state)
            listed = list_entities(sources.paths) if known is None else (known, [])
        entities, found = listed
        unchanged = Unchanged(
            state, paths=sources.paths, entities=entities, listed=known is not None, stamps_of=stamps_of
        )
    repository = None
    if found or not unchanged.shared or (state is not None and not _same_days(state, options)):
        repository, found = read_repository(sources, options, watch, compile_all=True, listed=listed)
        if repository is None:
            return None, gather(found)
    with watch.stage("comparing"):
        kept = unchanged.kept(repository.digests if repository else None)
    ids = tuple(id_ for id_ in entities if wanted(id_, options.only))
    if options.only and not ids:
        hint = did_you_mean(options.only[0], entities)
        found.append(problem("unknown-entity", f"no entity is called `{options.only[0]}`", hint=hint))
    elif not ids:
        hint = "write `content/entities/ID.yaml`, or run `policypages new entity ID`"
        found.append(problem("no-entities", "there is no entity", hint=hint))
    plan = Plan(
        sources=sources,
        options=options,
        previous=previous,
        state=state or State(by, ""),
        stamps=unchanged.stamps,
        stamp_of=lambda path: next(iter(stamps_of([path]))),
        entities=entities,
        ids=ids,
        kept=kept,
        repository=repository,
        diagnostics=tuple(found),
    )
    return plan, found


def _listed(sources: Sources, state: State | None) -> dict[str, str] | None:
    """Return the path of each entity by id, where these are the entities of the last build."""
    known = state.sites if state is not None else None
    if not isinstance(known, Sites):
        return None
    files = entity_files(sources.paths)
    return dict(zip(known.ids, files, strict=True)) if known.has_files(files) else None


def _same_days(state: State, options: Options) -> bool:
    """Tell whether the day of a build publishes what the day of the last one did."""
    days = state.shared.get(DAYS)
    return days is None or (options.as_of is not None and is_within(days, options.as_of))


def read_repository(
    sources: Sources, options: Options, watch: Watch, *, compile_all: bool, listed: Listed | None = None
) -> tuple[Repository | None, list[Diagnostic]]:
    """Read what all sites share; see `repository.read_repository`."""
    with watch.stage("start"), no_collection():
        # the compilers are slow to import, and a build of what did not change needs none of them
        from policypages.build import repository  # noqa: PLC0415

    with watch.stage("sharing"), no_collection():
        return repository.read_repository(
            sources,
            compile_all=compile_all,
            watched=watch.compiler,
            as_of=options.as_of,
            drafts=options.drafts,
            listed=listed,
        )


def wanted(id_: str, globs: Sequence[str]) -> bool:
    """Tell whether an entity is one of those that a build was asked for."""
    return not globs or any(fnmatchcase(id_, glob) for glob in globs)


def _by_times(sources: Sources) -> Callable[[Iterable[str]], Iterable[str]]:
    """Tell states of sources apart by what a listing tells of them."""

    def stamps_of(paths: Iterable[str]) -> Iterable[str]:
        # a stamp is a tuple of size, two times and inode: of ten thousand, none is taken apart in Python
        return map("%d.%d.%d.%d".__mod__, map(sources.paths.__getitem__, paths))

    return stamps_of


def _by_content(sources: Sources) -> Callable[[Iterable[str]], Iterable[str]]:
    """Tell states of sources apart by their bytes."""

    @cache
    def stamp_of(path: str) -> str:
        try:
            return sha256(sources.read(path)).hexdigest()[:32]
        except OSError:
            return ""  # who reads it says what is wrong

    return lambda paths: map(stamp_of, paths)
