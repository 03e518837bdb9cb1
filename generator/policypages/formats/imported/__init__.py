"""Make an article of HTML that was published before us: what is on a strict list stays, the rest goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final

from lxml.html import HtmlElement

from policypages.formats import language
from policypages.formats.imported.blocks import BLOCKS, HEADINGS, Blocks, holds_blocks
from policypages.formats.imported.page import base_of, heart_of, parsed
from policypages.formats.imported.words import DROPPED, TOP, is_inline, shows, tag_of, text_of, words_of
from policypages.model import FrozenArticle, Heading

_RESERVED: Final = frozenset({"page-top", TOP})
_NUMBER: Final = re.compile(
    r"\A\s*(?:section\s+)?(?:\d+(?:\.\d+)*|[ivxIVX]+|[a-zA-Z])[.):]\s+|\A\s*\d+(?:\.\d+)*\s+"
)
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_INSIDE: Final = re.compile(r'<a href="#([^"]*)"')
_WORD: Final = re.compile(r"\w")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Imported:
    """An article made of somebody's HTML; `left_out` counts the elements that went with their words."""

    article: FrozenArticle
    left_out: Mapping[str, int]


@dataclass(slots=True)
class _Title:
    """A heading of the source, and the blocks up to the next."""

    level: int
    html: str
    words: str
    ids: tuple[str, ...]
    anchor: str = ""
    blocks: list[str] = field(default_factory=list)
    below: list[_Title] = field(default_factory=list)


def imported(
    data: bytes, *, source: str, locale: str, title: str, known: Mapping[str, str]
) -> Imported | None:
    """Make an article of a page's HTML; None where it has no words.

    Raise TooDeepError where its elements are nested too deeply. `source` is where it was published: its
    links are worked out from there, or from what it says itself. `title` is for a page that has
    none. `known` gives for titles of sections that we have, in `plain_title`, their anchors: such a section
    is compared with ours.
    """
    root = parsed(data)
    if root is None:
        return None
    return _Importer(source, base_of(root, source), known).run(heart_of(root), locale, title)


def plain_title(words: str) -> str:
    """Return what two headings have in common that say the same: no number, no case, no signs."""
    return " ".join(re.findall(r"\w+", _NUMBER.sub("", words, count=1).casefold()))


class _Importer(Blocks):
    def __init__(self, source: str, base: str, known: Mapping[str, str]) -> None:
        super().__init__(source, base)
        self.published_at = source
        self.known = known
        self.taken: set[str] = set(_RESERVED)
        self.wanted: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.aims: list[str] = []
        self.first = _Title(0, "", "", ())
        self.titles = [self.first]

    def run(self, heart: HtmlElement, locale: str, title: str) -> Imported | None:
        self.wanted = {self.fragment(one.get("href") or "") for one in heart.iter("a")} - {""}
        self._flow(heart)
        tops = self._tree()
        named = [one for one in self.titles if one.level == 1]
        words, html = (named[0].words, named[0].html) if named else (title, escape(title, quote=False))
        body = "".join(_written(one) for one in tops) if tops else ""
        inside = "".join(f"{block}\n" for block in self._opening()) + body
        if not _WORD.search(re.sub(r"<[^>]*>", "", inside)):
            return None
        html, inside = (_INSIDE.sub(self._anchored, one) for one in (html, inside))
        frame = f'<article class="policy" lang="{locale}" dir="{language.direction(locale)}">'
        article = FrozenArticle(
            title=words,
            summary=None,
            html=f"{frame}\n<h1>{html}</h1>\n{inside}</article>\n",
            contents=tuple(_line(one) for one in tops),
            anchors=tuple(one.anchor for one in _every(tops)),
            linked=False,
            facts={},
            source=self.published_at,
        )
        return Imported(article, dict(sorted(self.left_out.items())))

    # ---- sections

    def _opening(self) -> list[str]:
        """Return the blocks before the first section: those under the title, too."""
        named = next((one for one in self.titles if one.level == 1), None)
        return [*self.first.blocks, *(named.blocks if named is not None else ())]

    def _tree(self) -> list[_Title]:
        """Put sections into each other by the levels of their headings; the first `h1` is the title."""
        title = next((one for one in self.titles if one.level == 1), None)
        tops: list[_Title] = []
        way: list[_Title] = []
        for one in self.titles:
            if one is self.first or one is title:
                continue
            one.anchor = self._anchor(one)
            while way and way[-1].level >= one.level:
                way.pop()
            (way[-1].below if way else tops).append(one)
            way.append(one)
        return tops

    def _anchor(self, title: _Title) -> str:
        """Name a section as ours of the same title is named, else by its words."""
        words = title.words.lower().encode("ascii", "ignore").decode()
        slug = _NOT_SLUG.sub("-", words)[:_LONGEST].strip("-") or "section"
        wanted = self.known.get(plain_title(title.words), slug)
        anchor, number = wanted, 1
        while anchor in self.taken:
            number += 1
            anchor = f"{wanted}-{number}"
        self.taken.add(anchor)
        for one in title.ids:
            self.renamed.setdefault(one, anchor)
        return anchor

    def _anchored(self, match: re.Match[str]) -> str:
        """Lead a link inside the page to where its target is now; to the top, where that is gone."""
        return f'<a href="#{self.renamed.get(unescape(match[1]), TOP)}"'

    # ---- blocks

    def _flow(self, element: HtmlElement) -> None:
        """Read what an element holds as blocks and headings; words that stand bare are a paragraph."""
        run: list[str] = [text_of(element.text)]
        for child in element:
            tag = tag_of(child)
            if tag in DROPPED:
                self.left_out[tag] += 1
            elif tag in HEADINGS:
                self._end(run)
                self._begin(child, HEADINGS[tag])
            elif is_inline(tag) and not holds_blocks(child):
                self._aim_at(child)
                run.append(self.inline(child))
            else:
                self._end(run)
                self._block(child, tag)
            run.append(text_of(child.tail))
        self._end(run)

    def _aim_at(self, element: HtmlElement) -> None:
        """Keep the ids that links of the page want: they are of the section that begins next, or of this."""
        self.aims += [
            str(name)
            for one in element.iter()
            for name in (one.get("id"), one.get("name"))
            if name in self.wanted
        ]

    def _begin(self, element: HtmlElement, level: int) -> None:
        words = " ".join(words_of(element).split())
        if not words:
            return
        self._aim_at(element)
        html = re.sub(" {2,}", " ", self.inside_of(element)).strip()
        self.titles.append(_Title(level, html, words, tuple(self.aims)))
        self.aims.clear()

    def _end(self, run: list[str]) -> None:
        html = "".join(run).strip()
        run.clear()
        if shows(html):
            self._add(f"<p>{html}</p>")

    def _add(self, html: str) -> None:
        title = self.titles[-1]
        title.blocks.append(html)
        title.ids += tuple(self.aims)
        self.aims.clear()

    def _block(self, element: HtmlElement, tag: str) -> None:
        if tag == "table" and _is_layout(element):
            self._flow_all(element)
        elif tag not in BLOCKS or (tag in {"blockquote", "address"} and _has_headings(element)):
            # a division, a paragraph, or what nobody knows: its words stand by themselves
            self.aims += [name for name in (element.get("id"),) if name in self.wanted]
            self._flow(element)
        else:
            self._aim_at(element)
            html = self.whole(element, tag)
            if tag == "hr" or shows(html):
                self._add(html)

    def _flow_all(self, table: HtmlElement) -> None:
        """Read the cells of a table that only lays out a page, one after the other."""
        for cell in table.iter("td", "th", "caption"):
            if next(cell.iterancestors("table"), None) is table:
                self._flow(cell)


def _has_headings(element: HtmlElement) -> bool:
    return any(True for _ in element.iter(*HEADINGS))


def _is_layout(table: HtmlElement) -> bool:
    """Tell whether a table only lays out a page, as pages once were."""
    if (table.get("role") or "") in {"presentation", "none"}:
        return True
    return any(one is not table for one in table.iter("table", *HEADINGS))


def _written(title: _Title, level: int = 2) -> str:
    """Write a section with its heading; six levels are all that there are."""
    blocks = "".join(f"{block}\n" for block in title.blocks)
    below = "".join(_written(one, level + 1) for one in title.below)
    heading = f"h{min(level, 6)}"
    return f'<section id="{title.anchor}">\n<{heading}>{title.html}</{heading}>\n{blocks}{below}</section>\n'


def _line(title: _Title) -> Heading:
    return Heading(None, title.words, title.anchor, tuple(_line(one) for one in title.below))


def _every(titles: Sequence[_Title]) -> Iterator[_Title]:
    for one in titles:
        yield one
        yield from _every(one.below)
