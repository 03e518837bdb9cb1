"""Find what was edited in the files of a site: which lines of texts, which keys of facts and outlines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from policypages.formats.facts import locate
from policypages.model import ClauseFile, SourceFile

Path = tuple[str | int, ...]
_WORD: Final = re.compile(r"\w+")
_PARTS: Final = {"with": "option", "edits": "edit"}
_UNSEEN: Final = frozenset({"because", "allow", "review", "was"})
"""Keys that no page shows."""


class LineEdit(NamedTuple):
    """Lines of a text that are not as they were: the first of them, and the words that came and went.

    `before` tells that the line is one of the old text.
    """

    line: int
    words: frozenset[str]
    before: bool


class KeyEdit(NamedTuple):
    """A key of a YAML file that does not state what it did; `kind` is for people: option, edit, outline.

    `before` tells that it is gone, and the line is one of the old file.
    """

    kind: str
    name: str
    path: Path
    file: str
    line: int
    before: bool


def line_edits(old: ClauseFile | None, new: ClauseFile | None) -> list[LineEdit]:
    """Compare the files of one clause."""
    one, other = (_lines(file) for file in (old, new))
    out = []
    for kind, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        words = frozenset(_WORD.findall(" ".join([*one[i:j], *other[k:m]])))
        if new is None:
            out.append(LineEdit(i + 1, words, before=True))
        else:
            first = next((at for at in range(k, m) if other[at].strip()), min(k, max(len(other) - 1, 0)))
            out.append(LineEdit(first + 1, words, before=False))
    return out


def _lines(file: ClauseFile | None) -> list[str]:
    return file.data.decode("utf-8-sig", "replace").splitlines() if file is not None else []


def key_edits(old: SourceFile | None, new: SourceFile | None) -> list[KeyEdit]:
    """Compare two states of a YAML file by what they state."""
    one: Mapping[str, Any] = old.values if old is not None else {}
    other: Mapping[str, Any] = new.values if new is not None else {}
    out = []
    for path, gone, kind, name in _compared(one, other, ()):
        file = old if gone else new
        assert file is not None  # noqa: S101 - a key stands in a file
        span = locate(file.file, file.data, path, key=True)
        out.append(KeyEdit(kind, name or ".".join(map(str, path)), path, file.file, span.line, gone))
    return out


_Found = Iterator[tuple[Path, bool, str, str]]


def _compared(old: Any, new: Any, path: Path) -> _Found:
    """Yield the path of each key that differs, whether it is gone, and of what kind and name it is."""
    for key in dict.fromkeys([*old, *new]):
        here = (*path, key)
        one, other = old.get(key), new.get(key)
        if key in _UNSEEN or (one == other and (key in old) == (key in new)):
            continue
        if key == "sections":
            yield from _outlines(one or [], other or [], here)
        elif isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _compared(one, other, here)
        elif key in new and isinstance(other, Mapping) and other:
            yield from _compared({}, other, here)
        elif key not in new and isinstance(one, Mapping) and one:
            yield from ((below, True, kind, name) for below, _, kind, name in _compared({}, one, here))
        else:
            yield here, key not in new, *_kind(here)


def _kind(path: Path) -> tuple[str, str]:
    """Say what a key of a file of facts or of a policy is."""
    steps = [str(step) for step in path]
    if steps[:1] == ["in"]:
        steps = steps[2:]
    if "adjust" in steps:
        below = steps[steps.index("adjust") + 1 :]
        kind = _PARTS.get(below[1], "outline") if below[1:] else "outline"
        if kind == "option" and below[2:]:
            return kind, below[2]
        return kind, below[0] if below else "adjust"
    if steps[:1] == ["strings"]:
        return "label", ".".join(steps[1:]) or "strings"
    if steps[:1] == ["extends"]:
        return "parent", "extends"
    return "fact", ".".join(steps)


# ---------------------------------------------------------------- outlines


class _Standing(NamedTuple):
    """A section of an outline: where it stands in the file, in what section, and what is said of it."""

    path: Path
    above: str
    values: Mapping[str, Any]


def _outlines(old: Sequence[Any], new: Sequence[Any], path: Path) -> _Found:
    """Compare two outlines by the ids of their sections, wherever they stand."""
    one, other = (dict(_sections(side, path, "")) for side in (old, new))
    order = [id_ for id_ in one if id_ in other]
    kept = set(_longest(order, [id_ for id_ in other if id_ in one]))
    for id_, now in other.items():
        was = one.get(id_)
        if was is None:
            yield now.path, False, "outline", id_
            continue
        if was.above != now.above or id_ not in kept:
            yield now.path, False, "outline", id_
        for below, gone, _, _ in _compared(was.values, now.values, ()):
            kind = _PARTS.get(str(below[0]), "outline")
            name = str(below[1]) if kind == "option" and below[1:] else id_
            yield ((*was.path, *below) if gone else (*now.path, *below)), gone, kind, name
    for id_, was in one.items():
        if id_ not in other:
            yield was.path, True, "outline", id_


def _sections(sections: Sequence[Any], path: Path, above: str) -> Iterator[tuple[str, _Standing]]:
    for at, section in enumerate(sections):
        values = section if isinstance(section, Mapping) else {"clause": section}
        id_ = str(values.get("id") or values.get("clause") or at)
        own = {key: value for key, value in values.items() if key != "sections"}
        yield id_, _Standing((*path, at), above, own)
        yield from _sections(values.get("sections") or [], (*path, at, "sections"), id_)


def _longest(one: list[str], other: list[str]) -> Iterator[str]:
    """Yield what stands in the same order in both: all else was moved."""
    for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        yield from one[block.a : block.a + block.size]
