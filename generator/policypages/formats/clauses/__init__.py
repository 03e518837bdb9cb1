"""Read a clause's Markdown with its tags once, and give HTML with the tags back in their places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.emptiness import first_empty, pieces_of
from policypages.formats.clauses.place import Place, apply_edits
from policypages.formats.clauses.prose import PRINTED, Passage, Prose, read_line, read_prose
from policypages.formats.clauses.reader import (
    encode_url,
    inline_markdown,
    line_kinds,
    parse,
    render,
    too_deep,
)
from policypages.formats.clauses.rows import place_rows
from policypages.formats.clauses.shapes import match_tags, shape_tags
from policypages.formats.clauses.structure import Checker
from policypages.formats.clauses.tags import PRINT, STATEMENTS, Tag, Tagged, find_tags

__all__ = [
    "PRINT",
    "PRINTED",
    "STATEMENTS",
    "Parsed",
    "Passage",
    "Place",
    "Prose",
    "Tag",
    "Tagged",
    "apply_edits",
    "encode_url",
    "find_tags",
    "first_empty",
    "inline_markdown",
    "match_tags",
    "pieces_of",
    "read_clause",
    "read_line",
    "read_prose",
    "too_much",
]

MAX_BODY: Final = 300_000
# Markdown's time grows with the square of the brackets that might begin a link
MAX_BRACKETS: Final = 10_000


class Parsed(NamedTuple):
    """A clause's body as HTML in which words stand for tags.

    Beside the words of tags (`nonce0000z`) there are those of addresses that hold tags
    (`nonceu0000z`, an index into `urls`), of heading levels (`nonceh1z`), and of the beginning and
    the end of what is dropped when it stays empty: lists and table bodies (`nonced0z`), paragraphs
    (`nonced2z`), and `nonced1z` behind either. `own_line` are the tags whose `-` has nothing to do.
    `targets` are the addresses without tags, with an offset in the body that is not behind them.
    """

    html: str
    tagged: Tagged
    urls: tuple[tuple[str | int, ...], ...]
    own_line: frozenset[int]
    depth: int
    targets: tuple[tuple[str, int], ...]


def too_much(body: str) -> str | None:
    """Return in plain words what a clause has too much of to be read within seconds, or None."""
    if len(body) > MAX_BODY:
        return f"a clause holds more than {MAX_BODY:,} characters"
    if body.count("[") > MAX_BRACKETS:
        return f"a clause holds more than {MAX_BRACKETS:,} opening brackets"
    return None


def read_clause(tagged: Tagged, place: Place) -> tuple[Parsed | None, list[Diagnostic]]:
    """Read a clause's body; None where a problem leaves nothing to go on with."""
    try:
        return _read(tagged, place)
    except RecursionError:
        return None, [problem("too-large", "the Markdown is nested too deeply", place.span(0))]


def _read(tagged: Tagged, place: Place) -> tuple[Parsed | None, list[Diagnostic]]:
    shaped, found = shape_tags(tagged, line_kinds, place)
    if found:
        return None, found
    tokens, definitions = parse(shaped.text, shaped.hops(tagged))
    deep = too_deep(tokens)
    if deep is not None:
        offset = shaped.offsets(tagged)[deep.map[0] if deep.map else 0]
        return None, [problem("too-large", "the Markdown is nested too deeply", place.span(offset))]
    tokens, found = place_rows(tokens, shaped, tagged, place)
    if found:
        return None, found
    checker = Checker(tagged, shaped, place)
    tokens = checker.run(tokens, definitions)
    structure = checker.structure
    html = render(tokens)
    found = structure.found or _nothing_lost(html, tagged, structure.urls, place)
    offsets = shaped.offsets(tagged) if structure.targets else []
    targets = [(target, offsets[line]) for target, line in structure.targets]
    parsed = Parsed(
        html, tagged, tuple(structure.urls), frozenset(shaped.own_line), structure.depth, tuple(targets)
    )
    return parsed, found


def _nothing_lost(
    html: str, tagged: Tagged, urls: Iterable[tuple[str | int, ...]], place: Place
) -> list[Diagnostic]:
    """Complain of tags that Markdown swallowed, or of statements that it shows twice."""
    shown: dict[int, int] = {}
    for match in tagged.pattern.finditer(html):
        index = int(match.group(1))
        shown[index] = shown.get(index, 0) + 1
    for pieces in urls:
        for piece in pieces:
            if isinstance(piece, int):
                shown[piece] = shown.get(piece, 0) + 1
    found = []
    for tag in tagged.tags:
        times = shown.get(tag.index, 0)
        if times == 0 or (tag.is_statement and times > 1):
            found.append(
                problem(
                    "misplaced-tag",
                    "the tag stands where Markdown shows no text",
                    place.span(tag.offset, len(tag.source)),
                    hint="a link definition shows its target only where a link uses it",
                )
            )
    return found
