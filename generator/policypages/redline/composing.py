"""Put both articles together: the new one, with what is gone standing where it stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from policypages.redline.aligning import align
from policypages.redline.boxes import Nest, join
from policypages.redline.changes import Change
from policypages.redline.marking import marked, whole
from policypages.redline.matching import Alignment, Side, Span
from policypages.redline.moving import find_moves
from policypages.redline.parsing import Attrs, open_tag
from policypages.redline.placing import Places, place
from policypages.redline.reading import Box, Leaf, plain
from policypages.redline.tables import compare_tables, whole_table
from policypages.redline.words import Token

_DERIVED: Final = frozenset({"id", "data-label"})


def compose(
    old: list[Leaf], new: list[Leaf], was: Mapping[str, str], *, section: str = ""
) -> tuple[str, list[Change]]:
    """Return the blocks of two articles as one, and the changes in their order."""
    found = align(old, new, was)
    find_moves(found)
    composer = _Composer(found, section)
    span = (0, len(old), 0, len(new))
    moved_from = frozenset(at for one in found.moved for at in range(one[0], one[1]))
    composer.span(span, place(found, span, moved_from), moved_from)
    return composer.nest.html(), composer.changes


@dataclass(slots=True)
class _Composer:
    found: Alignment
    section: str
    nest: Nest = field(init=False)
    changes: list[Change] = field(default_factory=list)
    sources: dict[Box, Box] = field(init=False)
    numbers: dict[int, str] = field(init=False)  # of its move, by old block
    tables: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        joined = join(self.found)
        self.nest = Nest(joined, self.found.new.leaves)
        self.sources = {new: old for old, new in joined.items()}
        moves = enumerate(self.found.moved, 1)
        self.numbers = {x: str(at) for at, span in moves for x in range(span[0], span[1])}
        self.tables = {new: old for old, new in self.found.tables.items()}

    def span(self, span: Span, places: Places, elsewhere: frozenset[int]) -> None:
        """Lay out one span of the new article."""
        _, _, start, stop = span
        moves = {one[2]: one for one in self.found.moved}
        self._gone(places.behind[start - 1], start, elsewhere)
        y = start
        while y < stop:
            if y in moves:
                self._moved(moves[y])
                upto = moves[y][3]
            else:
                self._leaf(y, places.within[y], "")
                upto = y + 1
            for at in range(y, upto):
                self._gone(places.behind[at], upto, elsewhere)
            y = upto

    def _moved(self, span: Span) -> None:
        number = self.numbers[span[0]]
        places = place(self.found, span, frozenset())
        section = self._section(self.found.new, span[2])
        texts = (
            " ".join(filter(None, map(plain, side)))
            for side in (self.found.old.leaves[span[0] : span[1]], self.found.new.leaves[span[2] : span[3]])
        )
        self.changes.append(Change("moved", section, *texts))
        self._gone(places.behind[span[2] - 1], span[2], frozenset(), within=number)
        for y in range(span[2], span[3]):
            self._leaf(y, places.within[y], number)
            self._gone(places.behind[y], y + 1, frozenset(), within=number)

    # ---- what is gone

    def _gone(self, olds: list[int], upto: int, elsewhere: frozenset[int], *, within: str = "") -> None:
        for x in olds:
            leaf = self.found.old.leaves[x]
            number = self.numbers.get(x, "")
            moved = x in elsewhere
            classes = "redline-moved-from" if moved else "redline-removed"
            data: Attrs = (("data-redline-move", number),) if moved else ()
            if within:
                classes += " redline-moved-to"
                data = (("data-redline-move", within),)
            if not moved:
                self.changes.append(Change("removed", self._section(self.found.old, x), plain(leaf), ""))
            if leaf.table is not None:
                inside = whole_table(leaf.table, "del", moved=moved)
            elif leaf.tag == "hr":
                inside = ""
            else:
                inside = whole(leaf.tokens, "del", moved=moved)
            if within and inside and leaf.table is None:
                inside = f'<ins class="redline redline-moved">{inside}</ins>'
            self.nest.old(leaf, upto, inside, classes, data)

    # ---- what is there

    def _leaf(self, y: int, hosted: list[int], number: str) -> None:
        leaf = self.found.new.leaves[y]
        section = self._section(self.found.new, y)
        classes = ["redline-moved-to"] if number else []
        data = [("data-redline-move", number)] if number else []
        source: Leaf | None
        if leaf.table is not None:
            source = self.found.old.leaves[self.tables[y]] if y in self.tables else None
            moved = bool(number)
            if source is not None and source.table is not None:
                inside, changes = compare_tables(source.table, leaf.table, section, compose, moved=moved)
            else:
                inside, changes = whole_table(leaf.table, "ins"), []
        else:
            source = self._source(hosted)
            inside, changes = marked(list(self._pairs(y, hosted)), section, moved=bool(number))
        if source is None and not hosted and (leaf.tokens or leaf.table):
            classes.append("redline-added")
            changes = [Change("added", section, "", plain(leaf))]
            if leaf.table is None:
                inside = "" if leaf.tag == "hr" else whole(leaf.tokens, "ins", moved=bool(number))
        elif source is not None and (was := _begun(source)) != (now := _begun(leaf)):
            classes.append("redline-attribute")
            data.append(("data-redline-was", was))
            changes.append(Change("attribute", section, was, now, _opening(leaf)))
        self._boxes(leaf, section)
        self.changes += changes
        self.nest.new(y, inside, classes, tuple(data))

    def _boxes(self, leaf: Leaf, section: str) -> None:
        """Tell where a list or a section is another element than it was."""
        for box in leaf.path:
            source = self.sources.pop(box, None)
            if source is not None and (was := _begun(source)) != (now := _begun(box)):
                self.nest.changed[box] = was
                self.changes.append(Change("attribute", section, was, now, _opening(leaf)))

    def _source(self, hosted: list[int]) -> Leaf | None:
        """Return the old block that gave a new one the most words."""
        votes = Counter(self.found.old.leaf_of[at] for at in hosted if self.found.to_new[at] >= 0)
        if not votes and hosted:
            votes[self.found.old.leaf_of[hosted[0]]] = 1
        return self.found.old.leaves[votes.most_common(1)[0][0]] if votes else None

    def _pairs(self, y: int, hosted: list[int]) -> Iterator[tuple[Token | None, Token | None]]:
        """Go through the words of both, in the order of both, what is gone before what is new."""
        old, new = self.found.old.tokens, self.found.new.tokens
        at, stop = self.found.new.starts[y], self.found.new.starts[y + 1]
        for x in hosted:
            place = self.found.to_new[x]
            if not at <= place < stop:
                yield old[x], None
                continue
            while at < place:
                yield None, new[at]
                at += 1
            yield old[x], new[at]
            at += 1
        while at < stop:
            yield None, new[at]
            at += 1

    def _section(self, side: Side, at: int) -> str:
        """Return the anchor of the section that a block stands in, or of the heading before it."""
        return side.sections[at] or self.section


def _begun(one: Leaf | Box) -> str:
    """Return the beginning of the element of a block, or of what holds its bare words."""
    if isinstance(one, Leaf) and not one.tag:
        return f"<{one.path[-1].tag}>" if one.path else ""
    return open_tag(one.tag, tuple(pair for pair in one.attrs if pair[0] not in _DERIVED))


def _opening(leaf: Leaf) -> str:
    return " ".join(plain(leaf).split()[:8])
