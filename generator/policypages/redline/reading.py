"""Read an article as its blocks in order: paragraphs, headings, list items, cells, each with its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from policypages.redline.parsing import BLOCKS, VOID, Attrs, name_of, open_tag, parse
from policypages.redline.words import LINE, Inline, Run, Token

MARK: Final = "redline"
RULE: Final = "<hr>"
HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6".split())
UNREAD: Final = frozenset("script style template noscript head title".split())


@dataclass(eq=False, slots=True)
class Box:
    """An element that holds blocks."""

    tag: str
    attrs: Attrs

    @property
    def id(self) -> str:
        """Return its anchor."""
        return dict(self.attrs).get("id", "")


@dataclass(eq=False, slots=True)
class Leaf:
    """A block of words: its element (no tag where the words stand bare), and what it stands in."""

    path: tuple[Box, ...]
    tag: str
    attrs: Attrs
    tokens: list[Token]
    table: Table | None = None

    @property
    def id(self) -> str:
        """Return its anchor."""
        return dict(self.attrs).get("id", "")


@dataclass(eq=False, slots=True)
class Cell:
    """A cell of a table, or its caption."""

    tag: str
    attrs: Attrs
    leaves: list[Leaf]


@dataclass(eq=False, slots=True)
class Row:
    """A row of a table, and the part of the table that it stands in: thead, tbody, tfoot or none."""

    part: Box | None
    attrs: Attrs
    cells: list[Cell]


@dataclass(eq=False, slots=True)
class Table:
    """A table: what stands before its rows, and the rows."""

    attrs: Attrs
    captions: list[Cell]
    rows: list[Row] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Text:
    """An article: the element round it (no tag where there is none or several), and its blocks."""

    root: Box
    leaves: list[Leaf]


def read(source: str) -> Text:
    """Read an article, or any HTML that was made harmless."""
    room = parse(source)
    holding = {parent for block in room.iter(*BLOCKS) for parent in block.iterancestors()}
    root = Box("", ())
    inside = room
    elements = list(room)
    bare = (room.text or "").strip() or any((one.tail or "").strip() for one in room)
    alone = not bare and len(elements) == 1 and elements[0] in holding
    if alone and name_of(elements[0]) in {"article", "body", "main"}:
        inside = elements[0]
        root = Box(name_of(inside), attrs_of(inside))
    reader = _Reader(holding)
    reader.blocks(inside, (), (), reader.leaves)
    return Text(root, reader.leaves)


def flat(leaves: list[Leaf]) -> Iterator[Leaf]:
    """Go through blocks of words in order, those of tables too."""
    for leaf in leaves:
        if leaf.table is None:
            yield leaf
        else:
            for cell in leaf.table.captions:
                yield from flat(cell.leaves)
            for row in leaf.table.rows:
                for cell in row.cells:
                    yield from flat(cell.leaves)


def plain(leaf: Leaf) -> str:
    """Return the words of a block, those of a table with all its cells; what has no words by its element."""
    parts = [words for one in flat([leaf]) if (words := words_of(one.tokens))]
    return " ".join(parts) or (f"<{leaf.tag}>" if leaf.tag in {"hr", "table"} else "")


def words_of(tokens: list[Token]) -> str:
    """Return tokens as a text."""
    out = []
    for at, token in enumerate(tokens):
        gap = " " if token.html == LINE or (at and tokens[at - 1].html == LINE) else token.space
        words = token.text or token.html
        out.append(f"{gap if at else ''}{'' if words == LINE else words}")
    return "".join(out).strip()


class _Reader:
    def __init__(self, holding: set[etree._Element]) -> None:
        self.holding = holding
        self.leaves: list[Leaf] = []

    def blocks(
        self,
        element: etree._Element,
        path: tuple[Box, ...],
        context: tuple[Inline, ...],
        leaves: list[Leaf],
    ) -> None:
        """Read what an element holds as blocks; words that stand bare between them are one without a tag."""
        run = Run()
        run.text(element.text, context)
        for child in element:
            name = name_of(child)
            if name in BLOCKS or child in self.holding:
                if run.tokens:
                    leaves.append(Leaf(path, "", (), run.tokens))
                run = Run()
                self._block(child, name, path, context, leaves)
            else:
                self._inline(child, name, context, run)
            run.text(child.tail, context)
        if run.tokens:
            leaves.append(Leaf(path, "", (), run.tokens))

    def _block(
        self,
        child: etree._Element,
        name: str,
        path: tuple[Box, ...],
        context: tuple[Inline, ...],
        leaves: list[Leaf],
    ) -> None:
        attrs = attrs_of(child)
        if name == "table":
            leaves.append(Leaf(path, name, attrs, [], self._table(child, attrs, context)))
        elif name == "hr":
            run = Run()
            run.atom("", RULE, context)
            leaves.append(Leaf(path, name, attrs, run.tokens))
        elif name not in BLOCKS:
            self.blocks(child, path, (*context, Inline(name, attrs)), leaves)
        elif child in self.holding:
            self.blocks(child, (*path, Box(name, attrs)), context, leaves)
        else:
            leaves.append(Leaf(path, name, attrs, self._words(child, context, keep=name == "pre")))

    def _words(self, element: etree._Element, context: tuple[Inline, ...], *, keep: bool) -> list[Token]:
        run = Run(keep=keep)
        run.text(element.text, context)
        for child in element:
            self._inline(child, name_of(child), context, run)
            run.text(child.tail, context)
        return run.tokens

    def _inline(self, element: etree._Element, name: str, context: tuple[Inline, ...], run: Run) -> None:
        if not name or name in UNREAD:
            return
        if name == "br":
            run.atom("", LINE, context)
        elif name in VOID:
            attrs = attrs_of(element)
            run.atom(dict(attrs).get("alt", ""), open_tag(name, attrs), context)
        else:
            inner = (*context, Inline(name, attrs_of(element)))
            run.text(element.text, inner)
            for child in element:
                self._inline(child, name_of(child), inner, run)
                run.text(child.tail, inner)

    def _table(self, element: etree._Element, attrs: Attrs, context: tuple[Inline, ...]) -> Table:
        table = Table(attrs, [])
        for child in element:
            name = name_of(child)
            if name == "tr":
                table.rows.append(self._row(child, None, context))
            elif name in {"thead", "tbody", "tfoot"}:
                part = Box(name, attrs_of(child))
                table.rows += [self._row(row, part, context) for row in child if name_of(row) == "tr"]
            elif name == "caption":
                table.captions.append(self._cell(child, name, context))
        return table

    def _row(self, element: etree._Element, part: Box | None, context: tuple[Inline, ...]) -> Row:
        cells = [self._cell(one, name_of(one), context) for one in element if name_of(one) in {"td", "th"}]
        return Row(part, attrs_of(element), cells)

    def _cell(self, element: etree._Element, name: str, context: tuple[Inline, ...]) -> Cell:
        leaves: list[Leaf] = []
        self.blocks(element, (), context, leaves)
        return Cell(name, attrs_of(element), leaves)


def attrs_of(element: etree._Element) -> Attrs:
    """Return the attributes in the order of their names, without any that a redline writes itself."""
    found = []
    for name, value in sorted(element.attrib.items()):
        text = str(value)
        if name == "class":
            text = " ".join(one for one in text.split() if not one.startswith(MARK))
            if not text:
                continue
        elif name == "href":
            text = text.strip()
        if not str(name).startswith(f"data-{MARK}"):
            found.append((str(name), text))
    return tuple(found)
