"""The files that a site is built from and that are made, as all stages see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Stamp(NamedTuple):
    """What a listing tells of a file without reading it: bytes, nanoseconds, nanoseconds, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Sources(Protocol):
    """The files of one site as the core sees them: posix paths below the root, and bytes."""

    @property
    def paths(self) -> Mapping[str, Stamp]:
        """Every file that a site may be built from, sorted by path."""
        ...

    def read(self, path: str) -> bytes:
        """Return the bytes of one of `paths`; raise OSError where the machine prevents it."""
        ...

    def settled(self, path: str) -> bool:
        """Tell whether a later edit of a file is sure to change its stamp."""
        ...


class FileRecord(NamedTuple):
    """A file of the output: posix path below the output folder, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


class MadeFile(NamedTuple):
    """The bytes of one output file."""

    data: bytes
