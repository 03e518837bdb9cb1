"""What was released stays as it was written: every change to a ledger or an object is an error of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.releasecase import release
from tests.sitecase import SiteCase, make_site

from policypages.diagnostics import Diagnostic
from policypages.history.integrity import verify
from policypages.load.releases import load_releases
from policypages.sources import open_folder

FILES = {
    "entities/acme.yaml": "name: Acme\nsample: true\npolicies:\n  privacy: {}\n  cookies: {}\n",
    "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "policies/cookies.yaml": "title: Cookies\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
}
FIRST = "content/releases/2026-01-10-first.yaml"
SECOND = "content/releases/2026-03-01-second.yaml"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody whose own settings do not matter."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()},
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


_WHO = {"NAME": "Kim", "EMAIL": "kim@example.org", "DATE": "2026-03-02T12:00:00Z"}


def write(case: SiteCase, folder: Path) -> None:
    """Write the files of a site into a folder."""
    for path, text in case.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8", newline="")


def words(case: SiteCase, text: str) -> None:
    """Change what the clause says."""
    case.change("clauses/opening.md", f"---\ntitle: Opening\n---\n{{{{ name }}}} {text}\n")


@pytest.fixture
def case(tmp_path: Path) -> SiteCase:
    """Return a site with two releases, each in a commit of its own, in `tmp_path / "site"`."""
    folder = tmp_path / "site"
    folder.mkdir()
    case = make_site(folder, FILES)
    git(folder, "init", "-q", "-b", "main")
    release(case, "2026-01-10", summary="First")
    _commit(case, "first")
    words(case, "keeps a log.")
    release(case, "2026-03-01", summary="Second")
    _commit(case, "second")
    return case


def _commit(case: SiteCase, subject: str) -> None:
    write(case, case.root)
    git(case.root, "add", "-A")
    git(case.root, "commit", "-q", "-m", subject)


def found_in(folder: Path) -> list[Diagnostic]:
    """Read and verify the releases of a folder, as `check` does."""
    sources, found = open_folder(folder)
    assert sources is not None
    releases, more = load_releases(sources)
    return [*found, *more, *verify(sources, sources.root, releases)]


def _codes(found: list[Diagnostic]) -> set[tuple[str, str]]:
    return {(one.code, one.span.file if one.span else "") for one in found}


def test_what_nobody_touched_is_verified(case: SiteCase) -> None:
    """Two releases in two commits, and no finding."""
    assert found_in(case.root) == []


def test_a_repository_that_names_its_objects_by_sha256_is_verified(case: SiteCase) -> None:
    """Git has two ways of naming bytes, and a change is found in either."""
    shutil.rmtree(case.root / ".git")
    git(case.root, "init", "-q", "-b", "main", "--object-format=sha256")
    _commit(case, "all")
    assert found_in(case.root) == []
    (case.root / FIRST).write_text(case.files[FIRST] + " ", "utf-8")
    assert ("release-changed", FIRST) in _codes(found_in(case.root))


def test_line_ends_that_git_converted_are_told_once_and_mended_by_the_hint(case: SiteCase) -> None:
    """What the hint says to write and to run makes the releases whole again."""
    (case.root / ".gitattributes").write_text("* text eol=crlf\n", "utf-8")
    shutil.rmtree(case.root / "content/releases")
    git(case.root, "checkout", "-q", "HEAD", "--", "content/releases")
    sources, _ = open_folder(case.root)
    assert sources is not None
    [one] = verify(sources, sources.root, {})
    assert one.code == "release-changed"
    assert one.hint is not None
    _, line, _, first, _, second, _ = one.hint.split("`")
    assert first == "rm -r content/releases"
    (case.root / ".gitattributes").write_text(f"* text eol=crlf\n{line}\n", "utf-8")
    shutil.rmtree(case.root / "content/releases")
    git(case.root, *second.split()[1:])
    assert found_in(case.root) == []


def _object(root: Path) -> Path:
    return min((root / "content/releases/objects").rglob("*.html"))


def _flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(bytes(data))


def _swap_rows(root: Path) -> None:
    file = root / SECOND
    rows = file.read_text().splitlines(keepends=True)
    rows[-1], rows[-2] = rows[-2], rows[-1]
    file.write_text("".join(rows))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda root: _flip(_object(root), -20), ("release-changed", "object")),
        (lambda root: _flip(root / FIRST, 200), ("release-changed", FIRST)),
        (lambda root: _flip(root / SECOND, 200), ("release-changed", SECOND)),
        (lambda root: _object(root).unlink(), ("release-missing", "")),
        (lambda root: (root / SECOND).unlink(), ("release-changed", SECOND)),
        (lambda root: (root / FIRST).unlink(), ("release-changed", SECOND)),
        (
            lambda root: (root / SECOND).rename(root / "content/releases/2026-03-01-other.yaml"),
            ("release-changed", SECOND),
        ),
        (
            lambda root: (root / SECOND).rename(root / "content/releases/2026-03-02-second.yaml"),
            ("release-changed", "content/releases/2026-03-02-second.yaml"),
        ),
        (_swap_rows, ("release-changed", SECOND)),
    ],
)
@pytest.mark.parametrize("committed", [False, True])
def test_every_change_is_an_error(
    case: SiteCase, change: Callable[[Path], None], expected: tuple[str, str], *, committed: bool
) -> None:
    """A byte flipped, a file removed or renamed, rows reordered: told in the work tree and once committed."""
    file = expected[1] if expected[1] != "object" else str(_object(case.root).relative_to(case.root))
    change(case.root)
    if committed:
        git(case.root, "add", "-A")
        git(case.root, "commit", "-q", "-m", "a slip")
    found = found_in(case.root)
    assert any(code == expected[0] and (where == file or not file) for code, where in _codes(found)), found
    assert {one.code for one in found} <= {"release-changed", "release-missing"}


def test_a_change_that_was_undone_in_git_is_told_all_the_same(case: SiteCase) -> None:
    """A commit that changed a release, and one that changed it back, are both in the history for ever."""
    before = (case.root / FIRST).read_bytes()
    (case.root / FIRST).write_bytes(before.replace(b"First", b"Frist"))
    git(case.root, "commit", "-q", "-am", "a slip")
    (case.root / FIRST).write_bytes(before)
    git(case.root, "commit", "-q", "-am", "undone")
    assert _codes(found_in(case.root)) == {("release-changed", FIRST)}


def test_two_branches_that_release_one_page_are_a_fork(case: SiteCase) -> None:
    """Merged, they follow the same release; a release that names both mends it."""
    git(case.root, "checkout", "-q", "-b", "side")
    words(case, "keeps it for a day.")
    side = dict(case.files)
    release(case, "2026-04-01", summary="Side")
    _commit(case, "side")
    git(case.root, "checkout", "-q", "main")
    case.files = side
    words(case, "keeps it for a week.")
    release(case, "2026-04-02", summary="Main")
    _commit(case, "main")
    git(case.root, "merge", "-q", "-X", "ours", "-m", "both", "side")
    found = found_in(case.root)
    assert {one.code for one in found} == {"release-fork"}
    assert {one.entities for one in found} == {("acme",)}
    for file in (case.root / "content/releases").rglob("*.*"):
        case.files[str(file.relative_to(case.root))] = file.read_text()
    release(case, "2026-04-03", summary="Both", redo=True)
    _commit(case, "redone")
    assert found_in(case.root) == []


def test_row_40_without_git_and_in_a_shallow_clone_it_is_said(case: SiteCase, tmp_path: Path) -> None:
    """What cannot be told is a warning with the way out; a full clone, on no branch, has none."""
    shutil.copytree(case.root, tmp_path / "plain", ignore=shutil.ignore_patterns(".git"))
    assert _codes(found_in(tmp_path / "plain")) == {("release-unverified", "")}
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{case.root}", "shallow")
    shallow = found_in(tmp_path / "shallow")
    assert [(one.code, one.severity, one.hint) for one in shallow] == [
        ("release-unverified", "warning", "git fetch --unshallow")
    ]
    git(tmp_path, "clone", "-q", f"file://{case.root}", "full")
    git(tmp_path / "full", "checkout", "-q", "--detach")
    assert found_in(tmp_path / "full") == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to give a folder away")
def test_row_40_a_repository_of_somebody_else_is_said(
    case: SiteCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git refuses to read it, and the way out is its own."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for path in [case.root, *case.root.rglob("*")]:
        os.chown(path, 12345, 12345)
    found = found_in(case.root)
    assert [one.code for one in found] == ["release-unverified"]
    assert "safe.directory" in str(found[0].hint)


def test_a_file_that_cannot_be_read_is_told_once(case: SiteCase) -> None:
    """What the disk does not give is one problem, and no reason to stop looking at the others."""
    sources, _ = open_folder(case.root)
    assert sources is not None
    lost = str(_object(case.root).relative_to(case.root))
    (case.root / lost).unlink()  # listed, and gone when it is read
    releases, more = load_releases(sources)
    found = [*more, *verify(sources, sources.root, releases)]
    assert [(one.code, one.span.file if one.span else "") for one in found] == [("unreadable-file", lost)]
