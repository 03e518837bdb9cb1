"""The hook for pre-commit, run by pre-commit itself: it finds a mistake before it is committed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.more.cisite import ROOT, git

pytestmark = [pytest.mark.more, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clone this repository, as pre-commit is told to; its environments go where nothing else is."""
    folder = tmp_path_factory.mktemp("hooks")
    git(folder, "clone", "--quiet", "--depth=1", ROOT.as_uri(), "policypages")
    return folder


def pre_commit(hooks: Path, repository: Path) -> tuple[int, str]:
    """Run the hook over all files of a repository."""
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    ran = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never", "--verbose"],
        cwd=repository,
        env={**env, "PRE_COMMIT_HOME": str(hooks / "home")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("folder", [".", "legal pages"])
def test_a_mistake_is_found_before_it_is_committed(hooks: Path, tmp_path: Path, folder: str) -> None:
    """A good site passes, a planted mistake is shown at its line, and other files do not start the hook."""
    git(tmp_path, "init", "--quiet")
    site = tmp_path / folder
    command = [sys.executable, "-m", "policypages", "init", str(site)]
    subprocess.run(command, check=True, capture_output=True)
    args = f'["-C", "{folder}", check]'
    revision = git(hooks / "policypages", "rev-parse", "HEAD")
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks / 'policypages'}\n  rev: {revision}\n"
        f"  hooks: [{{id: policypages-check{f', args: {args}' if folder != '.' else ''}}}]\n",
        "utf-8",
    )
    git(tmp_path, "add", "--all")
    code, said = pre_commit(hooks, tmp_path)
    assert code == 0, said
    assert "policypages check" in said
    assert "Passed" in said
    clause = site / "content/clauses/orders.md"
    clause.write_text(clause.read_text("utf-8").replace("retention.orders", "retention.ordres"), "utf-8")
    git(tmp_path, "add", "--all")
    code, said = pre_commit(hooks, tmp_path)
    assert code == 1, said
    assert "error[unknown-fact]" in said
    assert "content/clauses/orders.md:" in said
    git(tmp_path, "rm", "--quiet", "-r", "--cached", "-f", folder if folder != "." else "content")
    if folder == ".":
        git(tmp_path, "rm", "--quiet", "--cached", "-f", "policypages.yaml")
    code, said = pre_commit(hooks, tmp_path)
    assert "no files to check" in said
