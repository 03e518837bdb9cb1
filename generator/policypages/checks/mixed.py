"""Compare the ways in which the texts of one page write the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from policypages.checks.kinds import Claim, Found
from policypages.diagnostics import Label, Span, problem
from policypages.formats.clauses import Passage
from policypages.model import Section

EITHER: Final = "?"  # ends a way of which the first letter, at the beginning of a sentence, tells nothing
ORDINARY, NO_BREAK = "an ordinary space", "a no-break space"
_OTHERS: Final = 4


HINTS: Final = {
    "quotation marks": "set all quotation marks straight, or all curly",
    "apostrophes": "set all apostrophes straight, or all curly",
    "dashes": "set all dashes in one way",
    "British or American": "spell all words as the British do, or all as Americans do",
    "-ise or -ize": "spell all such words with `s`, or all with `z`",
}


class Way(NamedTuple):
    """A way of writing in one text: what is written, where it is first, and how often it comes.

    `tag` is the tag that prints it, where it is not typed.
    """

    shown: str
    passage: Passage
    start: int
    end: int
    times: int = 1
    tag: str | None = None

    @property
    def span(self) -> Span:
        """The first place of it."""
        return self.passage.span(self.start, self.end)


_Places = list[tuple[Section, Way]]


class Use(NamedTuple):
    """A thing that has several ways of writing, in one of them, at one place of a passage."""

    family: str
    way: str
    shown: str
    start: int
    end: int


Ways = dict[str, dict[str, Way]]


def gather(uses: Iterable[tuple[Passage, Use]]) -> Claim | None:
    """Return how one text writes: by thing, by way; what stands in several readings counts once."""
    ways: Ways = {}
    seen = set()
    for passage, use in uses:
        place = (passage.block, passage.offsets[use.start], use.family)
        if place in seen:
            continue
        seen.add(place)
        known = ways.setdefault(use.family, {}).get(use.way)
        ways[use.family][use.way] = (
            Way(use.shown, passage, use.start, use.end)
            if known is None
            else known._replace(times=known.times + 1)
        )
    if not ways:
        return None
    first = next(iter(next(iter(ways.values())).values()))
    return Claim("ways", ways, first.passage, first.start, first.end)


def judge(
    claims: Sequence[tuple[Section, Claim]], counts: Callable[[str, str], bool] | None = None
) -> Iterator[Found]:
    """Say of each thing that a page writes in several ways where it does so in the least usual one.

    `counts` tells of a thing and a way whether it is compared at all.
    """
    merged: dict[str, dict[str, _Places]] = {}
    for section, claim in claims:
        for family, ways in claim.value.items():
            known = merged.setdefault(family, {})
            for name, way in ways.items():
                if section.heading != "none" or way.passage.kind != "title" or way.times > 1:
                    known.setdefault(name, []).append((section, way))
    for family, found in merged.items():
        if len(found) > 1:
            ways = _told_apart({n: p for n, p in found.items() if counts is None or counts(family, n)})
            if len(ways) > 1:
                yield _found(family, ways)


def _told_apart(found: Mapping[str, _Places]) -> list[_Places]:
    """Return the places of each way, the most usual first; what may be either is what the page has."""
    ways = {name: list(places) for name, places in found.items() if not name.endswith(EITHER)}
    for name in found.keys() - ways.keys():
        way = name.removesuffix(EITHER)
        ways.setdefault(next((known for known in ways if known.casefold() == way), way), []).extend(
            found[name]
        )
    return sorted(ways.values(), key=_usual)


def _usual(places: _Places) -> tuple[bool, int]:
    """Order ways: first what a wording says, then what comes most often."""
    return all(way.tag is None for _, way in places), -sum(way.times for _, way in places)


def _found(family: str, ways: Sequence[_Places]) -> Found:
    usual = next((way for _, way in ways[0] if way.tag), ways[0][0][1])
    section, way = ways[-1][0]
    others = [usual, *(places[0][1] for places in ways[1:-1])][:_OTHERS]
    hint = HINTS.get(family, f"write {_quoted(usual)} here, or this way in all places")
    return Found(
        section,
        problem(
            "mixed-spelling",
            f"one page has {_quoted(way)} here and {_quoted(usual)} elsewhere",
            way.span,
            hint=f"write `{usual.tag}` here" if usual.tag else hint,
            labels=tuple(_label(other) for other in others),
        ),
    )


def _label(way: Way) -> Label:
    return Label(way.span, f"here a wording says `{way.shown}`" if way.tag else f"{_quoted(way)} here")


def _quoted(way: Way) -> str:
    return way.shown if way.shown in {ORDINARY, NO_BREAK} else f"`{way.shown}`"
