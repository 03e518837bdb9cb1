"""Verify what was released: objects by name, ledgers by their objects, and both by all of git's history."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats import frozen
from policypages.git import Git, GitError, blob_id
from policypages.model import Releases, Sources

_SHA256: Final = 64
_CONVERTED: Final = "git was told to convert line ends, and did so in files of releases"
_KEPT: Final = (
    "commit what is new there, say `content/releases/** -text` in .gitattributes, and let git write them"
    " anew: `rm -r content/releases`, then `git checkout HEAD -- content/releases`"
)


def verify(sources: Sources, root: str, releases: Releases) -> list[Diagnostic]:
    """Find every change to a ledger or an object, and every one that is not there.

    `releases` are those that were loaded: what load finds in ledgers by themselves is not told again.
    """
    files = {path for path in sources.paths if path.startswith(frozen.FOLDER)}
    head: dict[str, str] = {}
    changes: list[Diagnostic] = []
    try:
        git = Git(root)
        if git.has_commits():
            head = git.committed(frozen.FOLDER.rstrip("/"))
            changes = [*_in_history(git, head, files)]
    except GitError as error:
        if files:
            message = f"whether a release was changed or taken away cannot be told: {error}"
            changes = [problem("release-unverified", message, hint=error.hint)]
    told = head.keys() - files
    found = [*_read(sources, files, head, told), *_missing(releases, files), *_gone(head, files)]
    return found + [one for one in changes if one.span is None or one.span.file not in told]


def _read(
    sources: Sources, files: Iterable[str], head: Mapping[str, str], told: set[str]
) -> list[Diagnostic]:
    """Read every file of releases once, and hold it against its name, and against what HEAD has.

    Those that HEAD has otherwise are `told`: of their history nothing need be said.
    """
    found: list[Diagnostic] = []
    converted: list[str] = []
    for path in sorted(files):
        is_object = path.startswith(frozen.OBJECTS)
        try:
            data = sources.read(path)
        except OSError as error:
            if is_object:  # of a ledger load says it
                message = f"the file cannot be read: {error.strerror}"
                found.append(problem("unreadable-file", message, Span(path)))
            continue
        committed = head.get(path, "")
        if committed and not _is(data, committed):
            told.add(path)
            if _is(data.replace(b"\r\n", b"\n"), committed):
                converted.append(path)
                continue
            message = "a file of a release is not as it was committed"
            found.append(problem("release-changed", message, Span(path), hint=frozen.bring_back(path)))
        if is_object and frozen.read(path, data) is None:
            found.append(frozen.changed(path))
    return found + [problem("release-changed", _CONVERTED, Span(path), hint=_KEPT) for path in converted[:1]]


def _is(data: bytes, id_: str) -> bool:
    """Tell whether bytes have an id of git's."""
    return blob_id(data, sha256=len(id_) == _SHA256) == id_


def _gone(head: Iterable[str], files: Container[str]) -> Iterator[Diagnostic]:
    message = "a file of a release was taken away, or renamed"
    for path in head:
        if path not in files:
            yield problem("release-changed", message, Span(path), hint=frozen.bring_back(path))


def _missing(releases: Releases, files: set[str]) -> Iterator[Diagnostic]:
    for page, history in releases.items():
        for one in history:
            if frozen.path_of(one.line.article) not in files:
                yield frozen.missing(page, one.line.article, one.release.file)


def _in_history(git: Git, head: Mapping[str, str], files: set[str]) -> Iterator[Diagnostic]:
    """Hold HEAD against every commit before it."""
    told: set[str] = set()
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
