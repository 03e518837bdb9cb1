"""Find blocks that are gone in one place and stand, alike or nearly so, in another."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from policypages.redline.aligning import key_of
from policypages.redline.matching import Alignment, match_words

_WORDS: Final = 4  # fewer are no move unless what stands beside them moved too
_WORDS_NEARLY: Final = 8
_NEARLY: Final = 0.7
_RARE: Final = 8  # a word that leads to more blocks leads nowhere
_LOOKED_AT: Final = 3


def find_moves(found: Alignment) -> None:
    """Add the spans of moved blocks to an alignment, and match their words."""
    gone, come = _alone(found)
    pairs = _exact(found, gone, come)
    pairs |= _nearly(found, [x for x in gone if x not in pairs], [y for y in come if y not in pairs.values()])
    for x, y in sorted(pairs.items(), key=lambda pair: pair[1]):
        last = found.moved[-1] if found.moved else None
        if last and (last[1], last[3]) == (x, y):
            found.moved[-1] = (last[0], x + 1, last[2], y + 1)
        else:
            found.moved.append((x, x + 1, y, y + 1))
        if found.old.leaves[x].table is not None:
            found.tables[x] = y
        match_words(found, (x, x + 1, y, y + 1))
    found.moved.sort(key=lambda span: span[2])


def _alone(found: Alignment) -> tuple[list[int], list[int]]:
    """Return the blocks of which not one word stayed, on both sides."""
    moved_from = {at for span in found.moved for at in range(span[0], span[1])}
    moved_to = {at for span in found.moved for at in range(span[2], span[3])}
    gone = _unmatched(found.old.starts, found.to_new, moved_from | set(found.tables) | set(found.twins))
    come = _unmatched(
        found.new.starts, found.to_old, moved_to | set(found.tables.values()) | set(found.twins.values())
    )
    return (
        [at for at in gone if key_of(found.old.leaves[at])],
        [at for at in come if key_of(found.new.leaves[at])],
    )


def _unmatched(starts: list[int], partners: list[int], without: set[int]) -> list[int]:
    return [
        at
        for at in range(len(starts) - 1)
        if at not in without and not any(partner >= 0 for partner in partners[starts[at] : starts[at + 1]])
    ]


def _exact(found: Alignment, gone: list[int], come: list[int]) -> dict[int, int]:
    places: dict[object, list[int]] = defaultdict(list)
    for y in reversed(come):
        places[key_of(found.new.leaves[y])].append(y)
    pairs: dict[int, int] = {}
    for x in gone:
        key = key_of(found.old.leaves[x])
        if len(key) >= _WORDS and places[key]:
            pairs[x] = places[key].pop()
    free_old, free_new = set(gone) - set(pairs), set(come) - set(pairs.values())
    for x, y in list(pairs.items()):
        for step in (-1, 1):
            o, n = x + step, y + step
            while o in free_old and n in free_new and _alike(found, o, n):
                pairs[o] = n
                free_old.discard(o)
                free_new.discard(n)
                o, n = o + step, n + step
    return pairs


def _alike(found: Alignment, x: int, y: int) -> bool:
    return key_of(found.old.leaves[x]) == key_of(found.new.leaves[y])


def _nearly(found: Alignment, gone: list[int], come: list[int]) -> dict[int, int]:
    """Pair blocks that share most of their words, those that share most first; rare words lead to them."""
    old = {x: _bag(found, x) for x in gone if len(found.old.units[x]) >= _WORDS_NEARLY}
    new = {y: Counter(unit.key for unit in found.new.units[y]) for y in come}
    where: dict[str, list[int]] = defaultdict(list)
    for y, bag in new.items():
        for key in bag:
            where[key].append(y)
    good = []
    for x, bag in old.items():
        near = Counter(y for key in bag if len(where.get(key, ())) <= _RARE for y in where.get(key, ()))
        for y, _ in near.most_common(_LOOKED_AT):
            share = 2 * (bag & new[y]).total() / (bag.total() + new[y].total())
            if share >= _NEARLY:
                good.append((-share, x, y))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, x, y in sorted(good):
        if x not in pairs and y not in taken:
            pairs[x] = y
            taken.add(y)
    return pairs


def _bag(found: Alignment, x: int) -> Counter[str]:
    return Counter(unit.key for unit in found.old.units[x])
