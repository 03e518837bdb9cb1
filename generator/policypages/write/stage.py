"""A staging folder inside the output, into which any process writes files before they are renamed."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from typing import Final

from policypages import beneath
from policypages.model import FileRecord
from policypages.paths import STAGE_PREFIX, PathProblem, output_path

STAGE_NAME: Final = re.compile(re.escape(STAGE_PREFIX) + r"[0-9a-f]{16}")


class Stage:
    """A folder `.staging-…` in the output; it goes to other processes by fork or pickled, as its name.

    Each process names files from the one folder that it has open, so that a file costs an open, a
    write and a close. The stage is new and nobody else writes in it; the folders that this process
    made there, of the site that it is at, are remembered.
    """

    __slots__ = ("_look_at_files", "_look_at_folders", "_made", "_site", "_top", "folder")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._top = -1
        self._site = ""
        self._made = {""}
        # the first file and the first folder tell what umask and file system make of modes
        self._look_at_files = self._look_at_folders = True

    @property
    def name(self) -> str:
        """The name of the folder in the output."""
        return os.path.basename(self.folder)

    def __reduce__(self) -> tuple[type[Stage], tuple[str]]:
        return (Stage, (self.folder,))

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Give back the descriptor that this process holds; the next file opens it again."""
        if self._top >= 0:
            os.close(self._top)
            self._top = -1

    def write(self, path: str, data: bytes) -> None:
        """Write one new file; folders are made as needed."""
        if self._top < 0:
            self._top = beneath.open_top(self.folder)
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            self._make(folder)
        self._look_at_files = beneath.write_file(self._top, path, data, look=self._look_at_files)

    def _make(self, folder: str) -> None:
        site = folder.partition("/")[0]
        if site != self._site:
            self._site, self._made = site, {""}
        parent = folder.rpartition("/")[0]
        if parent not in self._made:
            self._make(parent)
        try:
            self._look_at_folders = beneath.new_folder(self._top, folder, look=self._look_at_folders)
        except FileExistsError:
            # another process that has files of this site made it; what is no folder is an OSError here
            os.close(beneath.open_folder(self._top, folder))
        self._made.add(folder)


def stage_file(stage: Stage, path: str, data: bytes, digest: str | None = None) -> FileRecord:
    """Write one file into the stage, from any process, and return its record.

    `digest` are the hex digits of its SHA-256, for who knows them.

    Raises OSError with the whole path where the machine prevents it, FileExistsError where the path
    was staged before, and ValueError for a path that `output_path` refuses: both are bugs of the caller.
    """
    checked = output_path(path)
    if isinstance(checked, PathProblem):
        msg = f"the output path `{checked.path}` {checked.reason}"
        raise ValueError(msg)  # noqa: TRY004 - of a value; that it has a type of its own is our way to say so
    try:
        stage.write(path, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"{stage.folder}/{path}") from error
    return FileRecord(path, len(data), digest or sha256(data).hexdigest())
