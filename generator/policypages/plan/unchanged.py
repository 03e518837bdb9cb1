"""Decide which entities must be looked at again: those whose own sources, or what they share, changed."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from policypages.formats.state import State

EVERYTHING = ("settings", "theme")
"""What every site uses."""


class Unchanged:
    """What the last build knew, held against the sources as they are."""

    def __init__(self, state: State | None, stamps: Mapping[str, str], entities: Mapping[str, str]) -> None:
        """Take the stamps of all sources by path, and the path of each entity by id."""
        self._state = state
        self._entities = entities
        self._changed: AbstractSet[str] = frozenset()
        if state is not None:
            known = state.stamps
            changed = {path for path, stamp in stamps.items() if known.get(path) != stamp}
            if len(known) != len(stamps) or changed:
                changed |= known.keys() - stamps.keys()
            self._changed = changed

    @property
    def all(self) -> bool:
        """Tell whether no source changed at all."""
        return self._state is not None and not self._changed

    @property
    def shared(self) -> bool:
        """Tell whether nothing changed that sites share, and nothing was wrong with it."""
        if self._state is None or not self._state.settled:
            return False
        return not (self._changed - {*self._entities.values()} - self._gone())

    def _gone(self) -> set[str]:
        """Return the files of entities that are no more."""
        if self._state is None:
            return set()
        return {
            one.files[0]
            for id_, one in self._state.sites.items()
            if self._entities.get(id_) != one.files[0] and one.files
        }

    def to_look_at(self, shared: Mapping[str, str] | None) -> set[str]:
        """Return the entities to look at; `shared` are the digests of what sites share, None if unchanged."""
        state = self._state
        if state is None:
            return {*self._entities}
        different: set[str] = set()
        if shared is not None:
            names = shared.keys() | state.shared.keys()
            different = {name for name in names if shared.get(name) != state.shared.get(name)}
            if not different.isdisjoint(EVERYTHING):
                return {*self._entities}
        changed, sites = self._changed, state.sites
        out = set()
        for id_, path in self._entities.items():
            known = sites.get(id_)
            if (
                known is None
                or known.notes is None
                or known.files[0] != path
                or not changed.isdisjoint(known.files)
                or (different and not different.isdisjoint(known.uses.split()))
            ):
                out.add(id_)
        return out
