"""Decide which entities must be looked at again: those whose own sources, or what they share, changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from policypages.formats.state import Sites, State, as_written, read_known

EVERYTHING: Final = ("settings", "theme")
"""What every site uses."""
_OWN: Final = ("release", "redirects")  # what is shared of one site, by its id

Notes = list[list[str | None]]


class Kept(NamedTuple):
    """What is wanted of an entity that is not looked at again: a group has no site."""

    is_site: bool
    pages: int
    notes: Notes


class Unchanged:
    """What the last build knew, held against the sources as they are."""

    def __init__(
        self,
        state: State | None,
        *,
        paths: Iterable[str],
        entities: Mapping[str, str],
        listed: bool,
        stamps_of: Callable[[Collection[str]], Iterable[str]],
    ) -> None:
        """Take the paths of all sources, that of each entity by id, and what tells states of some.

        `listed` is true where the entities are known to be those of the last build.
        """
        self._listed = listed
        self._state = state
        self._entities = entities
        self._stamps_of = stamps_of
        of_entities = {*entities.values()}
        others = [path for path in paths if path not in of_entities]
        self.stamps = dict(zip(others, stamps_of(others), strict=True))

    @property
    def shared(self) -> bool:
        """Tell whether nothing changed that sites share, and nothing was wrong with it."""
        return self._state is not None and self._state.settled and self._state.stamps == self.stamps

    @cached_property
    def _changed(self) -> set[str]:
        """The files of entities that are new, gone, or not what they were."""
        sites = self._sites
        files = self._entities.values()
        stamps = [*self._stamps_of(files)]
        if self._listed and sites.has_stamps(stamps) and "" not in stamps:
            return set()
        return sites.changed(dict(zip(files, stamps, strict=True)))

    @property
    def _sites(self) -> Sites:
        sites = self._state.sites if self._state is not None else None
        return sites if isinstance(sites, Sites) else Sites()

    def kept(self, shared: Mapping[str, str] | None) -> dict[str, Kept]:
        """Return what is wanted of the entities that need no look; all others do.

        `shared` are the digests of what sites share, None if nothing of that changed.
        """
        state = self._state
        different: set[str] = set()
        if state is not None and shared is not None:
            names = shared.keys() | state.shared.keys()
            different = {name for name in names if shared.get(name) != state.shared.get(name)}
        if state is None or not different.isdisjoint(EVERYTHING):
            return {}
        return dict(self._kept(different))

    def _kept(self, different: set[str]) -> Iterator[tuple[str, Kept]]:
        changed, sites = self._changed, self._sites
        used = [f" {as_written(name)} " for name in different]
        touched = {name.partition(":")[2] for name in different if name.startswith(_OWN)}
        touched |= {path.rpartition("/")[2].rpartition(".")[0] for path in changed}
        marks = sites.marks
        usual = {mark: Kept(True, int(mark), []) for mark in {*marks} if mark}  # noqa: FBT003 - it is a site
        if not different and not changed and len(usual) == len({*marks}):
            yield from zip(sites.ids, map(usual.__getitem__, marks), strict=True)
            return
        for id_, mark, uses, ancestors in sites.rows():
            if id_ in touched:
                continue
            if ancestors and changed and not changed.isdisjoint(ancestors.split("//")):
                continue
            if used and _holds(f" {uses} ", used):
                continue
            if mark:
                yield id_, usual[mark]
                continue
            known = read_known(sites[id_])
            if known.notes is None:
                continue
            # it was released under an id that it had before
            if not different.isdisjoint(f"release:{one[0]}" for one in known.redirects):
                continue
            yield id_, Kept(known.name is not None, len(known.pages), known.notes)


def _holds(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)
