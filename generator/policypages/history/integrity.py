"""Verify what was released: objects by name, ledgers by their objects, and both by all of git's history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats import frozen
from policypages.git import Git, GitError, blob_id
from policypages.model import Releases, Sources


def verify(sources: Sources, root: str, releases: Releases) -> list[Diagnostic]:
    """Find every change to a ledger or an object, and every one that is not there.

    `releases` are those that were loaded: what load finds in ledgers by themselves is not told again.
    """
    files = {path for path in sources.paths if path.startswith(frozen.FOLDER)}
    ids, found = _read(sources, files)
    found += _missing(releases, files)
    try:
        git = Git(root)
        found += _in_git(git, ids, files) if git.has_commits() else []
    except GitError as error:
        if files:
            message = f"whether a release was changed or taken away cannot be told: {error}"
            found.append(problem("release-unverified", message, hint=error.hint))
    return found


def _read(sources: Sources, files: Iterable[str]) -> tuple[dict[str, str], list[Diagnostic]]:
    """Read every file of releases once: git's id of each that can be read, and what is wrong with objects."""
    ids: dict[str, str] = {}
    found: list[Diagnostic] = []
    for path in sorted(files):
        is_object = path.startswith(frozen.OBJECTS)
        try:
            data = sources.read(path)
        except OSError as error:
            if is_object:  # of a ledger load says it
                message = f"the file cannot be read: {error.strerror}"
                found.append(problem("unreadable-file", message, Span(path)))
            continue
        ids[path] = blob_id(data)
        if is_object and frozen.read(path, data) is None:
            found.append(frozen.changed(path))
    return ids, found


def _missing(releases: Releases, files: set[str]) -> Iterator[Diagnostic]:
    for page, history in releases.items():
        for one in history:
            if frozen.path_of(one.line.article) not in files:
                yield frozen.missing(page, one.line.article, one.release.file)


def _in_git(git: Git, ids: Mapping[str, str], files: set[str]) -> Iterator[Diagnostic]:
    """Hold the work tree against HEAD, and HEAD against every commit before it."""
    head = git.committed(frozen.FOLDER.rstrip("/"))
    told: set[str] = set()
    for path, id_ in head.items():
        message = "a file of a release is not as it was committed"
        if path not in files:
            message = "a file of a release was taken away, or renamed"
        elif ids.get(path, id_) == id_:  # one that cannot be read was told
            continue
        told.add(path)
        yield problem("release-changed", message, Span(path), hint=frozen.bring_back(path))
    if git.is_shallow and (head or files):
        message = "this clone is shallow: whether a release was ever changed cannot be told"
        yield problem("release-unverified", message, hint="git fetch --unshallow")
        return
    words = {"M": "changed", "D": "taken away", "T": "changed", "R": "renamed"}
    for change in git.changes(frozen.FOLDER):
        if change.letter == "A" or change.path in told:
            continue
        told.add(change.path)
        message = f"commit {change.commit[:10]} has a file of a release {words.get(change.letter, 'changed')}"
        hint = "releases are kept for ever as they were written: undo that commit"
        yield problem("release-changed", message, Span(change.path), hint=hint)
