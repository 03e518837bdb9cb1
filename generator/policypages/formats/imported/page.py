"""Read a foreign page: its bytes as text, its text as a tree, and of that the part that is the policy."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 150  # elements within each other: pages have some forty
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_DECLARED: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")


class TooDeepError(Exception):
    """A page has more elements within each other than we read."""


def parsed(data: bytes) -> HtmlElement | None:
    """Return the tree of a page; None where it has none."""
    text = _DECLARED.sub("", _decoded(data))
    # a parser that takes no huge tree ends in silence at some depth, and the rest of the page is lost
    parser = HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = document_fromstring(_UNFIT.sub("", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise TooDeepError
    return root


def base_of(root: HtmlElement, source: str) -> str:
    """Return the address from which the links of a page are worked out: its own, or what it says."""
    stated = next((one.get("href") for one in root.iter("base") if one.get("href")), "")
    try:
        base = urljoin(source, stated.strip())
        return base if urlsplit(base).scheme in {"http", "https"} else source
    except ValueError:
        return source


def _decoded(data: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace").lstrip("\ufeff")
    stated = _CHARSET.search(data[:4096])
    for name in ([stated[1].decode("ascii")] if stated else []) + ["utf-8"]:
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")


def heart_of(root: HtmlElement) -> HtmlElement:
    """Return the element that holds the text of a page: its one article, or its main part, or all of it."""
    for elements in (
        list(root.iter("article")),
        [
            one
            for one in root.iter("main", "div", "section")
            if one.tag == "main" or one.get("role") == "main"
        ],
        list(root.iter("body")),
    ):
        if len(elements) == 1:
            return elements[0]
    return root
