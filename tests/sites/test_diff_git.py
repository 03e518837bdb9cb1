"""`policypages diff` and git: which states are compared, and what is said where git cannot tell."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete
from tests.diffrepo import FILES, OPENING, PRIVACY, begin, change, commit, data, diff, git, told, write

from policypages.cli import cli
from policypages.history.compare import Comparer
from policypages.workers import WorkerLost


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository once."""
    return begin(tmp_path_factory.mktemp("diff") / "site")


@pytest.fixture
def site(repository: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return Path(shutil.copytree(repository, tmp_path / "site"))


# ---------------------------------------------------------------- which states


def test_work_that_is_not_committed_counts_and_is_said(site: Path) -> None:
    """The files are compared as they are, staged or not, known to git or not."""
    change(site, OPENING, "recieve", "receive")
    commit(site)
    change(site, OPENING, "little", "nothing")
    write(site, {"content/entities/zeta.yaml": "name: Zeta\nsample: true\npolicies: {cookies: {}}\n"})
    text = diff(site).stdout
    assert "the files here, 2 of them not committed" in text
    assert "zeta/cookies" in text
    assert [group[2] for group in told(data(site, "HEAD"))] == [[("little", "nothing")]]
    (ways,) = told(data(site))
    assert ways[2] == [("little", "nothing"), ("recieve", "receive")]


def test_two_revisions_are_compared_as_git_would(site: Path) -> None:
    """`A B`, `A..B` and `A...B` name two states, and the files here do not matter."""
    change(site, OPENING, "recieve", "receive")
    commit(site)
    git(site, "switch", "-q", "main")
    change(site, "content/clauses/contact.md", "Write to us.", "Write.")
    commit(site)
    change(site, OPENING, "little", "nothing")
    typo = [("recieve", "receive")]
    both = [("receive", "recieve"), ("Write to us.", "Write.")]
    assert [group[2] for group in told(data(site, "main...work"))] == [typo]
    for words in (("work", "main"), ("work..main",), ("work..",)):
        assert [group[2] for group in told(data(site, *words))] == [both]
    assert "more than two" in str(diff(site, "a", "b", "c", code=2).exception)


def test_the_settings_name_the_branch_that_is_published(site: Path) -> None:
    """`default_branch`, else what origin says, else `main`."""
    change(site, OPENING, "recieve", "receive")
    commit(site)
    git(site, "branch", "live")
    change(site, OPENING, "little", "nothing")
    assert len(told(data(site))[0][2]) == 2
    change(site, "policypages.yaml", "title: Test", "title: Test\ndefault_branch: live")
    found = data(site)
    assert [group[2] for group in told(found)] == [[("little", "nothing")]]
    assert found["before"]["name"].startswith("live (")
    change(site, "policypages.yaml", "default_branch: live", "default_branch: gone")
    ran = diff(site, code=1)
    assert "git knows no branch `gone` here" in ran.stderr


def test_a_site_in_a_folder_of_a_repository(repository: Path, tmp_path: Path) -> None:
    """Paths are those of the site; before it was there all pages are new, and that is said."""
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {"readme.md": "Nothing.\n"})
    first = commit(tmp_path)
    shutil.copytree(repository, tmp_path / "legal/pages", ignore=shutil.ignore_patterns(".git"))
    commit(tmp_path)
    change(tmp_path / "legal/pages", OPENING, "recieve", "receive")
    assert told(data(tmp_path / "legal/pages"))[0][1] == [f"clause opening {OPENING}:7"]
    ran = diff(tmp_path / "legal/pages", first)
    assert "4 pages new" in ran.stdout
    assert "has no policypages.yaml here: all pages are new" in ran.stderr


def test_links_in_a_revision_are_followed(site: Path) -> None:
    """A symbolic link within the site is the file that it leads to, as in the folder."""
    write(site, {"shared/opening.md": FILES[OPENING]})
    (site / OPENING).unlink()
    (site / OPENING).symlink_to("../../shared/opening.md")
    commit(site)
    assert data(site)["groups"] == []
    change(site, "shared/opening.md", "recieve", "receive")
    assert [group[0] for group in told(data(site, "HEAD"))] == [PRIVACY]
    commit(site)
    assert [group[0] for group in told(data(site, "HEAD~1", "HEAD"))] == [PRIVACY]


def test_folders_that_are_links_are_followed_in_a_revision(site: Path) -> None:
    """So is the content itself where it is one, and a link that leads through another."""
    (site / "content").rename(site / "sources")
    (site / "content").symlink_to("sources")
    (site / "sources/clauses").rename(site / "texts")
    (site / "sources/clauses").symlink_to("../elsewhere/texts")
    (site / "elsewhere").symlink_to(".")
    commit(site, "links")
    found = data(site, "main", "HEAD")
    assert (found["pages"]["changed"], found["pages"]["removed"]) == (0, 0)


def _tree(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def test_nothing_is_written_and_few_programs_run(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the site nor git's folder changes, and git is not called for each file."""
    ran: list[Any] = []
    real = subprocess.Popen

    class Counted(real):  # type: ignore[misc, valid-type]  # the class is a value here
        def __init__(self, command: Any, **options: Any) -> None:
            ran.append(command)
            super().__init__(command, **options)

    change(site, OPENING, "recieve", "receive")
    before = _tree(site)
    monkeypatch.setattr(subprocess, "Popen", Counted)
    diff(site)
    monkeypatch.undo()
    assert _tree(site) == before
    assert 0 < len(ran) <= 12


def test_the_shell_completes_revisions(site: Path, tmp_path: Path) -> None:
    """Branches and tags are offered; where there is no repository, nothing is."""
    git(site, "tag", "made-2026")
    offers = ShellComplete(cli, {}, "policypages", "_POLICYPAGES_COMPLETE")
    for typed, names in (("ma", ["made-2026", "main"]), ("w", ["work"]), ("none", [])):
        found = offers.get_completions(["-C", str(site), "diff"], typed)
        assert sorted(one.value for one in found) == names
    assert offers.get_completions(["-C", str(tmp_path), "diff"], "ma") == []


# ---------------------------------------------------------------- what git cannot tell


def test_row_40_a_clone_that_left_files_out(site: Path, tmp_path: Path) -> None:
    """What is not here is not fetched: the pages that it hits are not compared, and it is said why."""
    change(site, OPENING, "recieve", "receive")
    commit(site)
    git(site, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{site}", "partial")
    ran = diff(tmp_path / "partial", "origin/main")
    assert "3 pages not compared" in ran.stdout
    assert "git has no object" in ran.stderr
    assert "git fetch --refetch" in ran.stderr
    git(tmp_path / "partial", "cat-file", "-e", f"origin/main:{OPENING}")  # which fetches it
    assert [group[0] for group in told(data(tmp_path / "partial", "origin/main"))] == [PRIVACY]


def test_row_40_a_detached_head(site: Path) -> None:
    """It is compared with the branch that is published, as any other commit."""
    change(site, OPENING, "recieve", "receive")
    commit(site)
    git(site, "checkout", "-q", "--detach")
    assert [group[0] for group in told(data(site))] == [PRIVACY]


def test_row_40_a_shallow_clone(site: Path, tmp_path: Path) -> None:
    """What it lacks is said, with the command that gets it."""
    change(site, OPENING, "recieve", "receive")
    last = commit(site)
    git(site, "switch", "-q", "main")
    git(tmp_path, "clone", "-q", "--depth", "1", "-b", "work", f"file://{site}", "shallow")
    shallow = tmp_path / "shallow"
    ran = diff(shallow, code=1)
    assert "git knows no branch `main` here" in ran.stderr
    assert "`git fetch origin main`" in ran.stderr
    refused = str(diff(shallow, "main", code=2).exception)
    assert "git knows no revision `main` here; this clone is shallow: `git fetch --unshallow`" in refused
    git(shallow, "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    ran = diff(shallow, code=1)
    assert "no commit is common to `main`" in ran.stderr
    assert "git fetch --unshallow" in ran.stderr
    assert [group[0] for group in told(data(shallow, "origin/main"))] == [PRIVACY]
    assert data(shallow, last)["groups"] == []
    git(shallow, "fetch", "-q", "--unshallow")
    assert [group[0] for group in told(data(shallow))] == [PRIVACY]


def test_row_40_without_git_and_without_a_repository(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each is one error with what would help, and no traceback."""
    write(tmp_path / "bare", FILES)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    ran = diff(tmp_path / "bare", code=1)
    assert "the site is in no git repository" in ran.stderr
    assert "git init" in ran.stderr
    git(tmp_path / "bare", "init", "-q")
    assert "nothing is committed yet" in diff(tmp_path / "bare", code=1).stderr
    assert "git knows no revision `HEAD`" in str(diff(tmp_path / "bare", "HEAD", code=2).exception)
    assert "git knows no revision `--help-me`" in str(diff(site, "--", "--help-me", code=2).exception)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in diff(site, code=1).stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to give a folder away")
def test_row_40_a_repository_of_somebody_else(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git refuses to read it, and the way out is its own."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for path in [site, *site.rglob("*")]:
        os.chown(path, 12345, 12345)
    ran = diff(site, code=1)
    assert "belongs to somebody else" in ran.stderr
    assert "safe.directory" in ran.stderr


def test_many_sites_are_compared_in_several_processes(site: Path) -> None:
    """Each process reads git by itself, and what they find is what one finds."""
    write(
        site,
        {
            f"content/entities/site-{number:03}.yaml": FILES["content/entities/beta.yaml"].replace(
                "Beta", f"Beta {number}"
            )
            for number in range(100)
        },
    )
    commit(site)
    change(site, OPENING, "recieve", "receive")
    change(site, "content/entities/house.yaml", "0100", "0101")
    commit(site)
    alone, several = (data(site, "HEAD~1", "HEAD", "--jobs", jobs) for jobs in ("1", "2"))
    assert alone == several
    assert [len(group["pages"]) for group in several["groups"]] == [102, 1]


def test_a_worker_that_dies_is_said(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one error with what would help."""

    def lost(*_: object, **__: object) -> None:
        raise WorkerLost(0, "was killed by signal 9 (SIGKILL)")

    monkeypatch.setattr(Comparer, "run", lost)
    ran = diff(site, code=1)
    assert "a worker process died: it was killed by signal 9" in ran.stderr
