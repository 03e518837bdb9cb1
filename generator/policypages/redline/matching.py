"""Match the words of blocks that belong together, and part those that share a word by chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from policypages.redline.reading import HEADINGS, Leaf
from policypages.redline.sequences import common
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
# so few words may stand in the place of others without one in common
_FEW: Final = 8


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


def _sections(leaves: Sequence[Leaf]) -> list[str]:
    """Return by block the anchor of the section that it stands in, or of the last heading that has one."""
    found = []
    heading = ""
    for leaf in leaves:
        heading = leaf.id if leaf.tag in HEADINGS else heading
        boxes = [box.id for box in leaf.path if box.id]
        found.append(boxes[-1] if boxes else heading)
    return found


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
    twins: dict[int, int] = field(default_factory=dict)  # a block for another, with no word in common
    moved: list[Span] = field(default_factory=list)
    was: Mapping[str, str] = field(default_factory=dict)
    floors: list[int] = field(default_factory=list)  # by old block, the first new block of its section

    def match(self, old: int, new: int) -> None:
        """Let two words be one."""
        self.to_new[old], self.to_old[new] = new, old

    def part(self, old: int) -> None:
        """Let a word of the old article be no word of the new one."""
        self.to_old[self.to_new[old]] = -1
        self.to_new[old] = -1


def match_words(found: Alignment, span: Span) -> None:
    """Match the words of blocks, and forget what two blocks share by chance."""
    o0, o1, n0, n1 = span
    old, new = found.old.units[o0:o1], found.new.units[n0:n1]
    pairs = common_units(all_units(old), all_units(new))
    strong = _strong(found, pairs)
    if not strong:
        _twins(found, span)
        return
    for xs, ys in _groups(strong):
        ours, theirs = all_units(found.old.units[x] for x in xs), all_units(found.new.units[y] for y in ys)
        kept = [pair for pair in common_units(ours, theirs) if (pair[0].leaf, pair[1].leaf) in strong]
        kept = _smooth(kept)
        for x, y in kept:
            for at in range(x.stop - x.start):
                found.match(x.start + at, y.start + at)
        _refine(found, ours, theirs, kept, strong)


def _twins(found: Alignment, span: Span) -> None:
    """Let a short block stand in the place of one other, as the value in a table does."""
    o0, o1, n0, n1 = span
    if o1 - o0 == n1 - n0 == 1:
        old, new = found.old.leaves[o0], found.new.leaves[n0]
        short = max(len(found.old.units[o0]), len(found.new.units[n0])) <= _FEW
        if short and old.tag == new.tag != "hr" and old.tokens and new.tokens:
            found.twins[o0] = n0


def all_units(leaves: Iterable[list[Unit]]) -> list[Unit]:
    """Return what stands between spaces in several blocks, in one row."""
    return [unit for leaf in leaves for unit in leaf]


def common_units(old: list[Unit], new: list[Unit]) -> list[tuple[Unit, Unit]]:
    """Return the most that two rows of words have in common."""
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
    _ends(found, old, new, strong)
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


def _ends(found: Alignment, old: list[int], new: list[int], strong: set[tuple[int, int]]) -> None:
    """Match the signs that both sides end with, a full stop or a bracket, and take them off."""
    ours, theirs = found.old, found.new
    while len(old) > 1 and len(new) > 1 and (ours.leaf_of[old[-1]], theirs.leaf_of[new[-1]]) in strong:
        one, other = ours.tokens[old[-1]], theirs.tokens[new[-1]]
        if one.key != other.key or one.space or other.space or one.html or one.text[:1].isalnum():
            return
        found.match(old.pop(), new.pop())


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
