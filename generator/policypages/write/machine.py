"""Say in one diagnostic what the machine prevented, where, and what would help."""

from __future__ import annotations

import errno
import os
from typing import Final

from policypages.diagnostics import Diagnostic, problem

_AGAIN: Final = "and run again; the output is as it was"
_HINTS: Final = {
    errno.ENOSPC: f"free some space {_AGAIN}; new pages need room beside the old ones",
    errno.EDQUOT: f"free some of your disk quota {_AGAIN}",
    errno.EROFS: "it is mounted read-only: mount it for writing, or choose another output folder",
    errno.EACCES: "give this user the right to write there, or choose another output folder",
    errno.EPERM: "give this user the right to write there, or choose another output folder",
    errno.EMFILE: "raise the limit of open files: `ulimit -n 1024`",
    errno.ENFILE: "the machine has too many files open: close other programs",
    errno.EFBIG: "raise the limit of file sizes: `ulimit -f unlimited`",
    errno.ENOMEM: "free some memory, or run with `--jobs 1`",
    errno.EXDEV: "a folder in the output is another file system: mount the whole output folder",
    errno.ENOLCK: "the file system has no locks: choose an output folder on a local disk",
    errno.ENOSYS: "the file system has no locks: choose an output folder on a local disk",
}


def machine_problem(error: OSError, path: str | os.PathLike[str]) -> Diagnostic:
    """Make the one diagnostic for an OSError.

    `path` is named where the error names no file, and is where a relative name begins.
    """
    name = error.filename2 or error.filename
    place = os.path.join(os.fspath(path), os.fsdecode(name)) if isinstance(name, str | bytes) else path
    shown = os.fsencode(place).decode("utf-8", "backslashreplace")
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    hint = _HINTS.get(error.errno or 0)
    if error.errno == errno.ENOSPC:
        reason += _free(os.fspath(path))
    return problem("machine", f"cannot write `{shown}`: {reason}", hint=hint)


def _free(path: str) -> str:
    """Tell how much room there is where `path` is, or would be."""
    while path and not os.path.isdir(path):
        path = os.path.dirname(path)
    try:
        found = os.statvfs(path or ".")
    except OSError:
        return ""
    return f" ({found.f_bavail * found.f_frsize // 1024} KiB and {found.f_favail} file entries are free)"
