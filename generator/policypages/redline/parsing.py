"""Read HTML into a tree and write it again, as it stands: libxml2's own parser ends an address at a list."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, html_parser

Attrs = tuple[tuple[str, str], ...]
VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())
BLOCKS: Final = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre search section summary table tbody"
    " td tfoot th thead tr ul".split()
)
_ROOM: Final = "redline-room"  # what holds the HTML while it is read
_DEEPEST: Final = 200
_TAG: Final = re.compile(r"[a-z][a-z0-9-]*\Z")
_ATTR: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.-]*\Z")
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# what articles are written in: the parser of the standard library takes twice as long for it
_PLAIN: Final = re.compile(r'([^<]+)|<([a-z][a-z0-9-]*)((?: [a-z][a-z0-9-]*="[^"]*")*)>|</([a-z][a-z0-9-]*)>')
_PLAIN_ATTR: Final = re.compile(r' ([a-z0-9-]+)="([^"]*)"')
# in these that parser reads no elements, or no character references
_RAW: Final = frozenset(
    "iframe listing noembed noframes noscript plaintext script style textarea title xmp".split()
)
# an element that may stand without an end is closed by these, up to what holds it
_CLOSED_BY: Final = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    **dict.fromkeys(
        ("thead", "tbody", "tfoot"),
        (frozenset({"thead", "tbody", "tfoot", "caption", "tr", "td", "th"}), frozenset({"table"})),
    ),
}


def parse(source: str) -> HtmlElement:
    """Return an element that holds what an HTML text holds."""
    builder = _Builder()
    return builder.room if builder.feed_plain(source) else parse_any(source)


def parse_any(source: str) -> HtmlElement:
    """Return the same by the parser of the standard library, which takes any HTML."""
    builder = _Builder()
    builder.feed(source)
    builder.close()
    return builder.room


def serialise(room: HtmlElement) -> str:
    """Return the HTML of what such an element holds."""
    out = [escape(room.text or "", quote=False)]
    for child in room:
        name = name_of(child)
        attrs = tuple((str(key), str(value)) for key, value in child.attrib.items())
        out.append(open_tag(name, attrs))
        out += [] if name in VOID else [serialise(child), f"</{name}>"]
        out.append(escape(child.tail or "", quote=False))
    return "".join(out)


def name_of(element: etree._Element) -> str:
    """Return the name of an element."""
    return str(element.tag)


def open_tag(tag: str, attrs: Attrs) -> str:
    """Write the beginning of an element."""
    inside = "".join(f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{inside}>"


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.room: HtmlElement = html_parser.makeelement(_ROOM)
        self.stack: list[HtmlElement] = [self.room]

    def feed_plain(self, source: str) -> bool:
        """Read HTML that is written as ours; False, with a part of it read, where something else is in it."""
        end = 0
        for match in _PLAIN.finditer(source):
            if match.start() != end:
                return False
            end = match.end()
            text, tag, attrs, closed = match.groups()
            if text is not None:
                self.handle_data(unescape(text) if "&" in text else text)
            elif closed is not None:
                self.handle_endtag(closed)
            elif tag in _RAW:
                return False
            else:
                self.handle_starttag(
                    tag, [(name, unescape(value)) for name, value in _PLAIN_ATTR.findall(attrs)]
                )
        return end == len(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _TAG.match(tag):
            return
        self._close_before(tag)
        if len(self.stack) > _DEEPEST:
            return
        element = html_parser.makeelement(tag)
        for name, value in attrs:
            if _ATTR.match(name) and name not in element.attrib:
                element.set(name, _UNFIT.sub("", value or ""))
        self.stack[-1].append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.stack) - 1, 0, -1):
            if self.stack[at].tag == tag:
                del self.stack[at:]
                return

    def handle_data(self, data: str) -> None:
        holder = self.stack[-1]
        data = _UNFIT.sub("", data)
        if len(holder):
            holder[-1].tail = (holder[-1].tail or "") + data
        else:
            holder.text = (holder.text or "") + data

    def _close_before(self, tag: str) -> None:
        if tag in BLOCKS and self.stack[-1].tag == "p":
            self.stack.pop()
        closed, homes = _CLOSED_BY.get(tag, (frozenset(), frozenset()))
        for at in range(len(self.stack) - 1, 0, -1):
            name = self.stack[at].tag
            if name in homes:
                return None
            if name in closed:
                del self.stack[at:]
                return self._close_before(tag)
        return None
