"""The rows of the overview, in little room: names, pages, and which clauses each entity uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from policypages.model import SitePlan

_KINDS: Final = ("clause:", "policy:")
_SHORTEST: Final = 2
_SUGGESTED: Final = 6


class Shape(NamedTuple):
    """What many entities have alike: pages as (title, path below the site, locale), and ancestors' files.

    A group has no pages, and is no site.
    """

    is_site: bool
    sample: bool
    pages: tuple[tuple[str, str, str], ...]
    ancestors: tuple[str, ...]


class Row(NamedTuple):
    """One entity: `uses` has a bit for each name that it shares with others."""

    name: str
    shape: Shape
    uses: int


class Rows:
    """All rows that are known, by id. What sites share has a number each, which is a bit of `uses`."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._shapes: dict[Shape, Shape] = {}
        self._bits: dict[str, int] = {}

    def name_shared(self, names: Iterable[str]) -> None:
        """Begin anew with the names of what sites share."""
        self._bits = {name: 1 << at for at, name in enumerate(names)}
        self.rows = {}
        self._shapes = {}

    def put(self, id_: str, plan: SitePlan | None, lineage: Sequence[str]) -> None:
        """Keep what a plan says of an entity."""
        skip = len(id_) + 1
        pages = tuple((title, path[skip:], locale) for title, path, locale in plan.pages) if plan else ()
        shape = Shape(plan is not None, bool(plan and plan.sample), pages, tuple(lineage[1:]))
        uses = 0
        for name in plan.uses if plan else ():
            uses |= self._bits.get(name, 0)
        self.rows[id_] = Row(plan.name if plan else id_, self._same(shape), uses)

    def put_told(self, id_: str, name: str, shape: Shape, uses: int) -> None:
        """Keep what another process says of an entity."""
        self.rows[id_] = Row(name, shape, uses)

    def shape_of(self, told: Sequence[Any]) -> Shape:
        """Return the shape that another process wrote as JSON."""
        is_site, sample, pages, ancestors = told
        return self._same(Shape(is_site, sample, tuple([tuple(page) for page in pages]), tuple(ancestors)))

    def _same(self, shape: Shape) -> Shape:
        return self._shapes.setdefault(shape, shape)

    def drop(self, ids: Iterable[str]) -> None:
        """Forget entities that are gone."""
        for id_ in ids:
            self.rows.pop(id_, None)

    def below(self, files: Collection[str]) -> list[str]:
        """Return the entities that inherit from one of these files."""
        shapes = {shape for shape in self._shapes if not frozenset(files).isdisjoint(shape.ancestors)}
        return [id_ for id_, row in self.rows.items() if row.shape in shapes] if shapes else []

    def using(self, name: str) -> Iterator[str]:
        """Return the entities that use what is shared under a name such as `clause:web-logs`."""
        bit = self._bits.get(name)
        if bit is not None:
            yield from (id_ for id_, row in self.rows.items() if row.uses & bit)

    def search(self, ids: Sequence[str], words: str) -> list[str]:
        """Return the sites in which all of some words are found; what is not known yet may be one.

        A word is looked for in id, name and titles of policies; `clause:web-logs` and `policy:privacy`
        ask for what a site uses.
        """
        asked = words.casefold().split()
        masks = [self._mask(word) for word in asked if word.startswith(_KINDS)]
        wanted = [word for word in asked if not word.startswith(_KINDS)]
        titles = {shape: "\n".join(page[0] for page in shape.pages).casefold() for shape in self._shapes}
        out = []
        for id_ in ids:
            row = self.rows.get(id_)
            if row is None:
                text, uses = id_, 0
            elif row.shape.is_site:
                text = f"{id_}\n{row.name.casefold()}\n{titles[row.shape]}" if wanted else ""
                uses = row.uses
            else:
                continue
            if all(word in text for word in wanted) and all(uses & mask for mask in masks):
                out.append(id_)
        return out

    def _mask(self, word: str) -> int:
        """Return the bits of what is called so, or else of all clauses or policies whose names hold it."""
        if word in self._bits:
            return self._bits[word]
        kind, _, part = word.partition(":")
        return sum(bit for name, bit in self._bits.items() if name.startswith(kind) and part in name)

    def suggest(self, words: str) -> list[str]:
        """Return the clauses and policies that the last of some words may mean: `clause:web-logs`."""
        word = (words.casefold().split() or [""])[-1]
        if len(word) < _SHORTEST or word in self._bits:
            return []
        kind, colon, part = word.rpartition(":")
        ids = {name: name.partition(":")[2] for name in self._bits if name.startswith(kind + colon)}
        found = sorted((not id_.startswith(part), name) for name, id_ in ids.items() if part in id_)
        return [name for _, name in found[:_SUGGESTED]]
