"""Read and write the manifest: what stands in the output, from which build, made from what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policypages.model import FileRecord

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the output: its record, the key it was made under, the named digests behind the key."""

    record: FileRecord
    key: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of the last build by the folder they stand in; a line of `lines` is a folder's own.

    `readable` is false where there is a manifest that cannot be read.
    """

    lines: Mapping[str, str] = field(default_factory=dict)
    readable: bool = True

    def entries(self, folder: str) -> dict[str, Entry]:
        """Return the entries of one site's folder by path."""
        line = self.lines.get(folder)
        return _entries(line) if line is not None else {}

    def paths(self) -> Iterable[str]:
        """Yield every path."""
        for folder in self.lines:
            yield from self.entries(folder)


def line_of(folder: str, entries: Iterable[Entry]) -> str:
    """Write the entries of one folder as a line."""
    files = {
        entry.record.path: [
            entry.record.size,
            entry.record.sha256,
            entry.key,
            dict(sorted(entry.parts.items())),
        ]
        for entry in entries
    }
    return json.dumps({"folder": folder, "files": dict(sorted(files.items()))}, separators=(",", ":"))


def encode(lines: Mapping[str, str]) -> bytes:
    """Write a manifest."""
    head = json.dumps({"policypages": "manifest", "version": VERSION})
    body = "\n".join([head, *(lines[folder] for folder in sorted(lines)), ""]).encode()
    return body + json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"


def decode(data: bytes) -> Manifest | None:
    """Read a manifest; None where it is torn, changed by a single bit, or of another version."""
    body, _, tail = data.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        if not data.endswith(b"\n") or json.loads(tail) != {"sha256": hashlib.sha256(body).hexdigest()}:
            return None
        head, *rows, _ = body.decode().split("\n")
        if json.loads(head) != {"policypages": "manifest", "version": VERSION}:
            return None
        lines = {_folder(row): row for row in rows}
        for row in lines.values():
            _entries(row)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return Manifest(lines)


def _folder(row: str) -> str:
    return str(json.loads(row[: row.index(",")] + "}")["folder"])


def _entries(row: str) -> dict[str, Entry]:
    files: dict[str, Any] = json.loads(row)["files"]
    out = {}
    for path, (size, sha256, key, parts) in files.items():
        if not (isinstance(size, int) and isinstance(sha256, str) and isinstance(key, str)):
            msg = "a manifest entry of the wrong types"
            raise TypeError(msg)
        out[path] = Entry(FileRecord(path, size, sha256), key, dict(parts))
    return out
