"""The files of a site folder as they are now: one listing, then patched file by file from events."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from policypages import beneath
from policypages.diagnostics import Diagnostic
from policypages.model import Stamp
from policypages.sources import SETTINGS_FILE, THEMES, FolderSources, is_leftover, open_folder

WATCHED: Final = ("content", "themes")
_OUR_THEMES: Final = tuple(f"themes/{name}/" for name in THEMES)
_RECENT: Final = 2_500_000_000  # nanoseconds: no clock of a file system ticks more seldom


class Changes(NamedTuple):
    """What is other in a folder than it was: paths of files whose bytes may be, and of new and gone ones."""

    edited: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """All paths that are other than they were."""
        return self.edited | self.added | self.removed


class Files:
    """The files of one state of a folder, which never changes; `read` gives what stands on the disk.

    Where that is not of this state any more, its path is kept in `moved_on`.
    """

    def __init__(self, listed: FolderSources, stamps: dict[str, Stamp], real: Collection[str]) -> None:
        self.root = listed.root
        self._listed = listed
        self._stamps = stamps
        self._own = real  # paths that were seen after the listing, and are plain files in plain folders
        self.paths: Mapping[str, Stamp] = MappingProxyType(stamps)
        self.linked = listed.linked  # what is touched in these folders may be a source by another name
        self.moved_on: set[str] = set()

    def read(self, path: str) -> bytes:
        """Return the bytes of one of `paths`; raise OSError where the machine prevents it."""
        stamp = self._stamps.get(path)
        if stamp is None or path not in self._own:
            data = self._listed.read(path)
            if stamp is not None and self._listed.changed():
                self._look(path, stamp)
            return data
        top = beneath.open_top(self.root)
        try:
            folder, name = beneath.split(path)
            with beneath.folder(top, folder) as descriptor:
                data, found = beneath.read_with_status(descriptor, name, stamp.size)
        finally:
            os.close(top)
        if _stamp(found) != stamp:
            self.moved_on.add(path)
        return data

    def settled(self, path: str) -> bool:
        """Tell whether a later edit of a file is sure to change its stamp."""
        return path not in self._own and self._listed.settled(path)

    def changed(self) -> tuple[str, ...]:
        """Return the paths of which newer bytes were read than this state has."""
        return tuple(self.moved_on)

    def _look(self, path: str, stamp: Stamp) -> None:
        found = _look_at(self.root, path)
        if found is not stamp and found != stamp and isinstance(found, Stamp):
            self.moved_on.add(path)

    # ---- the next state

    def patched(self, touched: Iterable[str]) -> tuple[Files, Changes] | None:
        """Look at files of which something was heard; None where only a listing can tell what is there."""
        if self.linked:
            return None
        seen: dict[str, Stamp] = {}
        removed: set[str] = set()
        for path in touched:
            found = _look_at(self.root, path)
            is_new_or_gone = found is None or path not in self._stamps
            if found is _UNCLEAR or (is_new_or_gone and path.startswith(_OUR_THEMES)):
                return None  # what a theme lacks comes from another folder
            if isinstance(found, Stamp):
                seen[path] = found
            elif path in self._stamps:
                removed.add(path)
        changes = Changes(
            frozenset(path for path, stamp in seen.items() if self._is_edited(path, stamp)),
            frozenset(seen.keys() - self._stamps.keys()),
            frozenset(removed),
        )
        if not changes.all:
            return self, changes
        merged = {**self._stamps, **seen}
        for path in removed:
            del merged[path]
        if changes.added:
            merged = {path: merged[path] for path in sorted(merged)}
        own = (set(self._own) | seen.keys()) - removed
        return Files(self._listed, merged, own), changes

    def _is_edited(self, path: str, stamp: Stamp) -> bool:
        """Tell whether a file may hold other bytes; an edit within one tick of the clock leaves no mark."""
        before = self._stamps.get(path)
        return before is not None and (stamp != before or time.time_ns() - stamp.mtime_ns < _RECENT)


def list_files(root: Path) -> tuple[Files | None, list[Diagnostic]]:
    """List a site folder anew; None where there is no site."""
    listed, found = open_folder(root)
    if listed is None:
        return None, found
    return Files(listed, dict(listed.paths), frozenset()), found


def difference(before: Files | None, after: Files) -> Changes:
    """Compare two listings by their stamps; what was edited just now may be other with the same stamp."""
    if before is None:
        return Changes(added=frozenset(after.paths))
    old, new = before.paths, after.paths
    recent = time.time_ns() - _RECENT
    edited = frozenset(
        path for path, stamp in new.items() if path in old and (stamp != old[path] or stamp.mtime_ns > recent)
    )
    return Changes(edited, frozenset(new.keys() - old.keys()), frozenset(old.keys() - new.keys()))


def is_source(path: str) -> bool:
    """Tell whether a path below the root may be a source: what editors leave behind is none."""
    if path == SETTINGS_FILE:
        return True
    first, *names = path.split("/")
    return first in WATCHED and bool(names) and not any(map(is_leftover, filter(None, names)))


_UNCLEAR: Final = object()


def _look_at(root: str, path: str) -> Stamp | object | None:
    """Return the stamp of a plain file in plain folders, None where nothing is, else `_UNCLEAR`."""
    folder, name = beneath.split(path)
    try:
        path.encode()
        top = beneath.open_top(root)
        try:
            with beneath.folder(top, folder) as descriptor:
                found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        finally:
            os.close(top)
    except (FileNotFoundError, NotADirectoryError):
        # a link to a folder is no folder here, and a listing would follow it
        return _UNCLEAR if _on_a_link(root, folder) else None
    except (OSError, UnicodeEncodeError):
        return _UNCLEAR
    return _stamp(found) if stat.S_ISREG(found.st_mode) else _UNCLEAR


def _on_a_link(root: str, folder: str) -> bool:
    parts = folder.split("/") if folder else []
    return any(os.path.islink(os.path.join(root, *parts[: at + 1])) for at in range(len(parts)))


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
