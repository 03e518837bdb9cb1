"""Find runs of words that say nearly the same, among very many, without comparing each with each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from policypages.checks.kinds import ClauseText
from policypages.checks.tokens import Difference, Token, difference, shown, tokens
from policypages.formats.clauses import Passage

FEWEST: Final = 8  # words: what is shorter is alike by chance
_DIFFERENT: Final = 0.2  # of the words of the longer text, at most
_SHINGLE: Final = 3  # words
_SHARED: Final = 0.2  # of the shingles of the shorter text, at least, or nobody looks closer
_COMMON: Final = 64  # a shingle in more texts than these is a phrase that says nothing
_CLOSEST: Final = 8  # texts that are compared word by word with one
_READINGS: Final = 8
_Step = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run of words of a text, in each of its readings; `order` is its place among all."""

    text: ClauseText
    order: int
    readings: tuple[tuple[Passage, tuple[Token, ...]], ...]

    @property
    def passage(self) -> Passage:
        """The run in its first reading."""
        return self.readings[0][0]

    def words(self) -> Iterator[tuple[str, ...]]:
        """Yield the words of each reading, folded."""
        return (tuple(token.fold for token in some if token.fold) for _, some in self.readings)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where two runs differ: what the one has, what the other, and how that is called."""

    before: str
    after: str
    around: tuple[str, str]
    kind: Difference
    start: int
    end: int

    def __str__(self) -> str:
        """Show both, with a word of what stands round them."""
        old = f"[-{self.before}-]" if self.before else ""
        new = f"{{+{self.after}+}}" if self.after else ""
        return " ".join(filter(None, (self.around[0], old + new, self.around[1])))


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A run that says nearly what another says; `passage` is the reading of it that is nearest."""

    run: Run
    passage: Passage
    spots: tuple[Spot, ...]


@dataclass(slots=True)
class Finder:
    """Takes runs one by one, and tells of each the first that is like it, if there is one.

    A run that is like none is one that others may be like, so that of very many that are alike all
    are compared with the first alone.
    """

    _firsts: list[Run] = field(default_factory=list)
    _sizes: list[int] = field(default_factory=list)
    _where: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    _same: dict[frozenset[tuple[str, ...]], list[int]] = field(default_factory=dict)

    def like(self, run: Run) -> tuple[Run, Match] | None:
        """Return the run that this one is like; else keep it."""
        words = list(run.words())
        shingles = {one for some in words for one in _shingles(some)}
        for number in self._near(frozenset(words), shingles):
            match = compare(self._firsts[number], run)
            if match is not None:
                return self._firsts[number], match
        number = len(self._firsts)
        self._firsts.append(run)
        self._sizes.append(len(shingles))
        self._same.setdefault(frozenset(words), []).append(number)
        for one in shingles:
            self._where.setdefault(one, []).append(number)
        return None

    def _near(
        self, words: frozenset[tuple[str, ...]], shingles: Collection[tuple[str, ...]]
    ) -> Iterator[int]:
        """Yield the runs that share most with one, the nearest first."""
        yield from self._same.get(words, ())[:_CLOSEST]
        shared: Counter[int] = Counter()
        for one in shingles:
            where = self._where.get(one, ())
            if len(where) <= _COMMON:
                shared.update(where)
        for number, many in shared.most_common(_CLOSEST):
            if many >= _SHARED * min(len(shingles), self._sizes[number]):
                yield number


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def runs(texts: Iterable[ClauseText]) -> Iterator[Run]:
    """Yield the paragraphs and items of texts that have words enough."""
    order = 0
    for text in texts:
        readings: dict[int, list[tuple[Passage, tuple[Token, ...]]]] = {}
        for passage in text.passages:
            if passage.kind not in {"paragraph", "item"} or passage.reading >= _READINGS:
                continue
            some = tokens(passage)
            if sum(1 for token in some if token.fold) >= FEWEST:
                readings.setdefault(passage.block, []).append((passage, some))
        for ways in readings.values():
            yield Run(text, order, tuple(ways))
            order += 1


def compare(one: Run, other: Run) -> Match | None:
    """Return how a run differs from another, if little; None of two runs that nobody is to compare."""
    if one.text.file.file == other.text.file.file:
        return None
    first = one.readings[0]
    pairs = [
        *((first, way) for way in other.readings),
        *((way, other.readings[0]) for way in one.readings[1:]),
    ]
    best: tuple[float, Match] | None = None
    for (mine, left), (passage, right) in pairs:
        share = _share(left, right)
        if share <= _DIFFERENT and (best is None or share < best[0]):
            best = share, Match(other, passage, tuple(_spots(mine, left, passage, right)))
        if share == 0:
            break
    if best is None:
        return None
    variants = one.text.file.id == other.text.file.id
    words = any(spot.kind in {"words", "tags"} for spot in best[1].spots)
    return None if variants and (words or not best[1].spots) else best[1]


def _share(one: Sequence[Token], other: Sequence[Token]) -> float:
    """Return which share of the words of the longer run the other says differently."""
    left, right = ([token.fold for token in some if token.fold] for some in (one, other))
    longest = max(len(left), len(right))
    if left == right:
        return 0
    if abs(len(left) - len(right)) > 2 * _DIFFERENT * longest:
        return 1
    count = 0
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal" and "".join(left[i:j]) != "".join(right[k:m]):
            count += max(j - i, m - k)
    return count / longest


def _spots(one: Passage, left: Sequence[Token], other: Passage, right: Sequence[Token]) -> Iterator[Spot]:
    """Yield the places where two runs differ, as they are typed."""
    matcher = SequenceMatcher(None, [t.shown for t in left], [t.shown for t in right], autojunk=False)
    for kind, i, j, k, m in _joined(_parted(matcher.get_opcodes(), left, right), left, right):
        around = (shown(one, left[max(0, i - 1) : i]), shown(one, left[j : j + 1]))
        spot = right[k:m] or right[max(0, k - 1) : k] or right[k : k + 1]
        before, after = shown(one, left[i:j]), shown(other, right[k:m])
        yield Spot(before, after, around, kind, spot[0].start, spot[-1].end)


def _joined(
    steps: Iterable[_Step], left: Sequence[Token], right: Sequence[Token]
) -> Iterator[tuple[Difference, int, int, int, int]]:
    """Yield the steps that change something, with their kinds; neighbors of one kind are one."""
    held: tuple[Difference, int, int, int, int] | None = None
    for tag, i, j, k, m in steps:
        if tag == "equal":
            continue
        kind = difference(left[i:j], right[k:m])
        if held is not None and (kind, i, k) == (held[0], held[2], held[4]):
            held = (kind, held[1], j, held[3], m)
            continue
        if held is not None:
            yield held
        held = (kind, i, j, k, m)
    if held is not None:
        yield held


def _parted(steps: Iterable[_Step], left: Sequence[Token], right: Sequence[Token]) -> Iterator[_Step]:
    """Yield the steps from one run to another, those word by word where some are but spelled otherwise."""
    for tag, i, j, k, m in steps:
        pairs = range(min(j - i, m - k))
        if tag == "replace" and j - i == m - k and any(left[i + n].fold == right[k + n].fold for n in pairs):
            yield from ((tag, i + n, i + n + 1, k + n, k + n + 1) for n in pairs)
        else:
            yield tag, i, j, k, m
