"""Verify what was released: objects by name, ledgers by their objects, and both by all of git's history."""

from __future__ import annotations

from collections.abc import Iterator

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats import frozen
from policypages.git import Git, GitError, blob_id
from policypages.load.releases import load_releases
from policypages.model import Releases, Sources

_BRING_BACK = "bring back the file that git has: `git checkout HEAD -- {}`"


def verify(sources: Sources, root: str) -> list[Diagnostic]:
    """Find every change to a ledger or an object, and every one that is not there.

    What load finds in ledgers by themselves is not told again.
    """
    releases, _ = load_releases(sources)
    files = [path for path in sources.paths if path.startswith(frozen.FOLDER)]
    found = [*_objects(sources, files), *_missing(releases, set(files))]
    try:
        git = Git(root)
        found += _in_git(git, sources, files) if git.has_commits() else []
    except GitError as error:
        if files:
            message = f"whether a release was changed or taken away cannot be told: {error}"
            found.append(problem("release-unverified", message, hint=error.hint))
    return found


def _objects(sources: Sources, files: list[str]) -> Iterator[Diagnostic]:
    for path in files:
        if not path.startswith(frozen.OBJECTS):
            continue
        try:
            data = sources.read(path)
        except OSError as error:
            yield problem("unreadable-file", f"the file cannot be read: {error.strerror}", Span(path))
            continue
        if frozen.path_of(frozen.digest(data)) != path or frozen.decode(data) is None:
            message = "the object is not what its name says"
            yield problem("release-changed", message, Span(path), hint=_BRING_BACK.format(path))


def _missing(releases: Releases, files: set[str]) -> Iterator[Diagnostic]:
    for (entity, policy, locale), history in releases.items():
        for one in history:
            path = frozen.path_of(one.line.article)
            if path not in files:
                message = f"the article of `{entity}/{policy}` ({locale}) is not there: `{path}`"
                yield problem(
                    "release-missing",
                    message,
                    Span(one.release.file),
                    hint=_BRING_BACK.format(path),
                    entities=(entity,),
                )


def _in_git(git: Git, sources: Sources, files: list[str]) -> Iterator[Diagnostic]:
    """Hold the work tree against HEAD, and HEAD against every commit before it."""
    head = git.tree("HEAD", [frozen.FOLDER.rstrip("/")])
    here = set(files)
    told: set[str] = set()
    for path, (_, sha) in head.items():
        told.add(path)
        if path not in here:
            message = "a file of a release was taken away, or renamed"
            yield problem("release-changed", message, Span(path), hint=_BRING_BACK.format(path))
        elif blob_id(sources.read(path)) != sha:
            message = "a file of a release is not as it was committed"
            yield problem("release-changed", message, Span(path), hint=_BRING_BACK.format(path))
        else:
            told.discard(path)
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
