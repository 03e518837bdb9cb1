"""Decide which entities must be looked at again: those whose own sources, or what they share, changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from policypages.formats.state import Known, State, read_known

EVERYTHING: Final = ("settings", "theme")
"""What every site uses."""

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
        stamp_of: Callable[[str], str],
    ) -> None:
        """Take the paths of all sources, that of each entity by id, and what tells a state of one."""
        self._state = state
        self._entities = entities
        self._stamp_of = stamp_of
        of_entities = {*entities.values()}
        self.stamps = {path: stamp_of(path) for path in paths if path not in of_entities}

    @property
    def shared(self) -> bool:
        """Tell whether nothing changed that sites share, and nothing was wrong with it."""
        return self._state is not None and self._state.settled and self._state.stamps == self.stamps

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
        gone = [read_known(text).files[0] for id_, text in state.sites.items() if id_ not in self._entities]
        changed = {*gone}
        heirs: list[tuple[str, list[str]]] = []
        kept: dict[str, Kept] = {}
        for id_, path in self._entities.items():
            text = state.sites.get(id_)
            known = read_known(text) if text is not None else None
            if known is None or not self._is_same(id_, known, path, different):
                if known is None or (known.files[0], known.stamp) != (path, self._stamp_of(path)):
                    changed |= {path, *(known.files[:1] if known is not None else ())}
                continue
            if len(known.files) > 1:
                heirs.append((id_, known.files))
            kept[id_] = Kept(known.name is not None, len(known.pages), known.notes or [])
        for id_, files in heirs:
            if not changed.isdisjoint(files):
                del kept[id_]
        return kept

    def _is_same(self, id_: str, known: Known, path: str, different: set[str]) -> bool:
        if known.notes is None or known.files[0] != path or known.stamp != self._stamp_of(path):
            return False
        if not different:
            return True
        if not different.isdisjoint((f"release:{id_}", f"redirects:{id_}")):
            return False
        if known.redirects and not different.isdisjoint(f"release:{one[0]}" for one in known.redirects):
            return False  # it was released under an id that it had before
        return different.isdisjoint(known.uses.split())
