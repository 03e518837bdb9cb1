"""Bring an article to its canonical text, which digests are of: its words and link targets alone."""

from __future__ import annotations

from lxml import etree

from policypages.redline.parsing import BLOCKS, VOID, name_of, open_tag, parse
from policypages.redline.reading import RULE, UNREAD, attrs_of, flat, read
from policypages.redline.words import LINE, Token, has_alone, is_alone


def normalised_text(source: str) -> str:
    """Return the canonical text of an article, for digests: its words and link targets, and no white space.

    Any white space, and the end of a block, is one space; beside a character of a script that has no spaces
    between words it is nothing. The address of a link stands after its words, on a line of its own, which no
    word can do. So a telephone number, a mail address and a form count with what they open.
    """
    try:
        return _Spaced().of(source)
    except _UnspacedError:
        return text_of_tokens(source)


def text_of_tokens(source: str) -> str:
    """Return the same by the tokens of a redline, for any script; it takes ten times as long."""
    out: list[str] = []
    href: str | None = None
    last: Token | None = None
    gap = False
    for leaf in flat(read(source).leaves):
        for at, token in enumerate(leaf.tokens):
            gap = gap or at == 0 or bool(token.space)
            if token.html in {LINE, RULE}:
                gap = True
                continue
            here = token.href
            if href is not None and here != href:
                out.append(f"\n<{href}>\n")
            if last is not None and gap and not (is_alone(last.text[-1:]) or is_alone(token.text)):
                out.append(" ")
            out.append(token.text if not token.html else f"\n{token.html}\n")
            href, last, gap = here, token, False
    if href is not None:
        out.append(f"\n<{href}>\n")
    return "".join(out)


class _UnspacedError(Exception):
    """There is a character of a script that puts no spaces between words."""


class _Spaced:
    """Gathers the text of an article whose words all have spaces between them."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.href: str | None = None
        self.gap = False

    def of(self, source: str) -> str:
        room = parse(source)
        self.holding = {parent for block in room.iter(*BLOCKS) for parent in block.iterancestors()}
        self._blocks(room, ())
        self._end_link(None)
        return "".join(self.out)

    def _end_link(self, here: str | None) -> None:
        if self.href is not None and here != self.href:
            self.out.append(f"\n<{self.href}>\n")
        self.href = here

    def _text(self, text: str | None, link: tuple[str | None, ...]) -> None:
        if not text:
            return
        words = text.split()
        if not words:
            self.gap = True
            return
        if not text.isascii() and has_alone(text):
            raise _UnspacedError
        self._add(" ".join(words), link, spaced=text[0].isspace())
        self.gap = text[-1].isspace()

    def _add(self, text: str, link: tuple[str | None, ...], *, spaced: bool = False) -> None:
        self._end_link(link[0] if link else None)
        if self.out and (self.gap or spaced):
            self.out.append(" ")
        self.out.append(text)
        self.gap = False

    def _blocks(self, element: etree._Element, link: tuple[str | None, ...]) -> None:
        """Gather what an element holds as blocks; `link` has the address of the outermost link round it."""
        self.gap = True
        self._text(element.text, link)
        for child in element:
            name = name_of(child)
            if name in BLOCKS or child in self.holding:
                self.gap = True
                self._block(child, name, link)
                self.gap = True
            else:
                self._inline(child, name, link)
            self._text(child.tail, link)

    def _block(self, child: etree._Element, name: str, link: tuple[str | None, ...]) -> None:
        if name == "table":
            self._table(child, link)
        elif name == "hr":
            return
        elif name not in BLOCKS:
            self._blocks(child, _within(child, name, link))
        elif child in self.holding:
            self._blocks(child, link)
        else:
            self._words(child, link)

    def _words(self, element: etree._Element, link: tuple[str | None, ...]) -> None:
        self._text(element.text, link)
        for child in element:
            self._inline(child, name_of(child), link)
            self._text(child.tail, link)

    def _inline(self, element: etree._Element, name: str, link: tuple[str | None, ...]) -> None:
        if name in UNREAD:
            return
        if name == "br":
            self.gap = True
        elif name in VOID:
            attrs = attrs_of(element)
            if has_alone(dict(attrs).get("alt", "")):
                raise _UnspacedError
            self._add(f"\n{open_tag(name, attrs)}\n", link)
        else:
            self._words(element, _within(element, name, link))

    def _table(self, element: etree._Element, link: tuple[str | None, ...]) -> None:
        rows: list[etree._Element] = []
        for child in element:
            name = name_of(child)
            if name == "caption":
                self._blocks(child, link)
            elif name == "tr":
                rows.append(child)
            elif name in {"thead", "tbody", "tfoot"}:
                rows += [row for row in child if name_of(row) == "tr"]
        for row in rows:
            for cell in row:
                if name_of(cell) in {"td", "th"}:
                    self._blocks(cell, link)


def _within(element: etree._Element, name: str, link: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return (dict(attrs_of(element)).get("href"),) if name == "a" and not link else link
