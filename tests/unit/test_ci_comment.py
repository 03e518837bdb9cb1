"""The comment of the CI kit: one a request, ours alone, and nothing for a server that was not asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.forgecase import PERSON, Forge, served

SCRIPT = Path(__file__).resolve().parents[2] / "ci" / "comment.py"
MARK = "<!-- policypages: policies -->"


@pytest.fixture
def forge() -> Iterator[Forge]:
    """Serve an interface for one test."""
    with served() as made:
        yield made


def comment(forge: Forge, tmp_path: Path, text: str, *, gitlab: bool = False) -> tuple[int, str]:
    """Run the script as CI does, and return its exit code and what it said."""
    (tmp_path / "changes.md").write_text(text, "utf-8")
    address = f"http://127.0.0.1:{forge.port}"
    theirs = (
        {"CI_API_V4_URL": address, "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "5"}
        if gitlab
        else {"GITHUB_API_URL": address, "GITHUB_REPOSITORY": "acme/legal", "NUMBER": "5"}
    )
    needed = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, "-I", SCRIPT, tmp_path / "changes.md"],
        env={**needed, "TOKEN": "secret", "NO_PROXY": "*", **theirs},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ran.returncode, ran.stderr


@pytest.mark.parametrize("gitlab", [False, True])
def test_a_request_has_one_comment_however_often_it_is_pushed(
    forge: Forge, tmp_path: Path, *, gitlab: bool
) -> None:
    """The first run writes a comment, the second writes it anew, past a page of others' comments."""
    forge.comments = [{"id": n, "body": "fine", "user": PERSON, "author": {"id": 1}} for n in range(120)]
    assert comment(forge, tmp_path, "1 page changes\n", gitlab=gitlab)[0] == 0
    code, said = comment(forge, tmp_path, "2 pages ‘change’\n", gitlab=gitlab)
    assert (code, said) == (0, "the comment was brought up to date\n")
    assert [one["body"] for one in forge.comments[120:]] == [f"{MARK}\n2 pages ‘change’\n"]
    where = "/projects/3/merge_requests/5/notes" if gitlab else "/repos/acme/legal/issues"
    changed = f"PUT {where}/1000" if gitlab else f"PATCH {where}/comments/1000"
    assert forge.asked[-1] == changed
    assert set(forge.heads) == {"secret" if gitlab else "Bearer secret"}


@pytest.mark.parametrize("gitlab", [False, True])
def test_a_comment_of_somebody_else_is_not_written_over(
    forge: Forge, tmp_path: Path, *, gitlab: bool
) -> None:
    """Anybody can begin a comment with our marker; the token could write over it, and must not."""
    forge.comments = [{"id": 1, "body": f"{MARK} hi", "user": PERSON, "author": {"id": 1}}]
    assert comment(forge, tmp_path, "1 page changes\n", gitlab=gitlab)[0] == 0
    assert [one["body"] for one in forge.comments] == [f"{MARK} hi", f"{MARK}\n1 page changes\n"]


def test_a_request_from_a_fork_goes_on_without_a_comment(forge: Forge, tmp_path: Path) -> None:
    """Its token may only read; another failure of the server is one of the step."""
    forge.refuses = 403
    code, said = comment(forge, tmp_path, "1 page changes\n")
    assert (code, said) == (0, "the token may not comment here (403): the text is in the job's summary\n")
    forge.refuses = 500
    assert comment(forge, tmp_path, "1 page changes\n")[0] == 1


def test_the_token_is_told_to_no_other_server(forge: Forge, tmp_path: Path) -> None:
    """A redirect is followed without it."""
    with served() as other:
        forge.sends_to = f"http://127.0.0.1:{other.port}/x?page=1"
        comment(forge, tmp_path, "1 page changes\n")
    assert forge.heads[0] == "Bearer secret"
    assert other.heads
    assert set(other.heads) == {None}


def test_a_long_text_is_cut_to_what_a_comment_holds(forge: Forge, tmp_path: Path) -> None:
    """GitHub refuses more than 65,536 characters."""
    assert comment(forge, tmp_path, "x" * 70_000)[0] == 0
    assert len(forge.comments[0]["body"]) == 65_536
