"""Read a clause as its reader does: runs of plain words, each way its branches can go, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from markdown_it.token import Token

from policypages.diagnostics import Span, has_errors
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.reader import line_kinds, parse
from policypages.formats.clauses.shapes import match_tags, shape_tags
from policypages.formats.clauses.tags import BRANCHES, ENDS, OPENERS, PRINT, Tag, Tagged, find_tags

Kind = Literal["title", "summary", "heading", "paragraph", "item", "cell"]
PRINTED: Final = "\ufffc"
"""Stands in a passage for what a tag prints."""
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")  # a sign apart: behind a link its address stands between
_MOST: Final = 64  # readings of one run of text; what lies beyond is read in its first way
_NEAR: Final = 80  # so far apart Markdown's marks put two characters of a word, an address between them
_Piece = tuple[str, Sequence[int]] | Tag


class Link(NamedTuple):
    """A link or an image without tags in its address: where it leads, and where that is written."""

    target: str
    span: Span


class Passage(NamedTuple):
    """One run of words in one way of reading it: the first has index 0, and each branch is in one.

    `text` holds PRINTED for each tag that prints, whose expressions `printed` has in order. `block`
    counts the runs of a clause, so that the readings of one have the same; `list_of` counts its
    lists. `sure` tells whether the run stands on every page of the clause.
    """

    kind: Kind
    text: str
    offsets: tuple[int, ...]
    printed: tuple[str, ...]
    block: int
    reading: int
    list_of: int | None
    sure: bool
    place: Place

    def span(self, start: int, end: int) -> Span:
        """Return the place of a stretch of `text`."""
        first = self.offsets[start]
        return self.place.span(first, self.offsets[max(start, end - 1)] - first + 1)


class Prose(NamedTuple):
    """The words of one text of a clause, and its links whose addresses hold no tag."""

    passages: tuple[Passage, ...] = ()
    links: tuple[Link, ...] = ()

    def once(self) -> Iterator[Passage]:
        """Yield each run of words in its first reading."""
        return (passage for passage in self.passages if not passage.reading)


def read_prose(body: str, place: Place) -> Prose:
    """Read a body that compiles; of one that does not there is nothing to read."""
    tagged, found = find_tags(body, place)
    if has_errors(found):
        return Prose()
    shaped, found = shape_tags(tagged, line_kinds, place)
    if found:
        return Prose()
    tokens, _ = parse(shaped.text, shaped.hops(tagged))
    return _Walk(
        _without_tags(body, tagged), tagged, place, shaped.offsets(tagged), _row_depths(shaped.rows)
    ).run(tokens)


def read_line(source: str, kind: Kind, place: Place, start: int) -> Prose:
    """Read a title or a summary, which begins at an offset of its place."""
    tagged, found = find_tags(source, Place("", 1, source))
    if has_errors(found) or match_tags(tagged, Place("", 1, source))[1]:
        return Prose()
    pieces = _aligned(tagged.text, tagged, _without_tags(source, tagged), 0, len(source))[0]
    moved = [
        piece if isinstance(piece, Tag) else (piece[0], [at + start for at in piece[1]]) for piece in pieces
    ]
    readings = _readings(_tree(iter(moved))[0], start)
    passages = [
        Passage(kind, text, offsets, printed, -1, number, None, True, place)  # noqa: FBT003 - a tuple's field
        for number, (text, offsets, printed) in enumerate(readings)
        if text.strip()
    ]
    return Prose(tuple(passages))


def _without_tags(body: str, tagged: Tagged) -> str:
    """Blank the tags of a body, which keeps every offset."""
    out = []
    at = 0
    for tag in tagged.tags:
        out += [body[at : tag.offset], "\0" * len(tag.source)]
        at = tag.offset + len(tag.source)
    return "".join([*out, body[at:]])


def _row_depths(rows: Mapping[int, Sequence[Tag]]) -> list[tuple[int, int]]:
    """Tell from which line on how many statements stand round rows."""
    depths = []
    depth = 0
    for line in sorted(rows):
        for tag in rows[line]:
            depth += (tag.kind in OPENERS) - (tag.kind in ENDS)
        depths.append((line, depth))
    return depths


@dataclass(slots=True)
class _Walk:
    """One walk over the tokens of a clause, in the order of its words."""

    body: str
    tagged: Tagged
    place: Place
    starts: Sequence[int]
    rows: Sequence[tuple[int, int]]
    passages: list[Passage] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    at: int = 0
    depth: int = 0
    block: int = 0
    lists: int = 0

    def run(self, tokens: Sequence[Token]) -> Prose:
        inside: list[str] = []
        lists: list[int] = []
        for token in tokens:
            name = token.type.removesuffix("_open").removesuffix("_close")
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                self.lists += 1
                lists.append(self.lists)
            elif token.type in {"bullet_list_close", "ordered_list_close"}:
                lists.pop()
            if token.nesting > 0:
                inside.append(name)
            elif token.nesting < 0:
                inside.pop()
            elif token.type == "inline":
                self._run_of_text(token, _kind(inside), lists[-1] if lists else None)
        return Prose(tuple(self.passages), tuple(self.links))

    def _run_of_text(self, token: Token, kind: Kind, list_of: int | None) -> None:
        line = token.map[0] if token.map else 0
        words = [self.tagged.tags[int(found[1])] for found in self.tagged.pattern.finditer(token.content)]
        if (
            words
            and not self.tagged.pattern.sub("", token.content).strip()
            and PRINT not in {t.kind for t in words}
        ):
            for tag in words:
                self.depth += (tag.kind in OPENERS) - (tag.kind in ENDS)
            return
        if self.starts:
            self.at = max(self.at, self.starts[min(line, len(self.starts) - 1)])
        first = self.at
        visible, links = _visible(token.children or [])
        until = token.map[1] if token.map else len(self.starts)
        end = self.starts[until] if until < len(self.starts) else len(self.body)
        end = end if end > first else len(self.body)
        pieces, self.at = _aligned(visible, self.tagged, self.body, first, end)
        around = next((depth for begins, depth in reversed(self.rows) if begins <= line), 0)
        sure = self.depth == 0 and around == 0
        for number, (text, offsets, printed) in enumerate(_readings(_tree(iter(pieces))[0], first)):
            if text.strip():
                one = Passage(kind, text, offsets, printed, self.block, number, list_of, sure, self.place)
                self.passages.append(one)
        self.block += 1
        for target, words_before in links:
            if not self.tagged.pattern.search(target):
                self.links.append(Link(target, self._span_of(target, visible, words_before, pieces, first)))

    def _span_of(self, target: str, visible: str, before: int, pieces: Sequence[_Piece], first: int) -> Span:
        """Find where an address stands: behind the words of its link, or in a definition elsewhere."""
        at = _offset_of(pieces, len(self.tagged.pattern.sub("", visible[:before])), first)
        spot = self.body.find(target, at)
        if spot < 0:
            spot = self.body.find(target)
        return self.place.span(spot, len(target)) if spot >= 0 else self.place.span(at)


def _kind(inside: Sequence[str]) -> Kind:
    if "heading" in inside:
        return "heading"
    if "td" in inside or "th" in inside:
        return "cell"
    return "item" if "list_item" in inside else "paragraph"


def _visible(children: Sequence[Token]) -> tuple[str, list[tuple[str, int]]]:
    """Return the words of inline tokens, and the links among them with the words before each."""
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            links.append((str(child.attrs.get("href", "")), sum(map(len, out))))
        elif child.type == "image":
            links.append((str(child.attrs.get("src", "")), sum(map(len, out))))
            out.append(_visible(child.children or [])[0])
        elif child.type in {"softbreak", "hardbreak"}:
            out.append(" ")
        elif child.nesting == 0:
            out.append(child.content)
    return "".join(out), links


def _aligned(visible: str, tagged: Tagged, body: str, start: int, end: int) -> tuple[list[_Piece], int]:
    """Cut words into text and tags, and find the offset in the body of each character of the text.

    Markdown says of no word where it stood; but words come in the order in which they stand, so that
    each is the next of its kind in the body, whose tags are blank, and none beyond the end of its block.
    """
    pieces: list[_Piece] = []
    at = start
    parts = tagged.pattern.split(visible)
    for index, part in enumerate(parts):
        if index % 2:
            tag = tagged.tags[int(part)]
            pieces.append(tag)
            at = tag.offset + len(tag.source)
            continue
        until = tagged.tags[int(parts[index + 1])].offset if index + 1 < len(parts) else end
        offsets: list[int] = []
        for word in _WORDS.findall(part):
            spot = -1 if word.isspace() else body.find(word, at, until)
            if spot < 0 and word.isspace():
                offsets += [at] * len(word)
                continue
            if spot < 0:  # Markdown took marks out of it: character by character, then
                for char in word:
                    spot = body.find(char, at, min(until, at + _NEAR))
                    offsets.append(spot if spot >= 0 else min(at, max(start, until - 1)))
                    at = max(at, spot + 1)
                continue
            offsets += range(spot, spot + len(word))
            at = spot + len(word)
        if part:
            pieces.append((part, offsets))
    return pieces, at


def _offset_of(pieces: Sequence[_Piece], count: int, first: int) -> int:
    """Return the offset of a character, tags not counted."""
    at = first
    for piece in pieces:
        if isinstance(piece, Tag):
            at = piece.offset
            continue
        if count < len(piece[1]):
            return piece[1][count]
        count -= len(piece[1])
    return at


# ------------------------------------------------------------- branches


@dataclass(slots=True, eq=False)
class _Choice:
    """A statement: the texts of its branches; an `if` without `else` may show none of them."""

    branches: list[list[_Node]]
    may_be_none: bool


_Node = tuple[str, Sequence[int]] | Tag | _Choice


def _tree(pieces: Iterator[_Piece]) -> tuple[list[_Node], Tag | None]:
    """Nest what stands in statements; beside it the tag that ended this level, None at the end."""
    nodes: list[_Node] = []
    for piece in pieces:
        if not isinstance(piece, Tag) or piece.kind == PRINT:
            nodes.append(piece)
        elif piece.kind in OPENERS:
            branches = []
            may_be_none = piece.kind == "if"
            while True:
                inner, end = _tree(pieces)
                branches.append(inner)
                if end is None or end.kind not in BRANCHES:
                    break
                may_be_none = may_be_none and end.kind != "else"
            nodes.append(_Choice(branches, may_be_none))
        else:
            return nodes, piece
    return nodes, None


_Ways = dict[_Choice, int]


def _readings(nodes: Sequence[_Node], start: int) -> Iterator[tuple[str, tuple[int, ...], tuple[str, ...]]]:
    """Write the text each way that shows another branch, the others as they are in the first."""
    seen = set()
    for ways in [{}, *_ways(nodes, {})][:_MOST]:
        text, offsets, printed = _written(nodes, ways, start)
        if text not in seen:
            seen.add(text)
            yield text, tuple(offsets), tuple(printed)


def _ways(nodes: Sequence[_Node], outer: _Ways) -> Iterator[_Ways]:
    for node in nodes:
        if isinstance(node, _Choice):
            for number, branch in enumerate(node.branches):
                ways = {**outer, node: number}
                if number:
                    yield ways
                yield from _ways(branch, ways)
            if node.may_be_none:
                yield {**outer, node: -1}


def _written(nodes: Sequence[_Node], ways: _Ways, start: int) -> tuple[str, list[int], list[str]]:
    text, offsets, printed = "", list[int](), list[str]()
    at = start
    for node in nodes:
        more: tuple[str, Sequence[int], Sequence[str]]
        if isinstance(node, Tag):
            more = PRINTED, [node.offset], [node.body.strip()]
        elif isinstance(node, _Choice):
            way = ways.get(node, 0)
            more = ("", [], []) if way < 0 else _written(node.branches[way], ways, at)
        else:
            more = *node, ()
        words, where = more[0], more[1]
        if text[-1:].isspace() and words[:1].isspace() and text[-1:] == words[:1]:
            words, where = (
                words[1:],
                where[1:],
            )  # where a branch shows nothing, Markdown's reader sees one space
        text += words
        offsets += where
        printed += more[2]
        at = offsets[-1] if offsets else at
    return text, offsets, printed
