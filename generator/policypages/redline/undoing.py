"""Take the changes of a redline back, or accept them."""

from __future__ import annotations

from lxml.html import HtmlElement

from policypages.redline.parsing import parse, serialise

_NOTE = "redline-note"


def accepted(redline: str) -> str:
    """Return the new article: without what is gone, and without marks."""
    return _without(redline, "del", {"redline-removed", "redline-moved-from"})


def rejected(redline: str) -> str:
    """Return the old article: without what is new, and with every link leading where it led."""
    return _without(redline, "ins", {"redline-added", "redline-moved-to"})


def _without(redline: str, mark: str, blocks: set[str]) -> str:
    room = parse(redline)
    for element in list(room.iter()):
        if element is room:
            continue
        classes = set((element.get("class") or "").split())
        if _NOTE in classes or classes & blocks:
            _drop(element)
        elif element.tag == mark and "redline" in classes:
            if "redline-break" in classes:
                element.tail = f" {element.tail or ''}"
            _drop(element)
    for element in list(room.iter()):
        if element is not room:
            _tidy(element, old=mark == "ins")
    return serialise(room)


def _tidy(element: HtmlElement, *, old: bool) -> None:
    """Take marks off an element, or the element away and leave what is in it."""
    classes = (element.get("class") or "").split()
    href = element.attrib.pop("data-redline-href", None)
    for name in ("data-redline-was", "data-redline-move"):
        element.attrib.pop(name, None)
    if "redline" in classes and element.tag in {"del", "ins"}:
        element.drop_tag()
        return
    if old and href is not None:
        if href:
            element.tag = "a"
            element.set("href", href)
        else:
            element.attrib.pop("href", None)
    around = element.tag == "span" and "redline-attribute" in classes
    if around or ("redline-unlinked" in classes and not old):
        element.drop_tag()
        return
    kept = [one for one in classes if not one.startswith("redline")]
    if kept:
        element.set("class", " ".join(kept))
    elif classes:
        del element.attrib["class"]


def _drop(element: HtmlElement) -> None:
    """Take an element away and leave the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
