"""A staging folder inside the output, into which any process writes files before they are renamed."""

from __future__ import annotations

import hashlib
import os
import re
from typing import Final

from policypages import beneath
from policypages.model import FileRecord
from policypages.paths import STAGE_PREFIX, PathProblem, output_path

STAGE_NAME: Final = re.compile(re.escape(STAGE_PREFIX) + r"[0-9a-f]{16}")
# the usual path is told by one match, the others by the normaliser
_PLAIN: Final = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*/)*[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


class Stage:
    """A folder `.staging-…` in the output; it goes to other processes by fork or pickled, as its name.

    Each process opens the folder of one site at a time and makes files and folders below it by
    descriptor, so that a page costs an open, a write and a close.
    """

    __slots__ = ("_made", "_site", "_site_descriptor", "_top", "folder")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._top = -1
        self._site = ""
        self._site_descriptor = -1
        self._made: set[str] = set()

    @property
    def name(self) -> str:
        """The name of the folder in the output."""
        return os.path.basename(self.folder)

    def __reduce__(self) -> tuple[type[Stage], tuple[str]]:
        return (Stage, (self.folder,))

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Give back the descriptors that this process holds; the next file opens them again."""
        for descriptor in (self._site_descriptor, self._top):
            if descriptor >= 0:
                os.close(descriptor)
        self._top = self._site_descriptor = -1
        self._site = ""

    def write(self, path: str, data: bytes) -> None:
        """Write one new file; folders are made as needed."""
        if self._top < 0:
            self._top = beneath.open_top(self.folder)
        site, _, rest = path.partition("/")
        if not rest:
            beneath.write_file(self._top, site, data)
            return
        if site != self._site:
            self._enter(site)
        self._make(rest.rpartition("/")[0])
        beneath.write_file(self._site_descriptor, rest, data)

    def _enter(self, site: str) -> None:
        descriptor = beneath.open_folder(self._top, site, make=True)
        if self._site_descriptor >= 0:
            os.close(self._site_descriptor)
        self._site_descriptor = descriptor
        self._site = site
        self._made = {""}

    def _make(self, folder: str) -> None:
        if folder not in self._made:
            self._make(folder.rpartition("/")[0])
            beneath.make_folder(self._site_descriptor, folder)
            self._made.add(folder)


def stage_file(stage: Stage, path: str, data: bytes) -> FileRecord:
    """Write one file into the stage, from any process, and return its record.

    Raises OSError with the whole path where the machine prevents it, FileExistsError where the path
    was staged before, and ValueError for a path that `output_path` refuses: both are bugs of the caller.
    """
    if not _PLAIN.fullmatch(path):
        checked = output_path(path)
        if isinstance(checked, PathProblem):
            msg = f"the output path `{checked.path}` {checked.reason}"
            raise ValueError(msg)
    try:
        stage.write(path, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"{stage.folder}/{path}") from error
    return FileRecord(path, len(data), hashlib.sha256(data).hexdigest())
