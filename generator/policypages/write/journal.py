"""The journal of one commit: what will be done is written down first, and can be finished by anyone later."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from policypages import beneath
from policypages.diagnostics import Diagnostic, problem
from policypages.model import FileRecord
from policypages.paths import MANIFEST, MANIFEST_FOLDER, PathProblem, output_path
from policypages.write.guard import JOURNAL
from policypages.write.stage import STAGE_NAME

# the manifest waits in the stage under a name that no output path can have
STAGED_MANIFEST: Final = MANIFEST_FOLDER


class Journal(NamedTuple):
    """The steps of one commit, in the order of the fields; each may be done twice.

    `clear` are own files that stand where a new folder or file goes; `folders` are new folders at the
    top of the output, renamed whole; `files` are renamed one by one; `manifest` is the digest of the
    manifest that is put in place last.
    """

    stage: str
    clear: tuple[FileRecord, ...]
    folders: tuple[str, ...]
    files: tuple[str, ...]
    prune: tuple[FileRecord, ...]
    manifest: str

    def encode(self) -> bytes:
        """Return the journal as a line of JSON and a line with its digest."""
        raw = {
            "stage": self.stage,
            "clear": [record._asdict() for record in self.clear],
            "folders": self.folders,
            "files": self.files,
            "prune": [record._asdict() for record in self.prune],
            "manifest": self.manifest,
        }
        text = json.dumps(raw, ensure_ascii=True, separators=(",", ":")).encode()
        return text + b"\n" + hashlib.sha256(text).hexdigest().encode() + b"\n"


def decode(data: bytes) -> Journal | None:
    """Read a journal back; None where it is torn, or names something that we never write."""
    text, _, digest = data.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest.strip():
        return None
    try:
        raw = json.loads(text)
        journal = Journal(
            stage=raw["stage"],
            clear=tuple(FileRecord(**record) for record in raw["clear"]),
            folders=tuple(raw["folders"]),
            files=tuple(raw["files"]),
            prune=tuple(FileRecord(**record) for record in raw["prune"]),
            manifest=raw["manifest"],
        )
        paths = [
            *journal.folders,
            *journal.files,
            *(record.path for record in (*journal.clear, *journal.prune)),
        ]
        safe = STAGE_NAME.fullmatch(journal.stage) and not any(
            isinstance(output_path(p), PathProblem) for p in paths
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return journal if safe else None


def store(top: int, journal: Journal) -> None:
    """Put the journal in place, all of it or nothing, and on the disk."""
    with beneath.folder(top, MANIFEST_FOLDER) as folder:
        beneath.write_file(folder, "journal.new", journal.encode())
        sync(folder, "journal.new")
        os.replace("journal.new", "journal", src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


def drop_unfinished(top: int) -> None:
    """Remove a journal that was not put in place."""
    with suppress(FileNotFoundError):
        os.unlink(f"{JOURNAL}.new", dir_fd=top)


def carry_out(top: int, journal: Journal) -> list[Diagnostic]:
    """Do the steps of a journal, or those that are left of it; OSError leaves the rest for the next time."""
    notes = _remove(top, journal.clear)
    _move(top, journal)
    notes += _remove(top, journal.prune)
    with suppress(FileNotFoundError):
        os.replace(f"{journal.stage}/{STAGED_MANIFEST}", MANIFEST, src_dir_fd=top, dst_dir_fd=top)
    os.unlink(JOURNAL, dir_fd=top)
    remove_stage(top, journal.stage)
    return notes


def _move(top: int, journal: Journal) -> None:
    try:
        stage = beneath.open_folder(top, journal.stage)
    except FileNotFoundError:
        return  # `can_finish` has seen the manifest in place: nothing waits here any more
    try:
        _move_folders(stage, journal.folders, top)
        _move_files(stage, journal.files, top)
    finally:
        os.close(stage)


def _move_folders(stage: int, names: Sequence[str], top: int) -> None:
    for name in names:
        try:
            os.rename(name, name, src_dir_fd=stage, dst_dir_fd=top)
        except FileNotFoundError:
            continue  # it was renamed before


def _move_files(stage: int, paths: Sequence[str], top: int) -> None:
    """Move files out of the stage, those of one folder after another, each of them at once."""
    with beneath.Way(top) as way:
        for path in paths:
            try:
                _move_file(stage, path, way)
            except OSError as error:
                error.filename, error.filename2 = path, None
                raise
    # the last first: what is in a folder stands after it; what is not empty is left to `remove_stage`
    for folder in sorted({beneath.split(path)[0] for path in paths} - {""}, reverse=True):
        with suppress(OSError):
            os.rmdir(folder, dir_fd=stage)


def _move_file(stage: int, path: str, way: beneath.Way) -> None:
    parent, name = beneath.split(path)
    try:
        os.replace(path, name, src_dir_fd=stage, dst_dir_fd=way.to(parent))
    except FileNotFoundError:
        if beneath.status(stage, path) is not None:  # else it was moved before
            os.replace(path, name, src_dir_fd=stage, dst_dir_fd=way.to(parent, make=True))


def can_finish(top: int, journal: Journal) -> bool:
    """Tell whether the manifest of a journal still waits in its stage or is in place already."""
    for place in (f"{journal.stage}/{STAGED_MANIFEST}", MANIFEST):
        with suppress(OSError):
            parent, name = beneath.split(place)
            with beneath.folder(top, parent) as folder:
                if hashlib.sha256(beneath.read_file(folder, name)).hexdigest() == journal.manifest:
                    return True
    return False


def holds(top: int, record: FileRecord) -> bool:
    """Tell whether a file is there, is a file, and has the bytes of its record."""
    parent, name = beneath.split(record.path)
    try:
        with beneath.folder(top, parent) as folder:
            return _holds(folder, name, record)
    except OSError:
        return False


def _holds(folder: int, name: str, record: FileRecord) -> bool:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode) or found.st_size != record.size:
            return False
        return hashlib.sha256(beneath.read_file(folder, name, record.size)).hexdigest() == record.sha256
    except OSError:
        return False


def remove_stage(top: int, name: str) -> None:
    """Remove a staging folder and all in it; one that is not there is fine."""
    with suppress(FileNotFoundError):
        beneath.remove_tree(top, name)


def sync(folder: int, name: str) -> None:
    """Wait until a file is on the disk."""
    descriptor = os.open(name, beneath.FILE, dir_fd=folder)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(top: int, records: tuple[FileRecord, ...]) -> list[Diagnostic]:
    """Remove files that still are what we wrote, and folders that become empty by that."""
    notes = []
    folders: set[str] = set()
    with beneath.Way(top) as way:
        for record in records:
            parent, name = beneath.split(record.path)
            folders.add(parent)  # even where the file went before: the kill may have come between the two
            folder = _known(way, parent)
            if folder is not None and _holds(folder, name, record):
                _unlink(folder, name, record.path)
                continue
            found = beneath.status(top, record.path)
            if found is not None and not stat.S_ISDIR(found.st_mode):
                notes.append(_kept(record))
    with beneath.Way(top) as way:
        # the last first: what is in a folder stands after it
        for path in sorted(folders, reverse=True):
            _remove_empty(way, path)
    return notes


def _unlink(folder: int, name: str, path: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError as error:
        error.filename = path
        raise


def _known(way: beneath.Way, path: str) -> int | None:
    """Return the descriptor of a folder, or None where there is none, or a link."""
    try:
        return way.to(path)
    except OSError:
        return None


def _remove_empty(way: beneath.Way, path: str) -> None:
    while path:
        parent, name = beneath.split(path)
        try:
            os.rmdir(name, dir_fd=way.to(parent))
        except (FileNotFoundError, NotADirectoryError):
            pass  # it went before; the folder that it was in may be empty now
        except OSError:
            return  # not empty
        path = parent


def _kept(record: FileRecord) -> Diagnostic:
    return problem(
        "kept-file",
        f"`{record.path}` is no longer part of the site, but was changed by somebody and is kept",
        hint="remove it by hand if nobody needs it",
    )
