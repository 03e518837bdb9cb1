"""Open files and folders below one folder by descriptor, and never through a symbolic link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# a FIFO must not hold up the open; for a regular file O_NONBLOCK means nothing
FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
FOLDER_MODE: Final = 0o755
FILE_MODE: Final = 0o644
_CHUNK: Final = 1 << 20


def open_top(folder: str) -> int:
    """Open the folder that everything else is named from; links on the way to it are followed."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def open_folder(top: int, path: str, *, make: bool = False) -> int:
    """Open a folder below `top` (`""` is `top` itself) one component at a time; with `make`, make them."""
    current = os.dup(top)
    if not path:
        return current
    for name in path.split("/"):
        try:
            if make:
                make_folder(current, name)
            inner = os.open(name, FOLDER, dir_fd=current)
        except OSError as error:
            error.filename = path
            raise
        finally:
            os.close(current)
        current = inner
    return current


@contextmanager
def folder(top: int, path: str, *, make: bool = False) -> Iterator[int]:
    """Open a folder as `open_folder` does, for the time of a `with` block.

    An OSError in the block that names a file of the folder leaves it with the whole path below `top`.
    """
    descriptor = open_folder(top, path, make=make)
    try:
        yield descriptor
    except OSError as error:
        name = error.filename2 or error.filename
        if isinstance(name, str):
            error.filename, error.filename2 = f"{path}/{name}" if path else name, None
        raise
    finally:
        os.close(descriptor)


def make_folder(parent: int, name: str) -> None:
    """Make a folder with mode 0755 whatever the umask; one that is there already is left as it is."""
    try:
        os.mkdir(name, FOLDER_MODE, dir_fd=parent)
    except FileExistsError:
        return
    if os.lstat(name, dir_fd=parent).st_mode & FOLDER_MODE != FOLDER_MODE:
        os.chmod(name, FOLDER_MODE, dir_fd=parent)


def split(path: str) -> tuple[str, str]:
    """Split a path into its folder (`""` at the top) and its name."""
    parent, _, name = path.rpartition("/")
    return parent, name


def read_file(parent: int, name: str) -> bytes:
    """Read a regular file in a folder that is open; anything else there raises OSError."""
    descriptor = os.open(name, FILE, dir_fd=parent)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", name)
        chunks = [os.read(descriptor, status.st_size + 1)]
        if len(chunks[0]) == status.st_size:
            return chunks[0]
        while chunks[-1]:
            chunks.append(os.read(descriptor, _CHUNK))
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def write_file(parent: int, name: str, data: bytes) -> None:
    """Write a new file with mode 0644 whatever the umask; one that is there raises FileExistsError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, FILE_MODE, dir_fd=parent)
    try:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
        written = os.write(descriptor, data)
        while written < len(data):
            written += os.write(descriptor, memoryview(data)[written:])
    finally:
        os.close(descriptor)


def status(top: int, path: str) -> os.stat_result | None:
    """Return what stands at a path below `top`, a link itself and not its target; None where nothing does."""
    try:
        return os.stat(path, dir_fd=top, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
