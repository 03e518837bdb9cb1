"""Find the two states of a site that are to be compared: revisions of git, or the files as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from policypages.diagnostics import Diagnostic, problem
from policypages.git import Git, GitError
from policypages.history.revision import Ids, RevisionSources, ids_of, is_source
from policypages.load.site import load_settings
from policypages.model import Sources
from policypages.sources import SETTINGS_FILE

_SHORT: Final = 10
_SHA256: Final = 64
_DEEPEN: Final = "git fetch --unshallow"


class NoRevisionError(Exception):
    """A revision that was asked for is none; the message is for people."""


@dataclass(frozen=True, slots=True)
class Side:
    """One state of a site: what its files are, and what people call it.

    `ids` tell the bytes of files from others. `commit` is None for the files of the folder, of which
    `edited` are not as the last commit has them. `found` is what is wrong with the files themselves.
    """

    sources: Sources
    ids: Ids
    name: str
    commit: str | None = None
    edited: int = 0
    found: tuple[Diagnostic, ...] = ()

    @property
    def short(self) -> str:
        """What stands before the path of a file that is not the one in the folder: a revision, or nothing."""
        return self.commit[:_SHORT] if self.commit is not None else ""


@dataclass(slots=True)
class Sides:
    """Both states, and what has to be said of the way in which they were found.

    Somebody who is done with them calls `close`: a git that reads files for them ends.
    """

    before: Side
    after: Side
    notes: list[str] = field(default_factory=list)
    close: Callable[[], None] = lambda: None


def open_sides(root: str, here: Sources, asked: Sequence[str], found: Sequence[Diagnostic] = ()) -> Sides:
    """Open the states that were asked for: none, `REV`, `A B`, `A..B` or `A...B`.

    `here` are the files of the folder `root`, with what was `found` of them. Raise GitError where git
    cannot answer, and NoRevisionError where a revision is none.
    """
    opener = _Opener(Git(root), here, tuple(found))
    try:
        before, after = opener.sides([*asked])
    except BaseException:
        opener.blobs.close()
        raise
    return Sides(before, after, opener.notes, opener.blobs.close)


class _Opener:
    def __init__(self, git: Git, here: Sources, found: tuple[Diagnostic, ...]) -> None:
        self.git = git
        self.here = here
        self.found = found
        self.notes: list[str] = []
        self.blobs = git.blobs()

    def sides(self, names: list[str]) -> tuple[Side, Side]:
        """Open the old state and the new one."""
        if not names:
            return self.default(), self.folder()
        one, dots, other = names[0].partition("..")
        if dots and not names[1:] and self.git.commit(names[0]) is None:
            names = [one or "HEAD", other.removeprefix(".") or "HEAD"]
            if other.startswith("."):
                commits = [self.commit(name) for name in names]
                base = self.base(names[0], commits[1], commits[:1])
                return self.side(base, "...".join(names)), self.side(commits[1], names[1])
        sides = [self.side(self.commit(name), name) for name in names]
        return sides[0], sides[1] if sides[1:] else self.folder()

    def commit(self, name: str) -> str:
        """Return the commit of a name, or end where it has none."""
        commit = self.git.commit(name)
        if commit is None:
            message = f"git knows no revision `{name}` here"
            if self.git.is_shallow:
                message += f"; this clone is shallow: `{_DEEPEN}`"
            raise NoRevisionError(message)
        return commit

    def default(self) -> Side:
        """Open where the work began: what HEAD has in common with the branch that is published."""
        if not self.git.has_commits():
            message = "nothing is committed yet: there is nothing to compare with"
            raise GitError(message, "`git add -A && git commit`")
        name, commits = self.git.default_branch(load_settings(self.here).default_branch)
        if not commits:
            message = f"git knows no branch `{name}` here, with which to compare"
            hint = "name a revision, or set `default_branch` in policypages.yaml"
            if self.git.is_shallow:
                hint = f"`git fetch origin {name}`, or {hint}"
            raise GitError(message, hint)
        base = self.base(name, self.commit("HEAD"), commits)
        return self.side(base, name)

    def base(self, name: str, one: str, others: Sequence[str]) -> str:
        """Return what commits have in common; a shallow clone may not know the last of it."""
        base = self.git.merge_base(one, *others)
        if base is None:
            message = f"no commit is common to `{name}` and what it is compared with"
            raise GitError(message, _DEEPEN if self.git.is_shallow else "name a revision to compare with")
        if self.git.is_shallow and base not in {one, *others}:
            self.notes.append(
                f"this clone is shallow: a later commit may be common to both, too (`{_DEEPEN}` tells)"
            )
        return base

    def side(self, commit: str, name: str) -> Side:
        """Open one revision."""
        tree = self.git.tree(commit)
        sources = RevisionSources(tree, self.blobs, sha256=len(commit) == _SHA256)
        shown = name if commit.startswith(name) else f"{name} ({commit[:_SHORT]})"
        if SETTINGS_FILE not in sources.ids:
            self.notes.append(f"`{name}` has no policypages.yaml here: all pages are new")
        return Side(sources, sources.ids, shown, commit, found=tuple(sources.found))

    def folder(self) -> Side:
        """Take the files as they are, and count those that are not committed so."""
        head = self.git.commit("HEAD")
        sha256 = len(head or "") == _SHA256
        ids = ids_of(self.here, sha256=sha256)
        edited = 0
        if head is not None:
            committed = RevisionSources(self.git.tree(head), self.blobs, sha256=sha256).ids
            paths = filter(is_compared, ids.keys() | committed.keys())
            edited = sum(ids.get(path) != committed.get(path) for path in paths)
        return Side(self.here, ids, "the files here", edited=edited, found=self.found)


def is_compared(path: str) -> bool:
    """Tell whether two states are compared by a file: the articles of releases never change."""
    return is_source(path) and not path.startswith("content/releases/objects/")


def unreadable(error: GitError) -> Diagnostic:
    """Say what git could not answer."""
    return problem("machine", str(error), hint=error.hint)
