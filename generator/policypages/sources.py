"""List and read the files of a site folder: posix path to bytes, nothing from outside the folder."""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import stat
import time
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policypages import beneath
from policypages.diagnostics import Diagnostic, Span, problem
from policypages.model import Stamp

SETTINGS_FILE: Final = "policypages.yaml"
_FOLDERS: Final = ("content", "themes")
THEMES: Final = ("default", "bare")  # they come with us; a site may lay files of its own over theirs
_LINKED_FOLDERS: Final = 1000  # links to folders of links multiply; no site has use for more
_OPEN_FOLDERS: Final = 16
_SECOND: Final = 1_000_000_000
_TICK: Final = 100_000_000  # nanoseconds, and more than any kernel lets pass between two looks at the clock


class SourceError(OSError):
    """A source file that cannot be read; `filename` is its posix path."""


class FolderSources:
    """The files of one site folder as they were listed; `read` opens them one component at a time.

    It may be used from forked workers and from several threads. `changed` tells which files were
    read, by this process or by one that it has forked, after an edit that the listing does not know.
    Their bytes are newer than their stamp; of a file that is edited later the stamp is older, too, so
    that the next build sees either and makes their pages again.
    """

    def __init__(self, root: str, listing: _Listing) -> None:
        self.root = root
        self._listed = listing.began
        self._stamps = {path: listing.stamps[path] for path in sorted(listing.stamps)}
        self.paths: Mapping[str, Stamp] = MappingProxyType(self._stamps)
        self._real = listing.real
        # folders in which files stand that are reached over a symbolic link
        self.linked = frozenset(beneath.split(real)[0] for real in listing.real.values())
        self._outside = listing.outside
        # a byte for each path, which forked processes share
        self._edited = mmap.mmap(-1, len(self._stamps))
        self._numbers: dict[str, int] = {}
        self._top = beneath.open_top(root)
        self._folders: dict[str, int] = {}
        self._close = weakref.finalize(self, _close_all, self._top, self._folders)

    def read(self, path: str) -> bytes:
        """Return the bytes of one of `paths`; raise SourceError where the machine prevents it."""
        stamp = self._stamps.get(path)
        if stamp is None:
            raise SourceError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        try:
            if path in self._outside:
                data, found = _read_outside(self._outside[path])
            else:
                data, found = self._read(self._real.get(path, path), stamp.size)
        except OSError as error:
            raise SourceError(error.errno, error.strerror, path) from error
        if (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino) != stamp:
            self._note(path)
        return data

    def changed(self) -> tuple[str, ...]:
        """Return the paths that were read after an edit, by this process and those that it has forked."""
        if self._edited.find(b"\1") < 0:
            return ()
        return tuple(path for path, edited in zip(self._stamps, self._edited[:], strict=True) if edited)

    def settled(self, path: str) -> bool:
        """Tell whether a later edit of a file is sure to change its stamp.

        Clocks of file systems tick; an edit within the tick of the last one leaves the times as they
        are. See "racy git" in git's documentation.
        """
        stamp = self.paths[path]
        tick = _TICK if stamp.ctime_ns % _SECOND else 2 * _SECOND
        return max(stamp.ctime_ns, stamp.mtime_ns) + tick < self._listed

    def close(self) -> None:
        """Give back the descriptors; it is done anyway when the object goes."""
        self._close()

    def _read(self, path: str, size: int) -> tuple[bytes, os.stat_result]:
        parent, _, name = path.rpartition("/")
        known = self._folders.get(parent)
        if known is not None:
            return beneath.read_with_status(known, name, size)
        descriptor = beneath.open_folder(self._top, parent)
        if len(self._folders) < _OPEN_FOLDERS and self._folders.setdefault(parent, descriptor) == descriptor:
            return beneath.read_with_status(descriptor, name, size)
        try:
            return beneath.read_with_status(descriptor, name, size)
        finally:
            os.close(descriptor)

    def _note(self, path: str) -> None:
        if not self._numbers:
            self._numbers = {known: number for number, known in enumerate(self._stamps)}
        self._edited[self._numbers[path]] = 1


class MemorySources:
    """A site held in a mapping of path to text or bytes, with our own themes filled in."""

    def __init__(self, files: Mapping[str, bytes | str], *, default_theme: bool = True) -> None:
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        theme = list_own_themes() if default_theme else {}
        for path, (outside, _) in theme.items():
            self._files.setdefault(path, Path(outside).read_bytes())
        stamps = {path: _content_stamp(self._files[path]) for path in sorted(self._files)}
        self.paths: Mapping[str, Stamp] = MappingProxyType(stamps)

    def read(self, path: str) -> bytes:
        """Return the bytes of one of `paths`; raise SourceError for any other path."""
        try:
            return self._files[path]
        except KeyError:
            raise SourceError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None

    def settled(self, path: str) -> bool:
        """Tell that an edit changes the stamp: it is made from the bytes."""
        return path in self.paths


def open_folder(root: Path) -> tuple[FolderSources | None, list[Diagnostic]]:
    """List policypages.yaml, content/ and themes/ of a site folder; None where there is no site.

    Symbolic links that stay in the folder are followed. Hidden files and what editors leave behind
    are passed over.
    """
    place = os.path.realpath(root)
    if not os.path.isdir(place):
        return None, [problem("no-site", f"`{root}` is not a folder", hint=_NO_SITE)]
    listing = _Listing(place)
    listing.walk()
    if SETTINGS_FILE not in listing.stamps:
        if not any(found.span and found.span.file == SETTINGS_FILE for found in listing.problems):
            here = "here or in a folder above" if root == Path() else f"in `{root}`"
            missing = f"there is no `{SETTINGS_FILE}` {here}"
            listing.problems.append(problem("no-site", missing, hint=_NO_SITE))
        return None, listing.problems
    for path, (outside, stamp) in list_own_themes().items():
        if path not in listing.stamps:
            listing.stamps[path] = stamp
            listing.outside[path] = outside
    listing.problems.sort(key=lambda found: found.span.file if found.span else "")
    try:
        return FolderSources(place, listing), listing.problems
    except OSError as error:
        return None, [problem("unreadable-file", f"`{root}` cannot be opened: {_why(error)}")]


def default_theme_folder() -> Path | None:
    """Return the folder of the default theme."""
    return _shipped_folder("themes", "default")


def starter_folder() -> Path | None:
    """Return the folder of the starter site."""
    return _shipped_folder("starter")


def rule_page(code: str) -> str | None:
    """Return the page that explains a diagnostic code; None where this installation has none."""
    folder = _shipped_folder("docs", "diagnostics")
    page = folder / f"{code}.md" if folder is not None else None
    return page.read_text("utf-8") if page is not None and page.is_file() else None


def _shipped_folder(*names: str) -> Path | None:
    """Return a folder that comes with the program: of the checkout, else of the wheel's data."""
    package = Path(__file__).resolve().parent
    checkout = package.parent.parent.joinpath(*names)
    if package.parent.name == "generator" and checkout.is_dir():
        return checkout
    installed = package.joinpath("_data", *names)
    return installed if installed.is_dir() else None


def starter_files() -> dict[str, bytes]:
    """Return the starter site, path by path; what was built in it for trying it out is no part of it."""
    place = starter_folder()
    if place is None:
        return {}
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.relative_to(place).parts[0] not in {".policypages", "output"}
    }


def find_site() -> str:
    """Return the nearest folder with a policypages.yaml, from here upwards: `.`, `..`, `../..`.

    Without any it is `.`, so that the complaint is about the place where one is.
    """
    here = Path.cwd()
    for up, folder in enumerate((here, *here.parents)):
        if (folder / SETTINGS_FILE).is_file():
            return "/".join([".."] * up) or "."
    return "."


_NO_SITE: Final = "`policypages init DIR` makes a site, and `-C DIR` names the folder of one"


class _Listing:
    """A walk over a site folder: stamps by path, where links lead, and what is wrong."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.began = time.time_ns()
        self.stamps: dict[str, Stamp] = {}
        self.real: dict[str, str] = {}
        self.outside: dict[str, str] = {}
        self.problems: list[Diagnostic] = []
        self._linked_folders = 0
        # folders still to be read: the path as the site has it, the real one, the real folders that led here
        self._waiting: list[tuple[str, str, tuple[str, ...]]] = []

    def walk(self) -> None:
        """Read the three things of the root that make a site, and all below them."""
        self._scan("", "", (), only=(SETTINGS_FILE, *_FOLDERS))
        while self._waiting:
            self._scan(*self._waiting.pop())

    def _scan(self, path: str, real: str, chain: tuple[str, ...], only: tuple[str, ...] = ()) -> None:
        """Take what is in one folder. The usual file, one of very many, costs a look and a stamp."""
        before, there = f"{path}/" if path else "", f"{real}/" if real else ""
        try:
            descriptor = os.open(f"{self.root}/{real}" if real else self.root, beneath.FOLDER)
            try:
                with os.scandir(descriptor) as entries:
                    for entry in entries:
                        name = entry.name
                        if (name not in only) if only else is_leftover(name):
                            continue
                        if entry.is_file(follow_symlinks=False) and name.isascii():
                            self._add(before + name, there + name, entry)
                        else:
                            self._take(entry, before + name, there + name, chain)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._complain("unreadable-file", path or ".", f"cannot be listed: {_why(error)}")

    def _take(self, entry: os.DirEntry[str], path: str, there: str, chain: tuple[str, ...]) -> None:
        try:
            entry.name.encode()
        except UnicodeEncodeError:
            self._complain("unreadable-file", path, "has a name that is not UTF-8")
            return
        try:
            if entry.is_symlink():
                self._follow(path, there, chain)
            elif entry.is_dir(follow_symlinks=False):
                self._waiting.append((path, there, chain))
            else:
                self._add(path, there, entry)
        except OSError as error:
            self._complain("unreadable-file", path, f"cannot be read: {_why(error)}")

    def _add(self, path: str, real: str, entry: os.DirEntry[str]) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError as error:
            self._complain("unreadable-file", path, f"cannot be read: {_why(error)}")
            return
        self._keep(path, real, found)

    def _keep(self, path: str, real: str, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            self._complain("unreadable-file", path, "is not a regular file")
            return
        self.stamps[path] = _stamp(found)
        if real != path:
            self.real[path] = real

    def _follow(self, path: str, link: str, chain: tuple[str, ...]) -> None:
        try:
            target = os.path.realpath(f"{self.root}/{link}", strict=True)
        except OSError as error:
            if error.errno == errno.ELOOP:
                self._complain("outside-root", path, "is a symbolic link that leads round in a circle")
                return
            if self._inside(os.path.realpath(f"{self.root}/{link}")) is None:
                self._complain("outside-root", path, _LEAVES, hint=_COPY)
                return
            self._complain("unreadable-file", path, "is a symbolic link to nothing", hint=_DANGLING)
            return
        real = self._inside(target)
        if real is None:
            self._complain("outside-root", path, _LEAVES, hint=_COPY)
            return
        found = os.stat(target)
        if not stat.S_ISDIR(found.st_mode):
            self._keep(path, real, found)
            return
        here = beneath.split(link)[0]
        self._linked_folders += 1
        if any(_holds(real, outer) for outer in (here, *chain)):
            self._complain("outside-root", path, "is a symbolic link to a folder that it stands in")
        elif self._linked_folders > _LINKED_FOLDERS:
            self._complain("too-large", path, f"is one of more than {_LINKED_FOLDERS} links to folders")
        else:
            self._waiting.append((path, real, (here, *chain)))

    def _inside(self, target: str) -> str | None:
        """Return the path below the root of a real path; None where it is outside, or in git's own folder."""
        prefix = "/" if self.root == "/" else f"{self.root}/"
        if target == self.root:
            return ""
        if not target.startswith(prefix):
            return None
        real = target[len(prefix) :]
        return None if real.partition("/")[0].casefold() == ".git" else real

    def _complain(self, code: str, path: str, text: str, hint: str | None = None) -> None:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        self.problems.append(problem(code, f"`{shown}` {text}", Span(shown), hint=hint))


_LEAVES: Final = "is a symbolic link that leaves the site folder"
_DANGLING: Final = "take the link away, or make what it leads to"
_COPY: Final = "copy the file into the site folder, or link to something inside it"


def _holds(outer: str, inner: str) -> bool:
    return outer in {"", inner} or inner.startswith(f"{outer}/")


def is_leftover(name: str) -> bool:
    """Tell hidden files, and what editors leave while they save: backups, autosaves, vim's `4913`."""
    if name.endswith((".yaml", ".md")):
        return name[0] == "."
    return (
        name[0] == "."
        or name[-1] == "~"
        or name == "4913"
        or (name[0] == "#" == name[-1])
        or (name.endswith((".swp", ".swo", ".swx", "___jb_tmp___", "___jb_old___")))
    )


def list_own_themes() -> dict[str, tuple[str, Stamp]]:
    """Return the files of our own themes as site paths, each with where it is and its stamp."""
    found: dict[str, tuple[str, Stamp]] = {}
    for name in THEMES:
        place = _shipped_folder("themes", name)
        if place is not None:
            found |= sorted(_walk_theme(str(place), f"themes/{name}"))
    return found


def _walk_theme(place: str, path: str) -> Iterator[tuple[str, tuple[str, Stamp]]]:
    for folder, folders, names in os.walk(place, followlinks=True):
        folders[:] = [name for name in folders if not is_leftover(name)]
        inner = os.path.relpath(folder, place).replace(os.sep, "/")
        prefix = path if inner == "." else f"{path}/{inner}"
        for name in names:
            if not is_leftover(name):
                full = os.path.join(folder, name)
                yield f"{prefix}/{name}", (full, _stamp(os.stat(full)))


def _stamp(found: os.stat_result) -> Stamp:
    values = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return tuple.__new__(Stamp, values)  # twice as fast as `Stamp(…)`, for a hundred thousand files


def _read_outside(place: str) -> tuple[bytes, os.stat_result]:
    """Read a file of a theme of the program, which may be behind links."""
    with Path(place).open("rb") as file:
        return file.read(), os.fstat(file.fileno())


def _content_stamp(data: bytes) -> Stamp:
    digest = int.from_bytes(hashlib.sha256(data).digest()[:7], "big")
    return Stamp(len(data), digest, digest, digest)


def _close_all(top: int, folders: dict[str, int]) -> None:
    for descriptor in (top, *folders.values()):
        os.close(descriptor)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
