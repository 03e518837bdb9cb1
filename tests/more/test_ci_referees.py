"""Outside referees on the files of the CI kit: schemas of GitHub and GitLab, an audit, a shell linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.more
ROOT = Path(__file__).resolve().parents[2]
WORKFLOW, ACTION = "ci/github/policies.yml", "action.yml"


def ran(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a referee."""
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )


def schema(name: str, file: str | Path) -> subprocess.CompletedProcess[str]:
    """Hold a file against a schema that comes with the tool."""
    return ran(sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{name}", file)


def zizmor(*files: str | Path) -> subprocess.CompletedProcess[str]:
    """Audit files, without asking anybody on the network."""
    tool = Path(sys.executable).with_name("zizmor")
    return ran(tool, "--offline", "--no-progress", "--config", ROOT / "tests/more/zizmor.yml", *files)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("github-workflows", WORKFLOW),
        ("github-actions", ACTION),
        ("gitlab-ci", "ci/gitlab/gitlab-ci.yml"),
        ("gitlab-ci", "ci/gitlab/policypages.yml"),
    ],
)
def test_the_files_are_as_their_services_want_them(name: str, file: str) -> None:
    """The published schemas of GitHub and GitLab accept each file."""
    found = schema(name, file)
    assert found.returncode == 0, found.stdout


def test_the_audit_of_the_workflow_finds_nothing() -> None:
    """No expression in a script, no right too many, no credential that stays, no cache restored."""
    found = zizmor(WORKFLOW, ACTION)
    assert found.returncode == 0, found.stdout


def test_the_referees_see_what_is_wrong(tmp_path: Path) -> None:
    """A value in a script, credentials that stay, and a key that no workflow has are found."""
    workflow = (ROOT / WORKFLOW).read_text("utf-8")
    (tmp_path / "bad.yml").write_text(workflow.replace("timeout-minutes", "timeout-hours"), "utf-8")
    assert schema("github-workflows", tmp_path / "bad.yml").returncode == 1
    worse = workflow.replace("          persist-credentials: false\n", "").replace(
        "      - uses: policypages/policypages@v",
        "      - run: echo ${{ github.event.pull_request.title }}\n      - uses: policypages/policypages@v",
        1,
    )
    (tmp_path / "worse.yml").write_text(worse, "utf-8")
    found = zizmor(tmp_path / "worse.yml")
    assert found.returncode != 0
    assert "template-injection" in found.stdout
    assert "artipacked" in found.stdout


def test_the_scripts_are_clean_to_shellcheck() -> None:
    """Nothing is unquoted, unset or misspelt."""
    found = ran("shellcheck", *sorted((ROOT / "ci/github").glob("*.sh")))
    assert found.returncode == 0, found.stdout
