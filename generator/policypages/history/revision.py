"""The files of a site as a revision of git has them, read one by one when somebody asks."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats import frozen
from policypages.git import Blobs, GitError, TreeFile, blob_id
from policypages.model import Sources, Stamp
from policypages.sources import SETTINGS_FILE, SourceError, is_leftover, list_own_themes

_LINK: Final = "120000"
_LINKS: Final = 40  # so many links may lead to one another
_FOLDERS: Final = ("content/", "themes/")
_DIGITS: Final = 14  # of an id that make a stamp: as many as an integer of a listing holds

Ids = Mapping[str, str]
"""What tells the bytes of each source from others, by path: as git names them."""


class RevisionSources:
    """The files of a site folder in one commit; `ids` are git's, `found` is what is wrong with links."""

    def __init__(self, tree: Mapping[str, TreeFile], blobs: Blobs, *, sha256: bool) -> None:
        """Take the files that a commit has below the site folder, and what reads them."""
        self._blobs = blobs
        self._theme: dict[str, str] = {}
        self.found: list[Diagnostic] = []
        ids = dict(_Links(tree, blobs, self.found).files()) if tree else {}
        if SETTINGS_FILE in ids:
            for path, (outside, _) in list_own_themes().items():
                if path not in ids:
                    self._theme[path] = outside
                    ids[path] = blob_id(Path(outside).read_bytes(), sha256=sha256)
        self.ids: Ids = {path: ids[path] for path in sorted(ids)}
        self.paths: Mapping[str, Stamp] = MappingProxyType(
            {path: _stamp(id_) for path, id_ in self.ids.items()}
        )

    def read(self, path: str) -> bytes:
        """Return the bytes of one of `paths`; raise SourceError where git does not have them here."""
        if path in self._theme:
            return Path(self._theme[path]).read_bytes()
        if path not in self.ids:
            raise SourceError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        try:
            return self._blobs.read(self.ids[path])
        except GitError as error:
            raise SourceError(errno.EIO, f"{error}; {error.hint}", path) from error

    def settled(self, path: str) -> bool:
        """Tell that an edit changes the stamp: it is made from the id of the bytes."""
        return path in self.paths


class _Links:
    """The files of a tree under the names that a site has for them, symbolic links followed."""

    def __init__(self, tree: Mapping[str, TreeFile], blobs: Blobs, found: list[Diagnostic]) -> None:
        self.tree = tree
        self.blobs = blobs
        self.found = found
        self.links = {path for path, file in tree.items() if file.mode == _LINK}

    def files(self) -> Iterator[tuple[str, str]]:
        for path, file in self.tree.items():
            if file.mode != _LINK and is_source(path):
                yield path, file.id
        for path in sorted(self.links):
            if is_source(path) or f"{path}/" in _FOLDERS:
                yield from self._follow(path, path)

    def _follow(self, path: str, link: str, way: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
        """Yield the file that a link leads to, or all below the folder that it leads to.

        The site knows it as `path`; `way` are the folders that links on the way to it led to.
        """
        target = self._end(link)
        if target is None:
            hint = "copy the file into the site folder, or link to something inside it"
            text = f"`{path}` is a symbolic link that leaves the site folder"
            self.found.append(problem("outside-root", text, Span(path), hint=hint))
            return
        known = self.tree.get(target)
        if known is not None:
            yield path, known.id
            return
        below = f"{target}/"
        for name, file in self.tree.items():
            inside = f"{path}/{name[len(below) :]}"
            if not (name.startswith(below) and is_source(inside)):
                continue
            if name not in self.links:
                yield inside, file.id
            elif target not in way:
                yield from self._follow(inside, name, (*way, target))

    def _end(self, path: str) -> str | None:
        """Return where a path leads by its own links and those on its way; None for what is outside."""
        left = path.split("/")
        done: list[str] = []
        followed = 0
        while left:
            name = left.pop(0)
            if name == ".." and not done:
                return None
            if name == "..":
                done.pop()
            elif name not in {"", "."}:
                done.append(name)
            here = "/".join(done)
            if here in self.links:
                target = self.blobs.read(self.tree[here].id).decode("utf-8", "surrogateescape")
                followed += 1
                if target.startswith("/") or followed > _LINKS:
                    return None
                done.pop()
                left = [*target.split("/"), *left]
        return "/".join(done)


def is_source(path: str) -> bool:
    """Tell whether a site is built from a file: as a listing of its folder does."""
    if path == SETTINGS_FILE:
        return True
    if not (path.startswith(_FOLDERS) and _is_text(path)):
        return False
    return not any(map(is_leftover, path.split("/")[1:]))


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def ids_of(sources: Sources, *, sha256: bool) -> Ids:
    """Name the bytes of every source as git would; of frozen articles nobody asks here."""
    ids = {}
    for path in sources.paths:
        if path.startswith(frozen.OBJECTS):
            continue
        try:
            ids[path] = blob_id(sources.read(path), sha256=sha256)
        except OSError:
            ids[path] = ""  # who reads it says what is wrong
    return ids


def _stamp(id_: str) -> Stamp:
    number = int(id_[:_DIGITS], 16)
    return Stamp(0, number, number, number)
