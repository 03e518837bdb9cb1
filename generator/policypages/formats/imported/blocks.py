"""Write the blocks of a foreign page: lists, tables, definitions, quotations, with what may stand in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from policypages.formats.imported.words import DROPPED, Words, attributes, is_inline, shows, tag_of, text_of

HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
BLOCKS: Final = frozenset("ul ol dir menu table dl pre hr blockquote address".split())
LISTS: Final = frozenset({"ul", "ol", "dir", "menu"})
_PARTS: Final = frozenset({"thead", "tbody", "tfoot"})


class Blocks(Words):
    """Writes what stands between two headings."""

    def whole(self, element: HtmlElement, tag: str) -> str:
        """Write a block that holds no section."""
        if tag == "hr":
            return "<hr>"
        if tag == "pre":
            return f"<pre>{self.inside_of(element, keep=True)}</pre>"
        if tag == "dl":
            return self._definitions(element)
        if tag in LISTS:
            name = "ol" if tag == "ol" else "ul"
            items = "".join(f"{one}\n" for one in self._items(element))
            return f"<{name}{attributes(element, name)}>\n{items}</{name}>" if items else ""
        if tag == "table":
            return self._table(element)
        return f"<{tag}>{self.content(element)}</{tag}>"

    def _items(self, element: HtmlElement) -> Iterator[str]:
        """Yield the items of a list; what stands bare between them is one, too."""
        yield from _item(text_of(element.text))
        for child in element:
            if tag_of(child) == "li":
                yield from _item(self.content(child), attributes(child, "li"))
            else:
                yield from _item(_Content(self).of_one(child))
            yield from _item(text_of(child.tail))

    def _definitions(self, element: HtmlElement) -> str:
        rows = [
            f"<{tag_of(one)}>{self.content(one)}</{tag_of(one)}>\n"
            for one in element.iter("dt", "dd")
            if next(one.iterancestors("dl"), None) is element
        ]
        return f"<dl>\n{''.join(rows)}</dl>" if rows else ""

    def _table(self, element: HtmlElement) -> str:
        out = []
        for child in element:
            tag = tag_of(child)
            if tag == "caption":
                out.append(f"<caption>{self.inside_of(child).strip()}</caption>\n")
            elif tag == "tr":
                out.append(self._row(child))
            elif tag in _PARTS:
                rows = "".join(self._row(row) for row in child if tag_of(row) == "tr")
                out.append(f"<{tag}>\n{rows}</{tag}>\n" if rows else "")
        return f"<table>\n{''.join(out)}</table>"

    def _row(self, row: HtmlElement) -> str:
        cells = [
            f"<{tag_of(cell)}{attributes(cell, tag_of(cell))}>{self.content(cell)}</{tag_of(cell)}>"
            for cell in row
            if tag_of(cell) in {"td", "th"}
        ]
        return f"<tr>{''.join(cells)}</tr>\n"

    def content(self, element: HtmlElement) -> str:
        """Write what an item or a cell holds: words alone, or blocks; a heading in it is set in bold."""
        return _Content(self).of(element)


class _Content:
    """What one item or cell holds, while it is read."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.out: list[str] = []
        self.run: list[str] = []

    def of(self, element: HtmlElement) -> str:
        self.run.append(text_of(element.text))
        for child in element:
            self._walk(child)
            self.run.append(text_of(child.tail))
        return self._all()

    def of_one(self, element: HtmlElement) -> str:
        self._walk(element)
        return self._all()

    def _walk(self, child: HtmlElement) -> None:
        tag = tag_of(child)
        if tag in DROPPED:
            self.blocks.left_out[tag] += 1
        elif is_inline(tag) and not holds_blocks(child):
            self.run.append(self.blocks.inline(child))
        else:
            self._end()
            if tag in HEADINGS:
                self.run.append(f"<strong>{self.blocks.inside_of(child).strip()}</strong>")
            elif tag in BLOCKS:
                self.out.append(self.blocks.whole(child, tag))
            else:
                self.run.append(text_of(child.text))
                for one in child:
                    self._walk(one)
                    self.run.append(text_of(one.tail))
            self._end()

    def _end(self) -> None:
        html = "".join(self.run).strip()
        self.run.clear()
        if shows(html):
            self.out.append(html)

    def _all(self) -> str:
        self._end()
        if len(self.out) == 1:
            return self.out[0]
        return "".join(one if _is_block(one) else f"<p>{one}</p>" for one in self.out if one)


def holds_blocks(element: HtmlElement) -> bool:
    """Tell whether an element that stands in a line holds what does not."""
    return any(not is_inline(tag_of(one)) and tag_of(one) not in DROPPED for one in element.iterdescendants())


def _item(html: str, more: str = "") -> Iterator[str]:
    if shows(html):
        yield f"<li{more}>{html.strip()}</li>"


def _is_block(html: str) -> bool:
    return re.match(r"<(?:ul|ol|dl|table|pre|hr|blockquote|address)\b", html) is not None
