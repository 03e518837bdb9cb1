"""Read and write the manifest: which files stand in the output, and under which key each was made."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from policypages.model import FileRecord

VERSION: Final = 2
_HEAD: Final = json.dumps({"policypages": "manifest", "version": VERSION})
_TEXT: Final = r'"((?:[^"\\]|\\.)+)"'
_FILE: Final = re.compile(rf'\[{_TEXT},(\d+),"([0-9a-f]{{64}})","([0-9a-f]{{32}})"\]')
_LINE: Final = re.compile(rf"\[{_TEXT},\[(?:{_FILE.pattern},?)*\]\]")


class Entry(NamedTuple):
    """One file of the output: its record, and the key it was made under."""

    record: FileRecord
    key: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of the last build by the folder they stand in; a line of `lines` is a folder's own.

    `readable` is false where there is a manifest that cannot be read; `digest` is of all its bytes.
    """

    lines: Mapping[str, str] = field(default_factory=dict)
    readable: bool = True
    digest: str = ""

    def entries(self, folder: str) -> dict[str, Entry]:
        """Return the entries of one site's folder by path."""
        line = self.lines.get(folder)
        return entries_of(line) if line is not None else {}


def line_of(folder: str, entries: Iterable[Entry]) -> str:
    """Write the entries of one folder as a line; their paths begin with the folder."""
    skip = len(folder) + 1
    files = ",".join(
        [
            f'[{_quoted(record.path[skip:])},{record.size},"{record.sha256}","{key}"]'
            for record, key in entries
        ]
    )
    return f"[{_quoted(folder)},[{files}]]"


def sizes_of(line: str) -> list[tuple[str, int]]:
    """Return path and size of each file of a line."""
    folder = _folder(line)
    return [(f"{folder}/{_unquoted(name)}", int(size)) for name, size, _, _ in _FILE.findall(line)]


def entries_of(line: str) -> dict[str, Entry]:
    """Return the entries of a line by path."""
    folder = _folder(line)
    out = {}
    for name, size, sha256, key in _FILE.findall(line):
        path = f"{folder}/{_unquoted(name)}"
        out[path] = Entry(FileRecord(path, int(size), sha256), key)
    return out


def encode(lines: Mapping[str, str]) -> bytes:
    """Write a manifest."""
    body = "\n".join([_HEAD, *[lines[folder] for folder in sorted(lines)], ""]).encode()
    return body + json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"


def decode(data: bytes) -> Manifest | None:
    """Read a manifest; None where it is torn, changed by a single bit, or of another version."""
    body, _, tail = data.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        if not data.endswith(b"\n") or json.loads(tail) != {"sha256": hashlib.sha256(body).hexdigest()}:
            return None
        head, *rows, _ = body.decode().split("\n")
        if head != _HEAD or not all(map(_LINE.fullmatch, rows)):
            return None
        lines = {_folder(row): row for row in rows}
    except (ValueError, TypeError):
        return None
    return Manifest(lines, digest=digest_of(data))


def digest_of(data: bytes) -> str:
    """Return what tells the bytes of one manifest from those of another."""
    return hashlib.sha256(data[-100:]).hexdigest()[:32]  # the last line is a digest of all the others


def _folder(line: str) -> str:
    return _unquoted(line[2 : line.index('",[')])


@lru_cache(4096)
def _quoted(text: str) -> str:
    return json.dumps(text)


def _unquoted(text: str) -> str:
    return str(json.loads(f'"{text}"')) if "\\" in text else text
