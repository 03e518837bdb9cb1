"""Write a release: its objects first, then its ledger, each whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from filelock import FileLock, Timeout

from policypages import beneath

HOUSE: Final = ".policypages"
_LOCK: Final = "release.lock"
_ASIDE: Final = "release-"


@contextmanager
def release_lock(root: str) -> Iterator[bool]:
    """Hold the lock of releases; False where another process makes one. It dies with its process."""
    folder = Path(root) / HOUSE
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def write_release(root: str, objects: Mapping[str, bytes], ledger: tuple[str, bytes]) -> None:
    """Write files below the site folder; raise OSError where the machine prevents it.

    An object that is there already is left alone: its name is its content. What a process that was
    killed leaves are objects that no ledger names, and the next release of the same finds them.
    """
    top = beneath.open_top(root)
    try:
        _clear(top)
        for path, data in objects.items():
            _write(top, path, data)
        _sync_folders(top, objects)
        _write(top, *ledger)
        _sync_folders(top, ledger[:1])
    finally:
        os.close(top)


def _clear(top: int) -> None:
    """Remove what a process that was killed had written aside."""
    with beneath.folder(top, HOUSE, make=True) as house:
        for name in os.listdir(house):
            if name.startswith(_ASIDE):
                os.unlink(name, dir_fd=house)


def _write(top: int, path: str, data: bytes) -> None:
    """Write a file aside, sync it, and give it its name; one that is there with these bytes is left alone."""
    parent, _, name = path.rpartition("/")
    with beneath.folder(top, parent, make=True) as folder, beneath.folder(top, HOUSE, make=True) as house:
        if _is_there(folder, name, data):
            return
        aside = f"{_ASIDE}{secrets.token_hex(8)}"
        try:
            beneath.write_file(house, aside, data)
            descriptor = os.open(aside, beneath.FILE, dir_fd=house)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.rename(aside, name, src_dir_fd=house, dst_dir_fd=folder)
        except OSError:
            with suppress(OSError):
                os.unlink(aside, dir_fd=house)
            raise


def _sync_folders(top: int, paths: Iterable[str]) -> None:
    """Bring the names of files to the disk, and those of the folders on the way to them: each folder once."""
    for parent in sorted({str(one) for path in paths for one in PurePosixPath(path).parents[:-1]}):
        with beneath.folder(top, parent) as folder:
            os.fsync(folder)


def _is_there(folder: int, name: str, data: bytes) -> bool:
    try:
        return beneath.read_file(folder, name, len(data)) == data
    except OSError:
        return False
