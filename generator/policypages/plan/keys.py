"""Name what a file is made from, so that its key changes exactly when the file would."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from zlib import crc32

from policypages.model import FileTask, FixedTask, Task

_SHOWN: Final = 3
_MANY: Final = 1024
_MARK: Final = 8  # hex digits that stand for the name of a thing, and as many for the thing itself
_TAGS: Final[dict[str, str]] = {}  # what `tag` has worked out, by name


class Basis(NamedTuple):
    """What several files are made from, worked out once: part of their keys, and of their marks."""

    key: str
    marks: str


class Sealed(NamedTuple):
    """Things that were sealed before: their tags, digests and checksums, each one behind the other."""

    tags: str = ""
    digests: str = ""
    sums: str = ""


_NOTHING: Final = Sealed()


def digest(value: Any) -> str:
    """Return sixteen hex digits for any value that facts, outlines and plans are made of.

    `repr` tells such values apart: text, numbers, dates, null, lists and mappings of them, and the
    kinds of `values.py`, which write all that they hold.
    """
    return hashlib.blake2b(_bytes(repr(value)), digest_size=8).hexdigest()


def tag(name: str) -> str:
    """Return what stands in marks for the name of a thing that files are made from."""
    known = _TAGS.get(name)
    if known is None:
        known = _TAGS[name] = f"{crc32(_bytes(name)):08x}"
    return known


def tags_of(names: Iterable[str]) -> str:
    """Return the tags of several things, one behind the other."""
    return "".join(map(tag, names))


def basis(parts: Mapping[str, str]) -> Basis:
    """Seal what several files share: the names of things, and a text that tells each from others."""
    return Basis(*seal(None, tags_of(parts), list(parts.values())))


def seal(above: Basis | None, tags: str, texts: Sequence[str], known: Sealed = _NOTHING) -> tuple[str, str]:
    """Return the key and the marks of what is made from a basis and from things of these tags and texts.

    Marks are all tags, then a checksum of each thing; a basis has its own before a full stop.
    """
    data = _bytes("\0".join(texts))
    sealed = hashlib.blake2b(data, digest_size=16)
    each = data.split(b"\0")  # to encode all at once is cheaper than one by one
    if len(each) != len(texts):  # one of them holds the sign
        each = [*map(_bytes, texts)]
    marks = f"{tags}{known.tags}{array('I', map(crc32, each)).tobytes().hex()}{known.sums}"
    if above is None:
        return sealed.hexdigest(), marks
    sealed.update(f"{tags}{known.digests}{above.key}".encode())
    return sealed.hexdigest(), f"{above.marks}.{marks}"


class Digests:
    """Digests that tell mappings of facts from others, kept for those that many entities have in common.

    By identity, which lasts since each is held: to write cookies takes longer than most of a page's key.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def of(self, value: object) -> str:
        """Return the digest of a value that nobody changes."""
        known = self._known.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        sealed = digest(value)
        if len(self._known) >= _MANY:
            self._known.clear()
        self._known[id(value)] = value, sealed
        return sealed


def file_task(path: str, parts: Mapping[str, str], task: Task, above: Basis | None = None) -> FileTask:
    """Make the task of a file from a basis and the named things that are its own."""
    key, marks = seal(above, tags_of(parts), list(parts.values()))
    return FileTask(path, key, marks, task)


def fixed_task(path: str, text: str) -> FileTask:
    """Make the task of a file whose content is known: nothing else has a part in its key."""
    data = text.encode()
    key = hashlib.blake2b(data, digest_size=16).hexdigest()
    return FileTask(path, key, f"{tag('its content')}{crc32(data):08x}", FixedTask(data))


def why_stale(before: str | None, now: str) -> str:
    """Say in words what changed between the marks of the last build and these; empty if nothing did."""
    if before is None:
        return "it is new"
    words = [f"{name} {what}" for name, what in changed(before, now).items()]
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def changed(before: str, now: str) -> dict[str, str]:
    """Return what files are made from that is not the same in two marks: by name, what became of it."""
    names = {mark: name for name, mark in _TAGS.items()}
    old, new = _by_tag(before), _by_tag(now)
    out = {
        names[one]: "changed" if one in old else "is new"
        for one, value in new.items()
        if old.get(one) != value
    }
    return out | {names.get(one, "something it was made from"): "is gone" for one in old if one not in new}


def _by_tag(marks: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for part in marks.split("."):
        half = len(part) // 2
        names = [part[at : at + _MARK] for at in range(0, half, _MARK)]
        for at, name in enumerate(names):  # a clause may stand on a page twice
            out[name] = out.get(name, "") + part[half + _MARK * at :][:_MARK]
    return out


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
