"""Keep of a redline what changed, with the headings that it stands under: for reading apart from the page."""

from __future__ import annotations

from lxml.html import HtmlElement

from policypages.redline.parsing import name_of, parse, serialise
from policypages.redline.reading import HEADINGS

_HOLDING = frozenset({"article", "section", "div", "main", "body"})
_ELSEWHERE = ("#", "policy:")


def excerpt(redline: str) -> str:
    """Return the blocks of a redline that have changes; what is left out between them is one paragraph.

    Nothing in it has an id, and no link leads to a place of the page: several may stand in one document.
    """
    room = parse(redline)
    for child in list(room):
        if not _keep(child):
            _drop(room, child)
    for element in room.iter():
        element.attrib.pop("id", None)
        for name in ("href", "data-redline-href"):
            if str(element.get(name) or "").startswith(_ELSEWHERE):
                element.attrib.pop(name)
    return serialise(room)


def _keep(element: HtmlElement) -> bool:
    """Take away what has no change, and tell whether anything is left."""
    if not _is_marked(element):
        return False
    if name_of(element) not in _HOLDING or _has_mark(element):
        return True
    left_out: HtmlElement | None = None
    for child in list(element):
        if name_of(child) in HEADINGS or _keep(child):
            left_out = None
            continue
        if left_out is None:
            left_out = element.makeelement("p", {"class": "left-out"})
            left_out.text, left_out.tail = "…", "\n"
            element.replace(child, left_out)
        else:
            _drop(element, child)
    return True


def _is_marked(element: HtmlElement) -> bool:
    return any(_has_mark(one) for one in element.iter())


def _has_mark(element: HtmlElement) -> bool:
    return any(name.startswith("redline") for name in (element.get("class") or "").split())


def _drop(parent: HtmlElement, child: HtmlElement) -> None:
    """Take a block away, and what stands bare behind it: between blocks that is white space."""
    parent.remove(child)
