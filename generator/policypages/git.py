"""Ask git what it knows of a site folder: the only program that we run, and without a shell."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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

    def head(self) -> str:
        """Return the id of the commit that is checked out."""
        return self._text("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def committed(self, *places: str) -> dict[str, str]:
        """Return git's ids of the files that HEAD has in folders, or of files by name, by path."""
        wanted = [f"{self.prefix}{place}" for place in places]
        said = self._run("ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *wanted)
        out = {}
        for line in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, _, path = line.partition("\t")  # mode, kind and id, with spaces between
            out[path.removeprefix(self.prefix)] = head.split(" ")[2]
        return out

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
        environment = {key: value for key, value in os.environ.items() if key not in _OURS}
        environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
        try:
            done = subprocess.run(
                ["git", "-C", self._folder, "--no-pager", *_QUIET, *arguments],
                env=environment,
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


def _explained(said: str, folder: Path) -> GitError:
    if "not a git repository" in said:
        return GitError("the site is in no git repository", "`git init`, and commit")
    if "dubious ownership" in said:
        hint = f"git config --global --add safe.directory {folder.resolve()}"
        return GitError("git does not read a repository that belongs to somebody else", hint)
    return GitError(said.strip().splitlines()[0].removeprefix("fatal: ") if said.strip() else "git failed")


def blob_id(data: bytes) -> str:
    """Return the id that git gives to bytes (SHA-1 repositories)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
