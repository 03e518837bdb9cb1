"""Look at what stands where staged files will go, before anything is touched."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from policypages import beneath
from policypages.diagnostics import Diagnostic, problem
from policypages.model import FileRecord
from policypages.paths import MANIFEST_FOLDER
from policypages.write.journal import holds

Kind = Literal["nothing", "folder", "file", "link", "mount", "cleared"]

_MAY_ASK: Final = os.access in os.supports_follow_symlinks
_MOVE: Final = "move it out of the output folder, or rename the page"


class Survey(NamedTuple):
    """How a commit will go, where nothing stands in its way: see `Journal` for the fields."""

    clear: tuple[FileRecord, ...]
    folders: tuple[str, ...]
    files: tuple[str, ...]
    prune: tuple[FileRecord, ...]


class _Blocked(Exception):  # noqa: N818 - control flow inside this module
    def __init__(self, found: Diagnostic) -> None:
        super().__init__(found)
        self.found = found


def survey(
    top: int, staged: Mapping[str, Sequence[str]], *, prune: Sequence[FileRecord], owned: Container[str]
) -> Survey | Diagnostic:
    """Sort staged files into whole new folders and single files, or say what stands in the way.

    `staged` are paths by the name that they begin with; of a folder that is new none is looked at.
    Raises OSError where a folder that has to change cannot be written.
    """
    gone = {record.path: record for record in prune if not _is_staged(record.path, staged)}
    looker = _Looker(top, gone, owned)
    folders: list[str] = []
    files: list[str] = []
    try:
        for name, paths in staged.items():
            looker.enter()
            if not paths:
                continue
            if name not in paths and (looker.lacks(name) or looker.kind(name) in {"nothing", "cleared"}):
                folders.append(name)
                continue
            for path in paths:
                looker.make_room(path)
            files += paths
        looker.enter()
        for path in gone:
            looker.may_change(beneath.split(path)[0])
    except _Blocked as blocked:
        return blocked.found
    rest_gone = tuple(record for path, record in gone.items() if path not in looker.clear)
    return Survey(tuple(looker.clear.values()), tuple(folders), tuple(files), rest_gone)


def _is_staged(path: str, staged: Mapping[str, Sequence[str]]) -> bool:
    return path in staged.get(path.partition("/")[0], ())


class _Looker:
    """Remembers what each folder of one site is, so that the pages of one folder cost one look."""

    def __init__(self, top: int, gone: dict[str, FileRecord], owned: Container[str]) -> None:
        self.top = top
        self.gone = gone
        self.owned = owned
        self.clear: dict[str, FileRecord] = {}
        self._device = os.fstat(top).st_dev
        self._kinds: dict[str, Kind] = {"": "folder"}
        self._writable: set[str] = {""}  # the stage was made there
        # not every system can look so; what is there and is not seen says that this one cannot
        self._sees = _is_there(top, MANIFEST_FOLDER)
        # into a new output every site is moved without a look; names of sites begin with no dot
        self._is_new = all(name[0] == "." for name in os.listdir(top))

    def enter(self) -> None:
        """Forget the folders of the last site: of a hundred thousand sites one is looked at at a time."""
        self._kinds = {"": "folder"}
        self._writable = {""}

    def lacks(self, name: str) -> bool:
        """Tell whether nothing stands at a name, where one can tell at once; `kind` is slower and sure."""
        if self._is_new and name[0] != ".":
            return True
        return self._sees and not _is_there(self.top, name)

    def kind(self, path: str) -> Kind:
        """Tell what stands where a folder is wanted; a file of ours that is to go is cleared."""
        known = self._kinds.get(path)
        if known is None:
            known = self._look(path)
            if known == "file":
                self._clear_file(path)
                known = "cleared"
            if known == "link":
                raise _Blocked(_in_the_way(path, "a symbolic link that policypages did not write"))
            if known == "mount":
                raise _Blocked(_in_the_way(path, "another file system mounted inside the output"))
            self._kinds[path] = known
        return known

    def make_room(self, path: str) -> None:
        """Check the folders on the way to a file and the place of the file itself."""
        parent, _ = beneath.split(path)
        for folder in _ways(parent):
            if self.kind(folder) in {"nothing", "cleared"}:
                return
        self._check_rights(parent)
        kind = self._look(path)
        if kind in {"folder", "mount"}:
            self._clear_folder(path)
        elif kind in {"file", "link"} and path not in self.owned:
            raise _Blocked(_in_the_way(path, "a file that policypages did not write"))

    def may_change(self, folder: str) -> None:
        """Raise PermissionError for a folder in which this user cannot rename and remove."""
        if folder not in self._writable:
            found = beneath.status(self.top, folder)
            if found is not None and stat.S_ISDIR(found.st_mode):
                self._check_rights(folder)

    def _check_rights(self, folder: str) -> None:
        if folder in self._writable:
            return
        self._writable.add(folder)
        if not os.access(folder, os.W_OK | os.X_OK, dir_fd=self.top, effective_ids=True):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)

    def _look(self, path: str) -> Kind:
        found = beneath.status(self.top, path)
        if found is None:
            return "nothing"
        if stat.S_ISLNK(found.st_mode):
            return "link"
        if stat.S_ISDIR(found.st_mode):
            return "folder" if found.st_dev == self._device else "mount"
        return "file"

    def _clear_file(self, path: str) -> None:
        record = self.gone.get(path)
        if record is None or not holds(self.top, record):
            raise _Blocked(_in_the_way(path, "a file that policypages did not write, or that was changed"))
        self.may_change(beneath.split(path)[0])
        self.clear[path] = record

    def _clear_folder(self, path: str) -> None:
        """Clear a folder that has to give way to a file: every file in it must be ours and on its way out."""
        files, folders = _tree(self.top, path)
        for inner in files:
            self._clear_file(inner)
        emptied = {way for inner in files for way in _ways(beneath.split(inner)[0])}
        if not folders <= emptied:
            raise _Blocked(_in_the_way(path, "a folder that policypages did not make"))


def _is_there(top: int, name: str) -> bool:
    return _MAY_ASK and os.access(name, os.F_OK, dir_fd=top, follow_symlinks=False)


def _tree(top: int, path: str) -> tuple[list[str], set[str]]:
    """Return what is not a folder, and the folders, at and below a path."""
    files: list[str] = []
    folders: set[str] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        folders.add(current)
        with beneath.folder(top, current) as descriptor, os.scandir(descriptor) as entries:
            for entry in entries:
                inner = f"{current}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(inner)
                else:
                    files.append(inner)
    return files, folders


def _ways(folder: str) -> Iterator[str]:
    """Yield `a`, `a/b`, `a/b/c` for `a/b/c`; nothing for the top."""
    end = folder.find("/")
    while end >= 0:
        yield folder[:end]
        end = folder.find("/", end + 1)
    if folder:
        yield folder


def _in_the_way(path: str, what: str) -> Diagnostic:
    return problem("output-refused", f"where `{path}` has to go in the output stands {what}", hint=_MOVE)
