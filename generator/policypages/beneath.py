"""Open files and folders below one folder by descriptor, and never through a symbolic link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# a FIFO must not hold up the open; for a regular file O_NONBLOCK means nothing
FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
FOLDER_MODE: Final = 0o755
FILE_MODE: Final = 0o644
_CHUNK: Final = 1 << 20


def open_top(folder: str) -> int:
    """Open the folder that everything else is named from; links on the way to it are followed."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def open_folder(top: int, path: str, *, make: bool = False) -> int:
    """Open a folder below `top` (`""` is `top` itself) one component at a time; with `make`, make them."""
    if not path:
        return os.dup(top)
    current = top
    for name in path.split("/"):
        try:
            if make:
                make_folder(current, name)
            inner = os.open(name, FOLDER, dir_fd=current)
        except OSError as error:
            error.filename = path
            raise
        finally:
            if current != top:
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


class Way:
    """The folders on the way to the last one asked for, open: what the next one shares stays open."""

    __slots__ = ("_names", "_open", "_top")

    def __init__(self, top: int) -> None:
        self._top = top
        self._names: list[str] = []
        self._open: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._back(0)

    def to(self, path: str, *, make: bool = False) -> int:
        """Return the descriptor of a folder, which is good until the next call; see `open_folder`."""
        names = path.split("/") if path else []
        shared = 0
        for known, name in zip(self._names, names, strict=False):
            if known != name:
                break
            shared += 1
        self._back(shared)
        for name in names[shared:]:
            parent = self._open[-1] if self._open else self._top
            try:
                if make:
                    make_folder(parent, name)
                self._open.append(os.open(name, FOLDER, dir_fd=parent))
            except OSError as error:
                error.filename = path
                raise
            self._names.append(name)
        return self._open[-1] if self._open else self._top

    def _back(self, shared: int) -> None:
        while len(self._open) > shared:
            os.close(self._open.pop())
            self._names.pop()


def make_folder(parent: int, name: str) -> None:
    """Make a folder with mode 0755 whatever the umask; one that is there already is left as it is."""
    with suppress(FileExistsError):
        new_folder(parent, name)


def new_folder(parent: int, name: str, *, look: bool = True) -> bool:
    """Make a folder that must not be there with mode 0755, and tell whether its mode had to be mended.

    Without `look` its mode is not looked at: the umask, or the folder that it is in, was seen to leave
    the modes of others alone.
    """
    os.mkdir(name, FOLDER_MODE, dir_fd=parent)
    if not look or os.lstat(name, dir_fd=parent).st_mode & FOLDER_MODE == FOLDER_MODE:
        return False
    os.chmod(name, FOLDER_MODE, dir_fd=parent)
    return True


def remove_tree(parent: int, name: str) -> None:
    """Remove a folder and all in it; a link in it is removed and not followed."""
    descriptor = os.open(name, FOLDER, dir_fd=parent)
    try:
        with os.scandir(descriptor) as found:
            entries = list(found)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                remove_tree(descriptor, entry.name)
            else:
                os.unlink(entry.name, dir_fd=descriptor)
    finally:
        os.close(descriptor)
    os.rmdir(name, dir_fd=parent)


def split(path: str) -> tuple[str, str]:
    """Split a path into its folder (`""` at the top) and its name."""
    parent, _, name = path.rpartition("/")
    return parent, name


def read_file(parent: int, name: str, size: int | None = None) -> bytes:
    """Read a regular file in a folder that is open; anything else there raises OSError.

    `size` is how long it probably is, where one knows.
    """
    return read_with_status(parent, name, size)[0]


def read_with_status(parent: int, name: str, size: int | None = None) -> tuple[bytes, os.stat_result]:
    """Read a file as `read_file` does, and return what it was when its last byte had been read."""
    descriptor = os.open(name, FILE, dir_fd=parent)
    try:
        if size is None:
            size = os.fstat(descriptor).st_size
        data = os.read(descriptor, size + 1)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", name)
        if len(data) != size:
            chunks = [data]
            while chunks[-1]:
                chunks.append(os.read(descriptor, _CHUNK))
            data = b"".join(chunks)
            status = os.fstat(descriptor)
        return data, status
    finally:
        os.close(descriptor)


def write_file(parent: int, name: str, data: bytes, *, look: bool = True) -> bool:
    """Write a new file with mode 0644, and tell whether its mode had to be mended; see `new_folder`.

    One that is there already raises FileExistsError.
    """
    mended = False
    descriptor = os.open(name, _NEW_FILE, FILE_MODE, dir_fd=parent)
    try:
        if look and stat.S_IMODE(os.fstat(descriptor).st_mode) != FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
            mended = True
        written = os.write(descriptor, data)
        while written < len(data):
            written += os.write(descriptor, memoryview(data)[written:])
    finally:
        os.close(descriptor)
    return mended


def add_to_file(parent: int, name: str, pieces: Iterable[bytes], *, flags: int = 0) -> None:
    """Write pieces at the end of a file, which is made only where `flags` say so."""
    add = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, add | flags, FILE_MODE, dir_fd=parent)
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def status(top: int, path: str) -> os.stat_result | None:
    """Return what stands at a path below `top`, a link itself and not its target; None where nothing does."""
    try:
        return os.stat(path, dir_fd=top, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
