"""Nest blocks in what holds them: lists and sections of the new article, or the old ones of what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from policypages.redline.matching import Alignment
from policypages.redline.parsing import Attrs, open_tag
from policypages.redline.reading import Box, Leaf

_LISTS = frozenset({"ul", "ol"})
_FAMILIES = {"ol": "ul", "section": "div", "article": "div", "main": "div", "aside": "div"}
_ITEMS = frozenset({"li", "dt", "dd"})


def join(found: Alignment) -> dict[Box, Box]:
    """Find which box of the new article an old one became: the one that holds most of its words."""
    votes: Counter[tuple[Box, Box]] = Counter()
    links = Counter(
        (found.old.leaf_of[x], found.new.leaf_of[y]) for x, y in enumerate(found.to_new) if y >= 0
    )
    links.update(dict.fromkeys(found.tables.items(), 1))
    for (x, y), count in sorted(links.items()):
        for ours in found.old.leaves[x].path:
            for theirs in found.new.leaves[y].path:
                if _family(ours) == _family(theirs):
                    votes[ours, theirs] += count
    anchors = {box.id: box for leaf in found.new.leaves for box in leaf.path if box.id}
    for ours in {box: None for leaf in found.old.leaves for box in leaf.path if box.id}:
        after = anchors.get(found.was.get(ours.id, ours.id))
        if after is not None:
            votes[ours, after] += len(found.to_new)
    joined: dict[Box, Box] = {}
    taken: set[Box] = set()
    # most first; of as many the first in the order of both
    for (ours, theirs), _ in votes.most_common():
        if ours not in joined and theirs not in taken:
            joined[ours] = theirs
            taken.add(theirs)
    return joined


def _family(box: Box) -> str:
    return _FAMILIES.get(box.tag, box.tag)


class Nest:
    """HTML in the making: blocks one after another, with the boxes opened and closed that hold them."""

    def __init__(self, joined: dict[Box, Box], leaves: Sequence[Leaf]) -> None:
        self.joined = joined
        self.kept = set(joined.values())
        self.boxes = {box for leaf in leaves for box in leaf.path}
        self.leaves = leaves
        self.out: list[str] = []
        self.stack: tuple[Box, ...] = ()
        self.opened: dict[Box, int] = {}  # box of the new article: where in `out` it was opened
        self.marks: dict[Box, set[str]] = {}  # and what its blocks are
        self.data: dict[Box, Attrs] = {}
        self.changed: dict[Box, str] = {}  # and what it was, where it was another element

    def new(self, y: int, inside: str, classes: Sequence[str], data: Attrs) -> None:
        """Add a block of the new article."""
        leaf = self.leaves[y]
        self._step(leaf.path)
        for box in leaf.path:
            seen = {one for one in classes if one in {"redline-added", "redline-moved-to"}} or {""}
            self.marks.setdefault(box, set()).update(seen)
            self.data[box] = tuple(pair for pair in data if pair[0] == "data-redline-move")
        if leaf.tag:
            self._add(leaf.tag, leaf.attrs, inside, " ".join(classes), data)
        else:
            self.out.append(f"{inside}\n")

    def old(self, leaf: Leaf, upto: int, inside: str, classes: str, data: Attrs) -> None:
        """Add a block that is gone, before the new block `upto`."""
        path, tag = self._path(leaf, self.leaves[upto].path if upto < len(self.leaves) else ())
        if leaf.tag == "hr" != tag:
            return  # no rule between items
        kept = len(_shared(self.stack, path))
        self._step(path[:kept])
        for box in path[kept:]:
            if box in self.boxes:
                self._step((*self.stack, box))
                continue
            attrs = tuple(pair for pair in box.attrs if pair[0] != "id")
            self.out.append(f"{open_tag(box.tag, (*with_classes(attrs, classes), *data))}\n")
            self.stack = (*self.stack, box)
        for box in self.stack:
            # what is gone must stay when what is new goes
            self.marks.setdefault(box, set()).add("redline-moved-to" if "moved-to" in classes else "")
        attrs = tuple(pair for pair in leaf.attrs if pair[0] != "id")
        self._add(tag or "div", attrs, inside, classes, data)

    def html(self) -> str:
        """Close what is open, mark the boxes of which all is new, and return the HTML."""
        self._step(())
        for box, at in self.opened.items():
            marks = self.marks.get(box, set())
            classes = marks.pop() if len(marks) == 1 else ""
            data = self.data.get(box, ()) if classes == "redline-moved-to" else ()
            if classes == "redline-added" and box in self.kept:
                classes = ""
            if box in self.changed:
                classes = f"{classes} redline-attribute".strip()
                data = (*data, ("data-redline-was", self.changed[box]))
            self.out[at] = f"{open_tag(box.tag, (*with_classes(box.attrs, classes), *data))}\n"
        return "".join(self.out)

    def _add(self, tag: str, attrs: Attrs, inside: str, classes: str, data: Attrs) -> None:
        begun = open_tag(tag, (*with_classes(attrs, classes), *data))
        self.out.append(f"{begun}\n" if tag == "hr" else f"{begun}{inside}</{tag}>\n")

    def _path(self, leaf: Leaf, following: tuple[Box, ...]) -> tuple[tuple[Box, ...], str]:
        """Return where a block that is gone stands: in what became of its holder, if that is open or next."""
        mine = tuple(box for box in self.stack if box in self.opened)
        must = _shared(mine, following)
        best, rest = must, leaf.path
        for at in range(len(leaf.path), 0, -1):
            home = self.joined.get(leaf.path[at - 1])
            for near in (mine, following):
                if home is not None and home in near:
                    upto = near[: near.index(home) + 1]
                    if len(upto) >= len(must):
                        return self._legal(upto, leaf.path[at:], leaf.tag)
                    if best is must and rest is leaf.path:
                        rest = leaf.path[at:]
        return self._legal(best, rest, leaf.tag)

    def _legal(self, path: tuple[Box, ...], rest: tuple[Box, ...], tag: str) -> tuple[tuple[Box, ...], str]:
        """Let nothing but items stand in a list, and items nowhere else."""
        holder = path[-1].tag if path else ""
        if holder in _LISTS:
            while rest and rest[0].tag != "li":
                rest = rest[1:]
            if not rest:
                return path, "li"
        elif holder == "dl":
            while rest and rest[0].tag not in {"dt", "dd", "div"}:
                rest = rest[1:]
            if not rest:
                return path, tag if tag in {"dt", "dd"} else "dd"
        elif not rest and tag in _ITEMS:
            inside_dl = holder == "div" and len(path) > 1 and path[-2].tag == "dl"
            return path, tag if inside_dl and tag != "li" else "div"
        elif rest and rest[0].tag in _ITEMS:
            while rest and rest[0].tag in _ITEMS:
                rest = rest[1:]
            return self._legal(path, rest, tag)
        return (*path, *rest), tag

    def _step(self, path: tuple[Box, ...]) -> None:
        kept = len(_shared(self.stack, path))
        self.out += (f"</{box.tag}>\n" for box in reversed(self.stack[kept:]))
        for box in path[kept:]:
            self.opened[box] = len(self.out)
            self.out.append("")
        self.stack = path


def _shared(one: tuple[Box, ...], other: tuple[Box, ...]) -> tuple[Box, ...]:
    at = 0
    while at < min(len(one), len(other)) and one[at] is other[at]:
        at += 1
    return one[:at]


def with_classes(attrs: Attrs, classes: str) -> Attrs:
    """Add classes to attributes."""
    if not classes:
        return attrs
    own = dict(attrs).get("class")
    both = f"{own} {classes}" if own else classes
    return (*(pair for pair in attrs if pair[0] != "class"), ("class", both))
