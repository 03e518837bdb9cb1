"""Find which words of two articles are the same: by section, then by block, then by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policypages.redline.matching import Alignment, Side, Span, all_units, common_units, match_words
from policypages.redline.reading import HEADINGS, Leaf, flat
from policypages.redline.sequences import common, heaviest

# a block of fewer words stays in its place only with one beside it
_SURE: Final = 8
_COST: Final = 3
_TABLES_ALIKE: Final = 0.3


def align(old: Sequence[Leaf], new: Sequence[Leaf], was: Mapping[str, str]) -> Alignment:
    """Align two articles; `was` names the new anchor of a section whose anchor was another."""
    one, other = Side(old), Side(new)
    found = Alignment(one, other, [-1] * len(one.tokens), [-1] * len(other.tokens))
    floors: dict[int, int] = {}
    found.was = was
    for span, moved in _chunks(one.leaves, other.leaves, was):
        if moved:
            last = found.moved[-1] if found.moved else None
            if last and (last[1], last[3]) == (span[0], span[2]):
                found.moved[-1] = (last[0], span[1], last[2], span[3])
            else:
                found.moved.append(span)
        floors.update(dict.fromkeys(range(span[0], span[1]), 0 if moved else span[2]))
        _blocks(found, span)
    found.floors = [floors[at] for at in range(len(old))]
    return found


# ---- sections


def _starts(leaves: Sequence[Leaf]) -> Iterator[tuple[int, str]]:
    """Go through what opens a section: an element with an anchor round blocks, or a heading with one."""
    seen = {""}
    before: tuple[object, ...] = ()
    for at, leaf in enumerate(leaves):
        opened = [box.id for box in leaf.path if box not in before]
        for id_ in [*opened, leaf.id if leaf.tag in HEADINGS else ""]:
            if id_ not in seen:
                seen.add(id_)
                yield at, id_
        before = leaf.path


def _chunks(old: Sequence[Leaf], new: Sequence[Leaf], was: Mapping[str, str]) -> Iterator[tuple[Span, bool]]:
    """Cut both articles where a section opens that both have, and tell which sections have moved."""
    in_new: dict[str, int] = {}
    for at, id_ in _starts(new):
        if at not in in_new.values() or id_ in was.values():
            in_new[id_] = at
    pairs: dict[int, int] = {}
    for at, id_ in _starts(old):
        place = in_new.get(was.get(id_, id_), in_new.get(id_, -1))
        if place >= 0 and at not in pairs and place not in pairs.values():
            pairs[at] = place
    ours, theirs = sorted(pairs), sorted(pairs.values())
    old_stops = dict(zip(ours, [*ours[1:], len(old)], strict=False))
    new_stops = dict(zip(theirs, [*theirs[1:], len(new)], strict=False))
    yield (0, min(ours, default=len(old)), 0, min(theirs, default=len(new))), False
    weighed = [
        (o, n, 1 + min(_weight(old[o : old_stops[o]]), _weight(new[n : new_stops[n]])))
        for o, n in pairs.items()
    ]
    stay = set(heaviest(weighed))
    for o, n in sorted(pairs.items(), key=lambda pair: pair[1]):
        yield (o, old_stops[o], n, new_stops[n]), (o, n) not in stay


def _weight(leaves: Sequence[Leaf]) -> int:
    return sum(len(leaf.tokens) for leaf in flat(list(leaves)))


# ---- blocks


def key_of(leaf: Leaf) -> tuple[object, ...]:
    """Return what is the same for two blocks that a reader cannot tell apart, but for quotes and links."""
    if leaf.table is not None:
        return ("table", *(key_of(one) for one in flat([leaf])))
    return tuple([(token.key, bool(token.space)) for token in leaf.tokens])


def _blocks(found: Alignment, span: Span) -> None:
    """Match blocks that are the same, first those that stand once on both sides; then what is between."""
    o0, o1, n0, n1 = span
    old = [key_of(leaf) for leaf in found.old.leaves[o0:o1]]
    new = [key_of(leaf) for leaf in found.new.leaves[n0:n1]]
    pairs = _once(old, new)
    anchors = []
    o = n = 0
    for to_o, to_n in [*pairs, (len(old), len(new))]:
        common_here = common(old[o:to_o], new[n:to_n])
        anchors += [(o0 + o + x, n0 + n + y) for x, y in common_here if old[o + x]]
        anchors.append((o0 + to_o, n0 + to_n))
        o, n = to_o + 1, to_n + 1
    o, n = o0, n0
    for x, y in _sure(found, span, anchors):
        _between(found, (o, x, n, y))
        o, n = x + 1, y + 1
        if o <= o1 and n <= n1:
            _same(found, o - 1, n - 1)


def _sure(found: Alignment, span: Span, anchors: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Leave out short blocks that stand by themselves where their place costs more words than they have."""
    known = set(anchors)
    o, n = span[0], span[2]
    short: list[tuple[int, int]] = []
    for x, y in anchors:
        end = (x, y) == anchors[-1]
        long = not end and (len(found.old.units[x]) >= _SURE or found.old.leaves[x].table is not None)
        if end or long or known & {(x - 1, y - 1), (x + 1, y + 1)}:
            if short and _pays(found, (o, x, n, y), short):
                yield from short
            yield x, y
            o, n, short = x + 1, y + 1, []
        else:
            short.append((x, y))


def _pays(found: Alignment, span: Span, short: list[tuple[int, int]]) -> bool:
    """Tell whether as many words stay where short blocks keep their place as where they need not."""
    o0, o1, n0, n1 = span
    free = len(common_units(all_units(found.old.units[o0:o1]), all_units(found.new.units[n0:n1])))
    kept = 0
    for x, y in [*short, (o1, n1)]:
        kept += len(common_units(all_units(found.old.units[o0:x]), all_units(found.new.units[n0:y])))
        kept += len(found.old.units[x]) if x < o1 else 0
        o0, n0 = x + 1, y + 1
    return kept >= free - _COST * len(short)


def _once(old: Sequence[tuple[object, ...]], new: Sequence[tuple[object, ...]]) -> list[tuple[int, int]]:
    old_count, new_count = Counter(old), Counter(new)
    places = {key: at for at, key in enumerate(new) if new_count[key] == 1}
    return heaviest(
        [
            (at, places[key], len(key))
            for at, key in enumerate(old)
            if key and old_count[key] == 1 and key in places
        ]
    )


def _same(found: Alignment, old: int, new: int) -> None:
    if found.old.leaves[old].table is not None:
        found.tables[old] = new
    for at in range(found.old.starts[old + 1] - found.old.starts[old]):
        found.match(found.old.starts[old] + at, found.new.starts[new] + at)


def _between(found: Alignment, span: Span) -> None:
    """Match tables that are alike, then the words of what stands between them."""
    o0, o1, n0, n1 = span
    if o0 >= o1 or n0 >= n1:
        return
    old = [(at, _bag(found.old.leaves[at])) for at in range(o0, o1) if found.old.leaves[at].table]
    new = [(at, _bag(found.new.leaves[at])) for at in range(n0, n1) if found.new.leaves[at].table]
    pairs = [(x, y, weight) for x, one in old for y, other in new if (weight := _shared(one, other))]
    o, n = o0, n0
    for x, y in [*heaviest(pairs), (o1, n1)]:
        match_words(found, (o, x, n, y))
        if x < o1:
            found.tables[x] = y
        o, n = x + 1, y + 1


def _bag(leaf: Leaf) -> Counter[str]:
    return Counter(token.key for one in flat([leaf]) for token in one.tokens)


def _shared(one: Counter[str], other: Counter[str]) -> int:
    """Return how much two tables share; 0 where it is too little for one table."""
    shared = (one & other).total()
    return shared if shared and 2 * shared >= _TABLES_ALIKE * (one.total() + other.total()) else 0
