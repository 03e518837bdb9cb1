"""Read and write what a target says of itself: the record of what was published, and a journal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from policypages.paths import MANIFEST_FOLDER

VERSION: Final = 1
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
RECORD: Final = f"{MANIFEST_FOLDER}/published.json"
JOURNAL: Final = f"{MANIFEST_FOLDER}/journal.json"
LOCK: Final = f"{MANIFEST_FOLDER}/publishing.json"
UNSURE: Final = "?"
"""The `meta` of an object whose bytes are known and whose headers are not."""


class Object(NamedTuple):
    """One published object: `size` and `etag` as the target has them, `sha256` of the file in the output.

    `meta` tells its headers from others. `retired` is since when no page uses it: a moment in UTC, as
    text; empty while it is in use.
    """

    size: int
    sha256: str
    etag: str
    meta: str
    retired: str = ""


class Intent(NamedTuple):
    """An object that a publish is about to write: `md5` is of the bytes as they are sent."""

    key: str
    sha256: str
    md5: str
    meta: str


class Journal(NamedTuple):
    """What a publish that did not end may have written, and which addresses changed by it."""

    intents: tuple[Intent, ...] = ()
    purge: tuple[str, ...] = ()


Record = Mapping[str, Object]
"""Published objects by key; a key is a posix path below the root of the target."""


def write_record(objects: Record) -> bytes:
    """Write a record, one line an object, so that a person can read it and compare two."""
    rows = ((key, *objects[key]) for key in sorted(objects))
    return _write("published", "objects", rows, {})


def read_record(data: bytes) -> Record | None:
    """Read a record; None where it is not one, or is of another version."""
    head = _read(data, "published")
    if head is None:
        return None
    try:
        return {_text(key): Object(_size(size), *map(_text, rest)) for key, size, *rest in head["objects"]}
    except (LookupError, TypeError, ValueError):
        return None


def write_journal(journal: Journal) -> bytes:
    """Write a journal."""
    return _write("journal", "intents", journal.intents, {"purge": list(journal.purge)})


def read_journal(data: bytes) -> Journal | None:
    """Read a journal; None where it is not one, or is of another version."""
    head = _read(data, "journal")
    if head is None:
        return None
    try:
        intents = tuple(Intent(*map(_text, row)) for row in head["intents"])
        return Journal(intents, tuple(map(_text, head["purge"])))
    except (LookupError, TypeError, ValueError):
        return None


def _write(kind: str, name: str, rows: Iterable[tuple[Any, ...]], more: Mapping[str, Any]) -> bytes:
    head = json.dumps({"policypages": kind, "version": VERSION, **more})
    lines = ",\n".join([json.dumps(row, separators=(",", ":")) for row in rows])
    return f'{head[:-1]}, "{name}": [\n{lines}\n]}}\n'.encode()


def _read(data: bytes, kind: str) -> dict[str, Any] | None:
    try:
        head = json.loads(data)
        known = (head["policypages"], head["version"]) == (kind, VERSION)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return head if known else None


def _text(value: Any) -> str:
    """Take a text as it was written: none of ours has what would be a command to a terminal, or two lines."""
    if not isinstance(value, str) or _CONTROL.search(value):
        raise TypeError
    return value


def _size(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value
