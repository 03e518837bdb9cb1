"""Read and write the manifest: which files stand in the output, and under which key each was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

from policypages.model import FileRecord

VERSION: Final = 2
_HEAD: Final = json.dumps({"policypages": "manifest", "version": VERSION})
_PIECE: Final = 2000
_quoted: Final = json.encoder.encode_basestring_ascii  # the function inside `json.dumps`, for a text
_CLIMBS: Final = (b'"..', b"/..")  # no path of ours, whoever wrote the file


class Entry(NamedTuple):
    """One file of the output: its record, and the key it was made under."""

    record: FileRecord
    key: str


class Manifest(NamedTuple):
    """The files of the last build by the folder they stand in; a line of `lines` is a folder's own.

    `readable` is false where there is a manifest that cannot be read; `digest` is of all its bytes.
    """

    lines: Mapping[str, str] = MappingProxyType({})
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


def names_of(line: str) -> str:
    """Return what a line begins with: its folder, and the names of its files."""
    return line[: line.find("],[")]


def count_of(line: str) -> int:
    """Return how many files a line has."""
    return line.rpartition("[")[2].count(",") + 1  # a key is of hex digits


def entries_of(line: str) -> dict[str, Entry]:
    """Return the entries of a line by path."""
    folder, *columns = json.loads(line)
    out = {}
    for name, size, sha256, key in zip(*columns, strict=True):
        path = f"{folder}/{name}"
        out[path] = Entry(FileRecord(path, size, sha256), key)
    return out


def columns_of(lines: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Return the paths of all files as one list, as it is written, and their sizes as another."""
    paths, sizes = [], []
    for folder, line in lines.items():
        # after `["acme",["`: a folder whose name needs an escape is longer there
        names, numbers, *rest = line[len(folder) + 6 :].split("],[", 2)
        if rest and "\\" not in line and names[-1:] == '"':
            paths.append(f'"{folder}/{names}'.replace(',"', f',"{folder}/'))
            sizes.append(numbers)
        else:
            files = sizes_of(line)
            paths += [_quoted(path) for path, _ in files]
            sizes += [str(size) for _, size in files]
    return f"[{','.join(paths)}]".encode(), f"[{','.join(sizes)}]".encode()


class Encoded:
    """A manifest as it is written, in pieces: once for its digest, and once for the disk."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        """Take the line of each folder."""
        self._lines = lines
        self._folders = sorted(lines)
        digest = hashlib.sha256()
        for piece in self._body():
            digest.update(piece)
        self._tail = json.dumps({"sha256": digest.hexdigest()}).encode() + b"\n"
        self.digest = _digest_of(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._body()
        yield self._tail

    def _body(self) -> Iterator[bytes]:
        yield f"{_HEAD}\n".encode()
        for at in range(0, len(self._folders), _PIECE):
            few = self._folders[at : at + _PIECE]
            yield "\n".join([*map(self._lines.__getitem__, few), ""]).encode()


class _Lines(Mapping[str, str]):
    """The lines of a manifest by folder: found when the first of them is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, folder: str) -> str:
        return self._found[folder]

    def __contains__(self, folder: object) -> bool:
        return folder in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def _found(self) -> dict[str, str]:
        text, self._text = self._text, ""
        return {_folder(line): line for line in text.split("\n") if line[:1] == "["}


def decode(data: bytes) -> Manifest | None:
    """Read a manifest; None where it is torn, changed by a single bit, or of another version."""
    end = data.rfind(b"\n", 0, len(data) - 1) + 1
    tail = data[end:]
    try:
        digest = hashlib.sha256(memoryview(data)[:end]).hexdigest()
        if not data.endswith(b"\n") or json.loads(tail) != {"sha256": digest}:
            return None
        if any(climbs in data for climbs in _CLIMBS):
            return None
        head, _, rest = data[:end].decode().partition("\n")
        if head != _HEAD:
            return None
    except (ValueError, TypeError):
        return None
    return Manifest(_Lines(rest), digest=_digest_of(tail))


def _digest_of(tail: bytes) -> str:
    """Return what tells a manifest from others: its last line is a digest of all the rest."""
    return hashlib.sha256(tail).hexdigest()[:32]


def _folder(line: str) -> str:
    name = line[2 : line.find('",[')]
    return str(json.loads(f'"{name}"')) if "\\" in name else name
