"""Decide where the words of the old article stand in the new one: within its blocks, or between them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from policypages.redline.matching import Alignment, Span, glue


@dataclass(slots=True)
class Places:
    """Where one span of the old article stands in the span of the new one that it became.

    `within` lists by new block the old words it shows, `behind` by new block the old blocks that follow it
    (before the first: the number before it).
    """

    within: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    behind: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def place(found: Alignment, span: Span, elsewhere: frozenset[int]) -> Places:
    """Place the old blocks of a span; those that are `elsewhere` now stand here as gone."""
    o0, o1, n0, n1 = span
    for x in range(o0, o1):
        if x not in elsewhere:
            glue(found, x)
    places = Places()
    last = n0 - 1
    following = _following(found, span, elsewhere)
    for x in range(o0, o1):
        here = _here(found, x, elsewhere)
        if here >= 0:
            last = _words(found, x, here, places)
        elif last >= n0 and following[x - o0] == last and _within(found, last):
            if _is_whole(found, x):
                _part_after(found, x, last, o1)
                following = _following(found, span, elsewhere)
                places.behind[last].append(x)
            else:
                places.within[last] += range(found.old.starts[x], found.old.starts[x + 1])
        elif found.old.leaves[x].tokens or found.old.leaves[x].table is not None:
            floor = found.floors[x] - 1 if x not in elsewhere else -1
            last = min(max(last, floor, n0 - 1), n1 - 1)  # what follows in the old article follows here
            places.behind[last].append(x)
    return places


def _here(found: Alignment, old: int, elsewhere: frozenset[int]) -> int:
    """Return the new block in which the first word of an old one that stayed stands; -1 where none stayed."""
    if old in elsewhere:
        return -1
    if old in found.tables:
        return found.tables[old]
    for at in range(found.old.starts[old], found.old.starts[old + 1]):
        if found.to_new[at] >= 0:
            return found.new.leaf_of[found.to_new[at]]
    return found.twins.get(old, -1)


def _words(found: Alignment, old: int, host: int, places: Places) -> int:
    """Give each word of an old block to the new block of the word before it that stayed; return the last."""
    for at in range(found.old.starts[old], found.old.starts[old + 1]):
        if found.to_new[at] >= 0:
            host = found.new.leaf_of[found.to_new[at]]
        places.within[host].append(at)
    return host


def _within(found: Alignment, new: int) -> bool:
    return found.new.leaves[new].table is None


def _is_whole(found: Alignment, old: int) -> bool:
    """Tell whether a block cannot stand within a line of words."""
    leaf = found.old.leaves[old]
    return leaf.table is not None or leaf.tag == "hr"


def _part_after(found: Alignment, old: int, new: int, stop: int) -> None:
    """Part the words of a new block from old ones that stood behind a block which cannot stand within it."""
    for at in range(found.old.starts[old + 1], found.old.starts[stop]):
        if found.to_new[at] >= 0 and found.new.leaf_of[found.to_new[at]] == new:
            found.part(at)


def _following(found: Alignment, span: Span, elsewhere: frozenset[int]) -> list[int]:
    """Return for each old block the new block of the next word that stayed."""
    o0, o1, _, n1 = span
    following = []
    host = n1
    for x in range(o1 - 1, o0 - 1, -1):
        following.append(host)
        here = _here(found, x, elsewhere)
        host = here if here >= 0 else host
    following.reverse()
    return following
