"""Ask git for the commit that a build is made from, and hold the sources against it."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.record import Provenance
from policypages.git import Git, GitError
from policypages.sources import is_leftover, list_own_themes

if TYPE_CHECKING:
    from policypages.model import Sources

_PLACES: Final = ("policypages.yaml", "content", "themes")
_SHA1: Final = 40


def provenance_of(root: Path, sources: Sources, as_of: date) -> tuple[Provenance, list[Diagnostic]]:
    """Return the commit of a site folder, and whether a source is other than it has it.

    Git itself is not asked what was modified: it looks at times, and runs what filters say. What is
    compared is what the build reads. Without git there is no commit to name.
    """
    try:
        git = Git(str(root))
        commit, committed = git.commit("HEAD"), git.committed(*_PLACES)
    except GitError as error:
        message = f"the records of this build name no commit: {error}"
        return Provenance(None, modified=False, as_of=as_of), [problem("no-commit", message, hint=error.hint)]
    # a site is given the files of our themes that it does not have, and they are in no commit of it
    ours = {path: stamp for path, (_, stamp) in list_own_themes().items()}
    read = {path for path, stamp in sources.paths.items() if path in committed or ours.get(path) != stamp}
    gone = any(path not in read and not any(map(is_leftover, path.split("/"))) for path in committed)
    modified = gone or any(path not in committed or _differs(sources, path, committed[path]) for path in read)
    return Provenance(commit, modified, as_of), []


def _differs(sources: Sources, path: str, id_: str) -> bool:
    """Tell whether a source is not what git has under an id, line ends apart: git may change those."""
    try:
        data = sources.read(path)
    except OSError:
        return True
    new = hashlib.sha1 if len(id_) == _SHA1 else hashlib.sha256
    both = (data, data.replace(b"\r\n", b"\n"))
    return all(new(b"blob %d\0" % len(one) + one).hexdigest() != id_ for one in both)
