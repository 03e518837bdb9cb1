"""Read a clause's Markdown with its tags once, and give HTML with the tags back in their places."""

from __future__ import annotations

from dataclasses import dataclass

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place, apply_edits
from policypages.formats.clauses.reader import code_lines, encode_url, inline_markdown, parse, render
from policypages.formats.clauses.rows import place_rows
from policypages.formats.clauses.shapes import match_tags, shape_tags
from policypages.formats.clauses.structure import Checker
from policypages.formats.clauses.tags import PRINT, STATEMENTS, Tag, Tagged, find_tags

__all__ = [
    "PRINT",
    "STATEMENTS",
    "Parsed",
    "Place",
    "Tag",
    "Tagged",
    "apply_edits",
    "encode_url",
    "find_tags",
    "inline_markdown",
    "match_tags",
    "read_clause",
]

MAX_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """A clause's body as HTML in which words stand for tags.

    Beside the words of tags (`nonce0000z`) there are those of addresses that hold tags
    (`nonceu0000z`, an index into `urls`), of heading levels (`nonceh1z`), and of the ends of what
    is dropped when it stays empty (`nonced0z`, `nonced1z`).
    """

    html: str
    tagged: Tagged
    urls: tuple[tuple[str | int, ...], ...]
    depth: int
    targets: tuple[str, ...]


def read_clause(body: str, place: Place) -> tuple[Parsed | None, list[Diagnostic]]:
    """Read a clause's body; None where a problem leaves nothing to go on with."""
    if len(body) > MAX_BODY:
        return None, [problem("too-large", f"a clause holds more than {MAX_BODY} characters", place.span(0))]
    tagged, found = find_tags(body, place)
    shaped, more = shape_tags(tagged, code_lines(tagged.text), place)
    found += more
    if more or any(one.code == "template-syntax" for one in found):
        return None, found
    statements = [tagged.word(tag.index) for tag in tagged.tags if tag.is_statement]
    tokens, more = place_rows(parse(shaped.text, statements), shaped, tagged, place)
    found += more
    if more:
        return None, found
    checker = Checker(tagged, shaped, place)
    tokens = checker.run(tokens)
    found += checker.structure.found
    html = render(tokens)
    if not found:
        found += _nothing_lost(html, tagged, checker.structure.urls, place)
    urls = tuple(tuple(pieces) for pieces in checker.structure.urls)
    parsed = Parsed(html, tagged, urls, checker.structure.depth, tuple(checker.structure.targets))
    return parsed, found


def _nothing_lost(html: str, tagged: Tagged, urls: list[list[str | int]], place: Place) -> list[Diagnostic]:
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
