"""Ask git what it knows of a site folder: the only program that we run, and without a shell."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

_TIME: Final = 300  # seconds: a git that waits for something is told apart from one that works
# nothing that a repository's own configuration names may be run
_QUIET: Final = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "diff.external=",
    "-c",
    "log.showSignature=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.pager=cat",
    "-c",
    "protocol.allow=never",  # no network, in a clone that left objects out, too
)
_OURS: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_PAGER")


class GitError(Exception):
    """Git could not answer; the message is for people, `hint` says what would help."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit did to one file: the letter is git's (A, M, D, T)."""

    commit: str
    letter: str
    path: str


class TreeFile(NamedTuple):
    """A file of a revision: git's mode for it (`120000` is a symbolic link), and the id of its bytes."""

    mode: str
    id: str


class Git:
    """The repository that a site folder stands in; paths are posix and below the site folder."""

    def __init__(self, folder: str) -> None:
        """Find the repository; raise GitError where there is none that git would read."""
        self._folder = folder
        said = self._text("rev-parse", "--is-shallow-repository", "--show-prefix").split("\n")
        self.is_shallow = said[0] == "true"
        self.prefix = said[1]

    def has_commits(self) -> bool:
        """Tell whether anything was committed yet."""
        try:
            self._text("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except GitError:
            return False
        return True

    def committed(self, *places: str) -> dict[str, str]:
        """Return git's ids of the files that HEAD has in folders, or of files by name, by path."""
        wanted = [f"{self.prefix}{place}" for place in places]
        said = self._run("ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *wanted)
        return {path: file.id for path, file in self._tree_files(said).items()}

    def tree(self, commit: str) -> dict[str, TreeFile]:
        """Return the files that a commit has in the site folder, by path; none where it has no such."""
        within = ("--", self.prefix) if self.prefix else ()
        return self._tree_files(self._run("ls-tree", "-r", "-z", "--full-tree", commit, *within))

    def _tree_files(self, said: bytes) -> dict[str, TreeFile]:
        out = {}
        for line in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, _, path = line.partition("\t")
            mode, kind, id_ = head.split(" ")
            if kind == "blob":
                out[path.removeprefix(self.prefix)] = TreeFile(mode, id_)
        return out

    def commit(self, revision: str) -> str | None:
        """Return the id of the commit that a revision names, None where it names none."""
        try:
            said = self._text(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except GitError as error:
            if error.hint is not None:  # git said more than that there is no such commit
                raise
            return None
        return said or None

    def merge_base(self, one: str, *others: str) -> str | None:
        """Return the best commit that one has in common with all others taken together."""
        try:
            return self._text("merge-base", one, *others) or None
        except GitError:
            return None

    def default_branch(self, asked: str | None) -> tuple[str, list[str]]:
        """Return the name of the branch that is published, and those of its commits that are known here.

        It is `asked`, else what origin says, else `main`; it may be known as ours, as origin's, or as both.
        """
        name = asked
        if name is None:
            try:
                said = self._text("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
            except GitError:
                said = ""
            name = said.removeprefix("origin/") or "main"
        refs = (f"refs/heads/{name}", f"refs/remotes/origin/{name}")
        return name, [commit for ref in refs if (commit := self.commit(ref)) is not None]

    def names(self) -> list[str]:
        """Return the names of branches and tags."""
        said = self._text(
            "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"
        )
        return said.split("\n") if said else []

    def blobs(self) -> Blobs:
        """Return what reads the bytes of files by their ids."""
        return Blobs(self._folder)

    def changes(self, folder: str) -> list[Change]:
        """Return what all commits that HEAD has did to the files of a folder, in one pass."""
        said = self._run(
            "log",
            "--format=%x01%H",
            "--name-status",
            "--no-renames",
            "-z",
            "--no-ext-diff",
            "--no-textconv",
            "--diff-merges=separate",
            "HEAD",
            "--",
            folder,
        )
        out = []
        for part in said.decode("utf-8", "surrogateescape").split("\x01")[1:]:
            commit, *fields = part.strip("\n").split("\0")
            fields = [field.lstrip("\n") for field in fields if field.strip("\n")]
            for letter, path in zip(fields[::2], fields[1::2], strict=False):
                out.append(Change(commit.strip(), letter[:1], path.removeprefix(self.prefix)))
        return out

    # ---- the program

    def _text(self, *arguments: str) -> str:
        return self._run(*arguments).decode("utf-8", "surrogateescape").removesuffix("\n")

    def _run(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(
                _command(self._folder, *arguments),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_TIME,
            )
        except FileNotFoundError:
            message = "git is not installed"
            raise GitError(message, "install git") from None
        except subprocess.TimeoutExpired:
            message = f"git did not answer within {_TIME} seconds"
            raise GitError(message) from None
        if done.returncode:
            raise _explained(done.stderr.decode("utf-8", "replace"), Path(self._folder))
        return done.stdout


class Blobs:
    """Reads the bytes of files of any revision, by one git for each process that asks."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._of = 0  # the process that started it: a fork must not read the answers of another

    def read(self, id_: str) -> bytes:
        """Return the bytes of an id; raise GitError where this clone does not have them."""
        process = self._process
        if process is None or self._of != os.getpid():
            process = self._process = subprocess.Popen(
                _command(self._folder, "cat-file", "--batch"),
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._of = os.getpid()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(f"{id_}\n".encode())
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended: there is no answer
        head = process.stdout.readline().split()
        if len(head) != len(("id", "kind", "size")):
            if not head:  # it gave up: another answers for the next
                self.close()
            message = f"git has no object {id_[:10]} here"
            raise GitError(message, "git fetch --refetch, or a clone without `--filter`")
        return process.stdout.read(int(head[2]) + 1)[:-1]

    def close(self) -> None:
        """End git, where this process started it."""
        process, self._process = self._process, None
        if process is None or self._of != os.getpid():
            return
        process.communicate()


def _command(folder: str, *arguments: str) -> Sequence[str]:
    return ["git", "-C", folder, "--no-pager", *_QUIET, *arguments]


def _environment() -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key not in _OURS}
    return environment | {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def _explained(said: str, folder: Path) -> GitError:
    if "not a git repository" in said:
        return GitError("the site is in no git repository", "`git init`, and commit")
    if "dubious ownership" in said:
        hint = f"git config --global --add safe.directory {folder.resolve()}"
        return GitError("git does not read a repository that belongs to somebody else", hint)
    return GitError(said.strip().splitlines()[0].removeprefix("fatal: ") if said.strip() else "git failed")


def blob_id(data: bytes, *, sha256: bool = False) -> str:
    """Return the id that git gives to bytes; few repositories name their objects by SHA-256."""
    whole = b"blob %d\0" % len(data) + data
    return (hashlib.sha256(whole) if sha256 else hashlib.sha1(whole, usedforsecurity=False)).hexdigest()
