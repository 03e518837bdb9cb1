"""Read both states of a site: what is equal in both is compiled once, and need not be looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from policypages.compile import Compiler
from policypages.diagnostics import Diagnostic
from policypages.history.sides import Side, Sides, is_compared
from policypages.load.entity import EntityLoader
from policypages.load.site import load_file, load_site
from policypages.model import Clause, ClauseFile, Site
from policypages.plan.settle import Compiling
from policypages.plan.sites import SitePlanner
from policypages.sources import SETTINGS_FILE

_NO_ASSETS: Final[Mapping[str, frozenset[str] | None]] = {
    name: frozenset() for name in ("page.html", "index.html", "404.html")
}
_STRINGS: Final = re.compile(r"themes/[^/]+/strings/")
_MANY: Final = 50  # ids that are looked for in the bytes of a file one by one
_EVERYTHING: Final = frozenset({"settings", "strings"})


Pair = tuple[str | None, str | None]
"""The id of an entity before, and now; None where it was not, or is no more."""


@dataclass(frozen=True, slots=True)
class State:
    """One state of a site, and what plans its articles; what stands round those is left out of keys."""

    side: Side
    site: Site
    compiler: Compiling
    planner: SitePlanner
    loader: EntityLoader
    found: tuple[Diagnostic, ...]


@dataclass(slots=True)
class States:
    """Both states; None where one has no site.

    `changed` are the paths of files that are not the same, `shared` what of it many sites use:
    `settings`, `strings`, `clause:web-logs`, `policy:privacy`. `round_about` tells that a theme changed,
    whose pages are not compared.
    """

    before: State | None
    after: State
    changed: frozenset[str]
    shared: frozenset[str]
    round_about: bool
    renamed: dict[str, str] = field(default_factory=dict)  # by the new id of an entity the old one

    @property
    def same_settings(self) -> bool:
        """Tell whether facts of entities are read in the same way in both."""
        return "settings" not in self.shared

    def pairs(self, only: Sequence[str]) -> list[Pair]:
        """Return the ids of entities in both states, the new ones in order, then those that are gone."""
        old = self.before.site.entities if self.before is not None else {}
        pairs: list[Pair] = [
            (id_ if id_ in old else self.renamed.get(id_), id_) for id_ in self.after.site.entities
        ]
        taken = {one for one, _ in pairs}
        pairs += [(id_, None) for id_ in old if id_ not in taken]
        if not only:
            return pairs
        return [pair for pair in pairs if any(fnmatchcase(id_, glob) for id_ in pair if id_ for glob in only)]

    def may_differ(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs of entities of which some page may differ: no other is loaded."""
        if not self.changed:
            return []
        if self.shared:
            return list(pairs)
        touched = {one for pair in pairs for one in pair if one is not None and self._is_touched(*pair)}
        heirs = self._heirs(touched)
        return [pair for pair in pairs if not heirs.isdisjoint(pair)]

    def _is_touched(self, old: str | None, new: str | None) -> bool:
        before = self.before.site.entities if self.before is not None else {}
        paths = (before.get(old or ""), self.after.site.entities.get(new or ""))
        return paths[0] != paths[1] or any(path in self.changed for path in paths)

    def _heirs(self, touched: set[str]) -> set[str]:
        """Return entities and all that may extend them, by the letters of their files, without reading YAML.

        An id stands in the file of each entity that extends it, unless it is written with escapes.
        """
        heirs = set(touched)
        for state in filter(None, (self.before, self.after)):
            waiting = {}
            for id_, path in state.site.entities.items():
                if id_ not in heirs and (self.before is None or path not in self.changed):
                    data = state.side.sources.read(path) if state.side.ids[path] else b""
                    if b"extends" in data or b"\\" in data:
                        waiting[id_] = data
            new = heirs if state is self.after else set(heirs)
            while new and waiting:
                names = None if len(new) > _MANY else re.compile("|".join(map(re.escape, new)).encode())
                new = {
                    id_
                    for id_, data in waiting.items()
                    if names is None or b"\\" in data or names.search(data)
                }
                heirs |= new
                waiting = {id_: data for id_, data in waiting.items() if id_ not in new}
        return heirs


def read_states(sides: Sides) -> tuple[States | None, list[Diagnostic]]:
    """Read what sites share in both states; None where the new state has no site, with what is wrong."""
    before, after = sides.before, sides.after
    changed = frozenset(
        path
        for path in before.ids.keys() | after.ids.keys()
        if is_compared(path) and before.ids.get(path) != after.ids.get(path)
    )
    site, found = load_site(after.sources)
    if site is None:
        return None, found
    new = _state(after, site, Compiler(site.settings), found)
    old: State | None = None
    if SETTINGS_FILE in before.ids:
        older, found = load_site(before.sources)
        if older is not None:
            compiler: Compiling = Compiler(older.settings)
            if SETTINGS_FILE not in changed:
                compiler = _Shared(compiler, new.compiler, changed)
            old = _state(before, older, compiler, found)
    states = States(old, new, changed, _shared(changed, old, new), _round_about(changed))
    states.renamed = _renamed(states)
    return states, []


class _Shared:
    """A compiler that has what is equal in both states from the other: it is compiled once."""

    def __init__(self, own: Compiling, other: Compiling, changed: frozenset[str]) -> None:
        self._own = own
        self._changed = changed
        self._other = other
        self.line = other.line
        self.condition = other.condition

    def clause(self, file: ClauseFile, edits: Mapping[str, str]) -> tuple[Clause | None, list[Diagnostic]]:
        """Compile one text of a clause."""
        return (self._own if file.file in self._changed else self._other).clause(file, edits)


def _state(side: Side, site: Site, compiler: Compiling, found: Sequence[Diagnostic]) -> State:
    planner = SitePlanner(site, compiler, tool="", templates={}, asked=_NO_ASSETS)
    return State(side, site, compiler, planner, EntityLoader(site, side.sources), (*side.found, *found))


def _shared(changed: frozenset[str], old: State | None, new: State) -> frozenset[str]:
    """Name what of the changes many sites use."""
    if old is None:
        return _EVERYTHING
    names = {"settings"} if SETTINGS_FILE in changed else set()
    names |= {"strings"} if any(map(_STRINGS.match, changed)) else set()
    for state in (old, new):
        names |= {
            f"clause:{id_}"
            for id_, files in state.site.clauses.items()
            if any(file.file in changed for file in files)
        }
        names |= {f"policy:{id_}" for id_, file in state.site.policies.items() if file.file in changed}
    return frozenset(names)


def _round_about(changed: frozenset[str]) -> bool:
    return any(path.startswith("themes/") and not _STRINGS.match(path) for path in changed)


def _renamed(states: States) -> dict[str, str]:
    """Return for each new entity that says what it was called its old id, where that is free now."""
    old = states.before.site.entities if states.before is not None else {}
    new = states.after.site.entities
    gone = old.keys() - new.keys()
    out: dict[str, str] = {}
    for id_ in new.keys() - old.keys() if gone else ():
        file, _ = load_file(
            states.after.side.sources, "entity", id_, new[id_], states.after.site.settings.names
        )
        was: Any = file.values.get("was") or ()
        known = [one for one in was if one in gone and one not in out.values()]
        if known:
            out[id_] = known[-1]
    return out


def look_alikes(states: States) -> Iterator[tuple[str, str]]:
    """Yield pairs of entities, gone and new, whose files hold the same: renamed, and not said."""
    if states.before is None:
        return
    old, new = states.before.site.entities, states.after.site.entities
    gone = {states.before.side.ids[old[id_]]: id_ for id_ in old.keys() - new.keys()}
    for id_ in sorted(new.keys() - old.keys() - states.renamed.keys()):
        same = gone.get(states.after.side.ids[new[id_]])
        if same is not None:
            yield same, id_
