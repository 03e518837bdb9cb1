"""A folder as a place to publish to, for plain hosts: files appear whole, and no link is followed."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from policypages import beneath
from policypages.formats.published import LOCK
from policypages.paths import MANIFEST_FOLDER
from policypages.publish.store import NO_OBJECT, ConflictError, Found, Got, StoreError

T = TypeVar("T")
_TEMPORARY: Final = "writing-"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_IN_THE_WAY: Final = frozenset({errno.ENOTDIR, errno.ELOOP, errno.EISDIR})


class FolderStore:
    """A folder; what tells two states of a file apart is its size and its time, in nanoseconds."""

    def __init__(self, folder: str) -> None:
        self.name = folder
        self._folder = os.path.abspath(folder)
        self._swept = False

    @property
    def keeps_headers(self) -> bool:
        """Tell that a folder keeps no headers: they are the host's to send."""
        return False

    def pages(self, prefix: str, after: str) -> Iterator[Sequence[tuple[str, Found]]]:
        """See Store."""
        yield self._try(lambda: [one for one in self._list(prefix) if one[0] > after])

    def get(self, key: str) -> Got | None:
        """See Store."""

        def get() -> Got | None:
            with suppress(FileNotFoundError, NotADirectoryError):
                parent, name = beneath.split(key)
                top = beneath.open_top(self._folder)
                try:
                    with beneath.folder(top, parent) as folder:
                        data, status = beneath.read_with_status(folder, name)
                finally:
                    os.close(top)
                return Got(data, _etag(status), {})
            return None

        return self._try(get, key)

    def put(self, key: str, data: bytes, headers: Mapping[str, str], etag: str) -> str:  # noqa: ARG002 - see Store
        """See Store."""
        return self._try(lambda: self._put(key, data, etag), key)

    def delete(self, keys: Sequence[str]) -> None:
        """See Store; folders that are empty then go, too."""
        if not os.path.isdir(self._folder):
            return
        self._try(lambda: self._delete(keys))

    def _list(self, prefix: str) -> list[tuple[str, Found]]:
        found: list[tuple[str, Found]] = []
        start = f"{self._folder}/{prefix.rstrip('/')}" if prefix else self._folder
        if not os.path.isdir(start):
            return []
        for place, _, names, folder in os.fwalk(start, onerror=_raise_unless_gone):
            below = os.path.relpath(place, self._folder)
            below = "" if below == "." else f"{below}/"
            links = [one.name for one in os.scandir(folder) if one.is_symlink()]
            for name in {*names, *links}:
                if below == f"{MANIFEST_FOLDER}/" and name.startswith(_TEMPORARY):
                    continue
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                etag = _etag(status) if stat.S_ISREG(status.st_mode) else NO_OBJECT
                found.append((f"{below}{name}", Found(status.st_size, etag)))
        return sorted(found)

    def _put(self, key: str, data: bytes, etag: str) -> str:
        os.makedirs(self._folder, beneath.FOLDER_MODE, exist_ok=True)
        top = beneath.open_top(self._folder)
        temporary = f"{_TEMPORARY}{secrets.token_hex(8)}"
        parent, name = beneath.split(key)
        try:
            with (
                beneath.folder(top, MANIFEST_FOLDER, make=True) as aside,
                beneath.folder(top, parent, make=True) as folder,
            ):
                beneath.write_file(aside, temporary, data)
                try:
                    status = os.stat(temporary, dir_fd=aside)
                    _place(aside, temporary, folder, name, etag)
                finally:
                    with suppress(FileNotFoundError):
                        os.unlink(temporary, dir_fd=aside)
                if key == LOCK and not self._swept:  # now nobody else is about to name a file
                    self._swept = True
                    _sweep(aside)
                return _etag(status)
        finally:
            os.close(top)

    def _delete(self, keys: Sequence[str]) -> None:
        top = beneath.open_top(self._folder)
        try:
            for key in keys:
                parent, name = beneath.split(key)
                with suppress(FileNotFoundError, NotADirectoryError), beneath.folder(top, parent) as folder:
                    os.unlink(name, dir_fd=folder)
                while parent:
                    try:
                        os.rmdir(parent, dir_fd=top)
                    except OSError:
                        break  # it holds something, or went before
                    parent = beneath.split(parent)[0]
        finally:
            os.close(top)

    def _try(self, work: Callable[[], T], key: str = "") -> T:
        try:
            return work()
        except OSError as error:
            if key and error.errno in _IN_THE_WAY:
                reason = (
                    f"`{key}` cannot stand there: a link, or a file or folder of that name, is in the way"
                )
                raise StoreError(
                    reason, hint="move it away; what is not ours is never overwritten"
                ) from error
            place = f" `{error.filename}`" if isinstance(error.filename, str) else ""
            reason = (error.strerror or str(error)).lower()
            reason = f"{reason}{place}"
            hint = "look at who may write there, and how much room there is"
            raise StoreError(reason, hint=hint) from error


def why_not(folder: str, root: str, out: str | os.PathLike[str]) -> str | None:
    """Say why a folder, named from the site's, cannot be a target: it would hold ours, or lie in it."""
    place = os.path.realpath(os.path.join(root, folder))
    ours = [(out, "the output"), (root, "the site folder")]
    for what, name in ours:
        if _holds(place, os.path.realpath(what)):
            return f"holds {name}"
    inside = [ours[0], *((os.path.join(root, name), f"`{name}`") for name in ("content", "themes", ".git"))]
    for what, name in inside:
        if _holds(os.path.realpath(what), place):
            return f"lies in {name}"
    return None


def _holds(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith(f"{outer.rstrip('/')}/")


def _place(aside: int, temporary: str, folder: int, name: str, etag: str) -> None:
    """Give a written file its name, if what has that name is what it should be."""
    if not etag:
        try:
            os.link(temporary, name, src_dir_fd=aside, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError as error:
            raise ConflictError from error
        except OSError as error:
            if error.errno not in _NO_LINKS or _etag_of(folder, name):
                raise
        else:
            return
    elif _etag_of(folder, name) != etag:
        raise ConflictError
    os.replace(temporary, name, src_dir_fd=aside, dst_dir_fd=folder)


def _etag_of(folder: int, name: str) -> str:
    try:
        return _etag(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return ""


def _etag(status: os.stat_result) -> str:
    return f"{status.st_size:x}-{status.st_mtime_ns:x}"


def _sweep(aside: int) -> None:
    """Take away what a publish that was killed did not give a name."""
    for name in os.listdir(aside):
        if name.startswith(_TEMPORARY):
            os.unlink(name, dir_fd=aside)


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
