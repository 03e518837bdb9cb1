"""Find which words of two articles are the same: by section, then by block, then by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from policypages.redline.reading import HEADINGS, Leaf, flat
from policypages.redline.sequences import common, heaviest
from policypages.redline.words import BREAK, Token, Unit, is_alone, units

Span = tuple[int, int, int, int]  # old start, old stop, new start, new stop: of blocks

# two blocks that share less than this part of the shorter one, and no run of words, are two different blocks
_ALIKE: Final = 0.35
_RUN: Final = 5
# a heading becomes a paragraph only where most of it stays
_ALIKE_ACROSS: Final = 0.6
# so many letters of a word, or of several, are forgotten between changes of so many words for each of them
_SHORT: Final = 5
_LONG: Final = 4
# a block of fewer words stays in its place only with one beside it
_SURE: Final = 8
_TABLES_ALIKE: Final = 0.3


class Side:
    """The blocks of one article, and all their words in one row."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        self.starts = [0]
        self.tokens: list[Token] = []
        self.leaf_of: list[int] = []
        for at, leaf in enumerate(leaves):
            self.tokens += leaf.tokens
            self.leaf_of += [at] * len(leaf.tokens)
            self.starts.append(len(self.tokens))
        self.sections = _sections(leaves)
        self.units = [units(leaf.tokens, at, self.starts[at]) for at, leaf in enumerate(leaves)]


@dataclass(slots=True)
class Alignment:
    """What belongs together; a place is -1 where there is nothing.

    `moved` are spans of blocks that stand elsewhere now; what is matched within them is matched there. All
    other matches rise on both sides.
    """

    old: Side
    new: Side
    to_new: list[int]
    to_old: list[int]
    tables: dict[int, int] = field(default_factory=dict)
    moved: list[Span] = field(default_factory=list)
    floors: list[int] = field(default_factory=list)  # by old block, the first new block of its section

    def match(self, old: int, new: int) -> None:
        """Let two words be one."""
        self.to_new[old], self.to_old[new] = new, old

    def part(self, old: int) -> None:
        """Let a word of the old article be no word of the new one."""
        self.to_old[self.to_new[old]] = -1
        self.to_new[old] = -1


def align(old: Sequence[Leaf], new: Sequence[Leaf], was: Mapping[str, str]) -> Alignment:
    """Align two articles; `was` names the new anchor of a section whose anchor was another."""
    one, other = Side(old), Side(new)
    found = Alignment(one, other, [-1] * len(one.tokens), [-1] * len(other.tokens))
    floors: dict[int, int] = {}
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


def _sections(leaves: Sequence[Leaf]) -> list[str]:
    """Return by block the anchor of the section that it stands in, or of the last heading that has one."""
    found = []
    heading = ""
    for leaf in leaves:
        heading = leaf.id if leaf.tag in HEADINGS else heading
        boxes = [box.id for box in leaf.path if box.id]
        found.append(boxes[-1] if boxes else heading)
    return found


def _chunks(old: Sequence[Leaf], new: Sequence[Leaf], was: Mapping[str, str]) -> Iterator[tuple[Span, bool]]:
    """Cut both articles where a section opens that both have, and tell which sections have moved."""
    in_new: dict[str, int] = {}
    taken: set[int] = set()
    for at, id_ in _starts(new):
        if at not in taken or id_ in was.values():
            in_new[id_] = at
            taken.add(at)
    pairs = {0: 0} if old and new else {}
    for at, id_ in _starts(old):
        place = in_new.get(was.get(id_, id_), in_new.get(id_, -1))
        if place > 0 and at > 0 and at not in pairs and place not in pairs.values():
            pairs[at] = place
    if not pairs:
        yield (0, len(old), 0, len(new)), False
        return
    old_stops = dict(zip(sorted(pairs), [*sorted(pairs)[1:], len(old)], strict=True))
    new_stops = dict(zip(sorted(pairs.values()), [*sorted(pairs.values())[1:], len(new)], strict=True))
    weighed = [
        (o, n, 1 + min(_weight(old[o : old_stops[o]]), _weight(new[n : new_stops[n]])))
        for o, n in pairs.items()
        if o
    ]
    stay = {(0, 0), *heaviest(weighed)}
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
    for x, y in _sure(found, anchors):
        _between(found, (o, x, n, y))
        o, n = x + 1, y + 1
        if o <= o1 and n <= n1:
            _same(found, o - 1, n - 1)


def _sure(found: Alignment, anchors: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Leave out a short block that stands by itself: its place may cost more words than it has."""
    known = set(anchors)
    for x, y in anchors:
        long = x < len(found.old.leaves) and (
            len(found.old.units[x]) >= _SURE or found.old.leaves[x].table is not None
        )
        if long or (x, y) == anchors[-1] or known & {(x - 1, y - 1), (x + 1, y + 1)}:
            yield x, y


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


# ---- words


def match_words(found: Alignment, span: Span) -> None:
    """Match the words of blocks, and forget what two blocks share by chance."""
    o0, o1, n0, n1 = span
    old, new = found.old.units[o0:o1], found.new.units[n0:n1]
    pairs = _common(_all(old), _all(new))
    strong = _strong(found, pairs)
    if not strong:
        return
    if all((x.leaf, y.leaf) in strong for x, y in pairs):
        groups = [(_all(old), _all(new))]
    else:
        groups = [
            (_all(found.old.units[x] for x in xs), _all(found.new.units[y] for y in ys))
            for xs, ys in _groups(strong)
        ]
    for ours, theirs in groups:
        kept = [pair for pair in _common(ours, theirs) if (pair[0].leaf, pair[1].leaf) in strong]
        kept = _smooth(kept)
        for x, y in kept:
            for at in range(x.stop - x.start):
                found.match(x.start + at, y.start + at)
        _refine(found, ours, theirs, kept, strong)


def _all(leaves: Iterator[list[Unit]] | Sequence[list[Unit]]) -> list[Unit]:
    return [unit for leaf in leaves for unit in leaf]


def _common(old: list[Unit], new: list[Unit]) -> list[tuple[Unit, Unit]]:
    pairs = common([unit.key for unit in old], [unit.key for unit in new])
    return [(old[x], new[y]) for x, y in pairs]


def _strong(found: Alignment, pairs: list[tuple[Unit, Unit]]) -> set[tuple[int, int]]:
    """Return which blocks belong together: those that share a run of words, or much of the shorter one."""
    strong = set()
    for (x, y), group in groupby(pairs, key=lambda pair: (pair[0].leaf, pair[1].leaf)):
        shared = list(group)
        sizes = len(found.old.units[x]), len(found.new.units[y])
        across = (found.old.leaves[x].tag in HEADINGS) != (found.new.leaves[y].tag in HEADINGS)
        if across:
            good = len(shared) >= _ALIKE_ACROSS * max(sizes)
        else:
            good = len(shared) >= _ALIKE * min(sizes) or _longest(shared) >= _RUN
        if good:
            strong.add((x, y))
    return strong


def _smooth(pairs: list[tuple[Unit, Unit]]) -> list[tuple[Unit, Unit]]:
    """Forget a short word between two long changes: there it is chance, and in the way of reading."""
    runs: list[list[tuple[Unit, Unit]]] = []
    for x, y in pairs:
        if runs and runs[-1][-1][0].stop == x.start and runs[-1][-1][1].stop == y.start:
            runs[-1].append((x, y))
        else:
            runs.append([(x, y)])
    kept: list[list[tuple[Unit, Unit]]] = []
    for at, run in enumerate(runs):
        size = sum(len(x.key) for x, _ in run)
        if size <= _SHORT and kept and at + 1 < len(runs):
            before, after = kept[-1][-1], runs[at + 1][0]
            left = max(run[0][0].start - before[0].stop, run[0][1].start - before[1].stop)
            right = max(after[0].start - run[-1][0].stop, after[1].start - run[-1][1].stop)
            leaves = {(x.leaf, y.leaf) for x, y in (before, run[0], after)}
            if len(leaves) == 1 and min(left, right) >= _LONG * len(run):
                continue
        kept.append(run)
    return [pair for run in kept for pair in run]


def _longest(pairs: list[tuple[Unit, Unit]]) -> int:
    """Return how many words of the longest run stand side by side in both."""
    longest = run = 0
    before: tuple[int, int] | None = None
    for x, y in pairs:
        run = run + 1 if before == (x.start, y.start) else 1
        longest = max(longest, run)
        before = (x.stop, y.stop)
    return longest


def _groups(links: set[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Put blocks together that are linked: one with one, or one with those that it was cut into."""
    groups: list[tuple[list[int], list[int]]] = []
    for x, y in sorted(links):
        if groups and (groups[-1][0][-1] == x or groups[-1][1][-1] == y):
            xs, ys = groups[-1]
            xs += [x] if xs[-1] != x else []
            ys += [y] if ys[-1] != y else []
        else:
            groups.append(([x], [y]))
    return groups


def _refine(
    found: Alignment,
    old: list[Unit],
    new: list[Unit],
    kept: list[tuple[Unit, Unit]],
    strong: set[tuple[int, int]],
) -> None:
    """Within what differs, match words that differ only in the signs that stand at them."""
    old_at = {unit.start: at for at, unit in enumerate(old)}
    new_at = {unit.start: at for at, unit in enumerate(new)}
    o = n = 0
    ends = [(old_at[x.start], new_at[y.start]) for x, y in kept]
    for x, y in [*ends, (len(old), len(new))]:
        if o < x and n < y:
            _signs(found, _tokens(old[o:x]), _tokens(new[n:y]), strong)
        o, n = x + 1, y + 1


def _tokens(group: list[Unit]) -> list[int]:
    return [at for unit in group for at in range(unit.start, unit.stop)]


def _signs(found: Alignment, old: list[int], new: list[int], strong: set[tuple[int, int]]) -> None:
    ours, theirs = found.old, found.new
    pairs = [
        (old[x], new[y])
        for x, y in common([ours.tokens[at].key for at in old], [theirs.tokens[at].key for at in new])
        if (ours.leaf_of[old[x]], theirs.leaf_of[new[y]]) in strong
        and not (_is_unit(ours, old[x]) and _is_unit(theirs, new[y]))
    ]
    good = [_is_word(ours.tokens[x]) for x, _ in pairs]
    # a sign counts where it stands at a word that counts
    for order in (range(1, len(pairs)), range(len(pairs) - 2, -1, -1)):
        for at in order:
            near = at - 1 if order.step > 0 else at + 1
            (x, y), (p, q) = sorted((pairs[near], pairs[at]))[::-1]
            beside = (x - p, y - q) == (1, 1)
            if beside and good[near] and not (ours.tokens[x].space or theirs.tokens[y].space):
                good[at] = True
    for (x, y), fine in zip(pairs, good, strict=True):
        if fine:
            found.match(x, y)


def _is_unit(side: Side, at: int) -> bool:
    """Tell whether a word stands alone, without signs at it."""
    leaf = side.leaf_of[at]
    token, behind = side.tokens[at], at + 1
    glued = behind < side.starts[leaf + 1] and not side.tokens[behind].space
    return bool(token.space) and not glued


def _is_word(token: Token) -> bool:
    return token.text[:1].isalnum() and not is_alone(token.text)


def glue(found: Alignment, old_leaf: int) -> None:
    """Part words that stood together without a space and would now stand in two blocks: that is a change."""
    start, stop = found.old.starts[old_leaf], found.old.starts[old_leaf + 1]
    host = -1
    for at in range(start, stop):
        place = found.to_new[at]
        if place < 0:
            continue
        token = found.old.tokens[at]
        leaf = found.new.leaf_of[place]
        glued = at > start and token.space == "" and not token.html and not found.old.tokens[at - 1].html
        alone = is_alone(token.text) or (at > start and is_alone(found.old.tokens[at - 1].text[-1:]))
        if host not in {-1, leaf} and glued and not alone and token.space != BREAK:
            found.part(at)
        else:
            host = leaf
