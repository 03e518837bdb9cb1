"""Write beside the manifest what the next build may use, and could do without."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from policypages import beneath
from policypages.paths import MANIFEST_FOLDER

_SPOOL: Final = "spool"
_PIECE: Final = 1 << 20


def read(top: int, name: str) -> bytes | None:
    """Return what stands there; None where there is nothing to be read."""
    try:
        with beneath.folder(top, MANIFEST_FOLDER) as folder:
            return beneath.read_file(folder, name)
    except OSError:
        return None


def write(top: int, name: str, pieces: Iterable[bytes]) -> None:
    """Put a file in place, all of it or nothing."""
    spool = Spool(top)
    for piece in pieces:
        spool.write(piece)
    spool.keep(name)
    spool.close()


class Spool:
    """A file that is written piece by piece while a build runs, and kept only if it ends well.

    A disk that cannot take it costs the next build time, and nothing else: what could not be written
    whole is not kept.
    """

    def __init__(self, top: int) -> None:
        self._top = top
        self._pieces: list[bytes] = []
        self._size = 0
        self._whole = True
        try:
            with beneath.folder(top, MANIFEST_FOLDER) as folder:
                with suppress(FileNotFoundError):
                    os.unlink(_SPOOL, dir_fd=folder)
                beneath.write_file(folder, _SPOOL, b"")
        except OSError:
            self._whole = False

    def write(self, data: bytes) -> None:
        """Add to what will be kept."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self._flush()

    def keep(self, name: str, *, more: bool = False) -> None:
        """Put what was written in place under a name; `more` adds it to what stands there."""
        self._flush()
        if not self._whole:
            return
        with suppress(OSError), beneath.folder(self._top, MANIFEST_FOLDER) as folder:
            if not more:
                os.replace(_SPOOL, name, src_dir_fd=folder, dst_dir_fd=folder)
                return
            data = beneath.read_file(folder, _SPOOL)
            beneath.add_to_file(folder, name, [data], flags=os.O_CREAT)

    def close(self) -> None:
        """Take away what is not kept; may be called twice."""
        with suppress(OSError), beneath.folder(self._top, MANIFEST_FOLDER) as folder:
            os.unlink(_SPOOL, dir_fd=folder)

    def _flush(self) -> None:
        if self._whole:
            try:
                with beneath.folder(self._top, MANIFEST_FOLDER) as folder:
                    beneath.add_to_file(folder, _SPOOL, self._pieces)
            except OSError:
                self._whole = False
        self._pieces.clear()
        self._size = 0
