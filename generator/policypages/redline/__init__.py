"""Compare two articles, and show both as one: what is gone before what is new, in static HTML."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from policypages.redline.boxes import with_classes
from policypages.redline.changes import Change, Kind, Redline, as_text
from policypages.redline.composing import compose
from policypages.redline.excerpt import excerpt
from policypages.redline.normalised import normalised_text
from policypages.redline.parsing import open_tag
from policypages.redline.reading import read
from policypages.redline.undoing import accepted, rejected

__all__ = [
    "Change",
    "Kind",
    "Redline",
    "accepted",
    "as_text",
    "compare",
    "excerpt",
    "normalised_text",
    "rejected",
]


def compare(old: str, new: str, *, was: Mapping[str, str] = MappingProxyType({})) -> Redline:
    """Compare two articles; `was` names for the old id of a section the new one."""
    one, other = read(old), read(new)
    anchors = {_anchor(before): _anchor(after) for before, after in was.items()}
    html, changes = compose(one.leaves, other.leaves, anchors)
    root = other.root
    if root.tag:
        begun = [open_tag(box.tag, tuple(p for p in box.attrs if p[0] != "id")) for box in (one.root, root)]
        attrs = root.attrs
        if one.root.tag and begun[0] != begun[1]:
            changes.insert(0, Change("attribute", "", begun[0], begun[1]))
            attrs = (*with_classes(attrs, "redline-attribute"), ("data-redline-was", begun[0]))
        html = f"{open_tag(root.tag, attrs)}\n{html}</{root.tag}>\n"
    return Redline(html, tuple(changes), not changes)


def _anchor(section: str) -> str:
    """Return the anchor of a section id: a `/` in it is a `-`."""
    return section.replace("/", "-")
