"""Write the words of a foreign page with what may stand in them: links, emphasis, breaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

# with all they hold: what runs, what is filled in, what moves, and the way round a site
DROPPED: Final = frozenset(
    "script style noscript template iframe frame frameset object embed applet svg math canvas audio video"
    " source track map area input button select textarea option datalist output progress meter dialog nav"
    " head title meta link base slot portal".split()
)
_INLINE: Final = frozenset(
    "a abbr b bdi bdo br cite code dfn em i kbd mark q s samp small strong sub sup time u var wbr".split()
)
_RENAMED: Final = {"del": "s", "strike": "s", "ins": "u", "tt": "code", "acronym": "abbr"}
_UNWRAPPED: Final = frozenset("span font big label nobr img picture ruby rb rt rp data".split())
_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "a": ("hreflang",),
    "abbr": ("title",),
    "dfn": ("title",),
    "time": ("datetime",),
    "ol": ("start", "type", "reversed"),
    "li": ("value",),
    "th": ("colspan", "rowspan", "scope"),
    "td": ("colspan", "rowspan"),
}
_VALUES: Final[Mapping[str, re.Pattern[str]]] = {
    "colspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d{0,3}"),
    "start": re.compile(r"-?\d{1,6}"),
    "value": re.compile(r"-?\d{1,6}"),
    "type": re.compile(r"[1aAiI]"),
    "reversed": re.compile(r"(?:reversed)?"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "hreflang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"),
    "lang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "datetime": re.compile(r"[0-9TZ:.+ -]{1,40}"),
    "title": re.compile(r"[^\x00-\x1f\x7f]{1,300}"),
}
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_BREAKS: Final = re.compile(r"[\t\n\r\f]+")
TOP: Final = "page-main"


class Words:
    """Writes what stands in a line; `left_out` counts the elements that went with all they held.

    `source` is the address of the page, `base` that from which its links are worked out.
    """

    def __init__(self, source: str, base: str) -> None:
        self.source = urldefrag(source)[0]
        self.base = base
        self._in_link = False
        self.left_out: Counter[str] = Counter()

    def inside_of(self, element: HtmlElement, *, keep: bool = False) -> str:
        """Write the words of an element, with what is in them."""
        out = [text_of(element.text, keep=keep)]
        for child in element:
            tag = tag_of(child)
            if tag in DROPPED:
                self.left_out[tag] += 1
            else:
                inside = self.inline(child, keep=keep)
                out.append(inside if is_inline(tag) else f" {inside} ")
            out.append(text_of(child.tail, keep=keep))
        return "".join(out)

    def inline(self, element: HtmlElement, *, keep: bool = False) -> str:
        """Write an element that stands in a line, or only what it holds."""
        tag = _RENAMED.get(tag_of(element), tag_of(element))
        if tag == "img":  # pictures are not ours to keep: what they say stands in their place
            self.left_out[tag] += 1
            return text_of(element.get("alt"))
        if tag in {"br", "wbr"}:
            return f"<{tag}>"
        if tag == "a":
            return self._link(element, keep=keep)
        inside = self.inside_of(element, keep=keep)
        if tag not in _INLINE or not inside.strip():
            return inside
        return f"<{tag}{attributes(element, tag)}>{inside}</{tag}>"

    def _link(self, element: HtmlElement, *, keep: bool) -> str:
        """Write a link; one within another has no place in HTML, and is what it holds."""
        href = self.href_of(element.get("href") or "") if not self._in_link else ""
        if not href:
            return self.inside_of(element, keep=keep)
        self._in_link = True
        inside = self.inside_of(element, keep=keep)
        self._in_link = False
        if not inside.strip():
            return inside
        return f'<a href="{escape(href)}"{attributes(element, "a")}>{inside}</a>'

    def fragment(self, href: str) -> str:
        """Return the anchor of a link that leads inside its own page; empty for any other."""
        href = _address(href)
        if href.startswith("#"):  # of the page itself, whatever its links are worked out from
            return unquote(href[1:]) or TOP
        try:
            there, anchor = urldefrag(urljoin(self.base, href))
        except ValueError:
            return ""
        return unquote(anchor) if there == self.source else ""

    def href_of(self, href: str) -> str:
        """Return a whole address, or an anchor; empty for one that we do not take."""
        anchor = self.fragment(href)
        if anchor:
            return f"#{anchor}"
        try:
            whole = urljoin(self.base, _address(href))
            scheme = urlsplit(whole).scheme.lower()
        except ValueError:
            return ""
        return whole if href.strip() and scheme in _SCHEMES else ""


def _address(href: str) -> str:
    """Write an address as a browser reads it: a space in it is a part of it, a break is not."""
    return _BREAKS.sub("", href).strip(" ").replace(" ", "%20")


def tag_of(element: HtmlElement) -> str:
    """Return the name of an element; what is none, such as a comment, goes."""
    return element.tag.lower() if isinstance(element.tag, str) else "script"


def is_inline(tag: str) -> bool:
    """Tell whether an element stands in a line of words."""
    return tag in _INLINE or tag in _RENAMED or tag in _UNWRAPPED


def text_of(text: str | None, *, keep: bool = False) -> str:
    """Write a text: its white space is one space, but where it is kept."""
    words = text or ""
    return escape(words if keep else _SPACE.sub(" ", words), quote=False)


def words_of(element: HtmlElement) -> str:
    """Return the words of an element, without those that go."""
    out = [element.text or ""]
    for child in element:
        tag = tag_of(child)
        words = words_of(child) if tag not in DROPPED else ""
        out += [words if is_inline(tag) and tag != "br" else f" {words} ", child.tail or ""]
    return "".join(out)


def attributes(element: HtmlElement, name: str) -> str:
    """Write the attributes of an element that are on the list, with values that are."""
    out = []
    for key in (*_ATTRIBUTES.get(name, ()), "lang", "dir"):
        value = element.get(key)
        if value is not None and _VALUES[key].fullmatch(value.strip()):
            out.append(f' {key}="{escape(value.strip())}"')
    return "".join(out)


def shows(html: str) -> bool:
    """Tell whether HTML shows anything but space."""
    return bool(re.sub(r"<[^>]*>|&nbsp;|[\s\u00a0]", "", html))
