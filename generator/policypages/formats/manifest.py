"""Read and write the manifest: which files stand in the output, and under which key each was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from policypages.model import FileRecord

VERSION: Final = 2
_HEAD: Final = json.dumps({"policypages": "manifest", "version": VERSION})
_CLIMBS: Final = (b'"..', b"/..")  # no path of ours, whoever wrote the file


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
    names, sizes, digests, keys = [], [], [], []
    for (path, size, sha256), key in entries:
        names.append(_quoted(path[skip:]))
        sizes.append(str(size))
        digests.append(f'"{sha256}"')
        keys.append(f'"{key}"')
    columns = "],[".join([",".join(names), ",".join(sizes), ",".join(digests), ",".join(keys)])
    return f"[{_quoted(folder)},[{columns}]]"


def sizes_of(line: str) -> list[tuple[str, int]]:
    """Return path and size of each file of a line."""
    if "\\" not in line:
        # a build of what did not change asks this of every site, and of nothing else
        head, _, columns = line.partition(",[")
        names, sizes, *_ = [*columns.split("],["), ""]
        paths = [f"{head[2:-1]}/{name}" for name in names[1:-1].split('","')]
        numbers = sizes.split(",")
        if len(paths) == len(numbers) and all(map(str.isdecimal, numbers)):
            return list(zip(paths, map(int, numbers), strict=True))
    return [(path, entry.record.size) for path, entry in entries_of(line).items()]


def entries_of(line: str) -> dict[str, Entry]:
    """Return the entries of a line by path."""
    folder, *columns = json.loads(line)
    out = {}
    for name, size, sha256, key in zip(*columns, strict=True):
        path = f"{folder}/{name}"
        out[path] = Entry(FileRecord(path, size, sha256), key)
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
        if head != _HEAD or any(climbs in body for climbs in _CLIMBS):
            return None
        lines = {_folder(row): row for row in rows}
    except (ValueError, TypeError):
        return None
    return Manifest(lines, digest=digest_of(data))


def digest_of(data: bytes) -> str:
    """Return what tells the bytes of one manifest from those of another."""
    return hashlib.sha256(data[-100:]).hexdigest()[:32]  # the last line is a digest of all the others


def _folder(line: str) -> str:
    name = line[1 : line.index(",[")]
    return str(json.loads(name)) if "\\" in name else name[1:-1]


@lru_cache(4096)
def _quoted(text: str) -> str:
    return json.dumps(text)
