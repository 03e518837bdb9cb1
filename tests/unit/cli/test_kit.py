"""`init --ci`: the files with which CI reviews and publishes a site, and that nothing is written over."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from policypages import __version__
from policypages.cli import cli, scaffold

ROOT = Path(__file__).resolve().parents[3]
GITHUB = {".github/workflows/policies.yml"}
GITLAB = {
    ".gitlab-ci.yml",
    ".gitlab/policypages.yml",
    ".gitlab/policypages/comment.py",
    ".gitlab/policypages/quality.py",
}


def run(*words: str | Path) -> Result:
    """Call the command line in this process; the exit code is in `return_value`."""
    return CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


def files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder but git's own and the schemas for editors."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {".git", ".policypages"} & set(path.relative_to(folder).parts)
    }


def read(path: Path) -> Any:
    """Read YAML as CI does."""
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Write a site as somebody has it already; what `init --ci` reads of it is its settings."""
    (tmp_path / "policypages.yaml").write_text("schema_version: 1\ntitle: Test\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(("kind", "wrote"), [("github", GITHUB), ("gitlab", GITLAB)])
def test_a_new_site_comes_with_what_ci_needs(tmp_path: Path, kind: str, wrote: set[str]) -> None:
    """The starter is whole, the files of CI stand beside it, and what has to be set is said."""
    result = run("init", tmp_path / "site", "--ci", kind)
    assert result.return_value == 0, result.output
    starter = files(ROOT / "starter").keys()
    assert files(tmp_path / "site").keys() - wrote == {path for path in starter if path[:7] != "output/"}
    assert files(tmp_path / "site").keys() >= wrote
    assert "targets: {production:" in result.output
    assert "AWS_ACCESS_KEY_ID" in result.output


@pytest.mark.parametrize(("kind", "wrote"), [("github", GITHUB), ("gitlab", GITLAB)])
def test_an_old_site_is_given_them_and_stays_as_it_is(
    old: Path, monkeypatch: pytest.MonkeyPatch, kind: str, wrote: set[str]
) -> None:
    """In the folder of a site no name has to be given, and nothing but the files of CI is written."""
    before = files(old)
    monkeypatch.chdir(old)
    assert run("init", "--ci", kind).return_value == 0
    after = files(old)
    assert after.keys() - before.keys() == wrote
    assert {path: after[path] for path in before} == before


@pytest.mark.parametrize(("kind", "path"), [("github", min(GITHUB)), ("gitlab", ".gitlab/policypages.yml")])
def test_nothing_is_written_over(old: Path, tmp_path: Path, kind: str, path: str) -> None:
    """If one of the files is there, none is written, whoever wrote it, and no starter is made."""
    (old / path).parent.mkdir(parents=True)
    (old / path).write_text("mine", "utf-8")
    before = files(old)
    result = run("init", old, "--ci", kind)
    assert isinstance(result.exception, scaffold.Refusal)
    assert f"{path}` is there already, and is not written over" in str(result.exception)
    assert files(old) == before
    (tmp_path / ".git").mkdir()
    assert isinstance(run("init", old / "new", "--ci", kind).exception, scaffold.Refusal)
    assert not (old / "new").exists()


def test_a_pipeline_that_is_there_is_told_what_to_include(old: Path) -> None:
    """Whoever has a pipeline adds one line to it: ours is a file of its own."""
    (old / ".gitlab-ci.yml").write_text("build: {script: [make]}\n", "utf-8")
    result = run("init", old, "--ci", "gitlab")
    assert result.return_value == 0
    assert "`include: [{local: .gitlab/policypages.yml}]`" in result.output
    assert (old / ".gitlab-ci.yml").read_text("utf-8") == "build: {script: [make]}\n"


@pytest.mark.parametrize("folder", ["legal", "a b/no", "it's $HOME"])
def test_a_site_deeper_in_its_repository_is_found_from_the_top(tmp_path: Path, folder: str) -> None:
    """CI reads its files at the top of a repository alone; they name the folder of the site."""
    (tmp_path / ".git").mkdir()
    site = tmp_path / folder
    site.mkdir(parents=True)
    (site / "policypages.yaml").write_text("schema_version: 1\ntitle: Test\n", "utf-8")
    assert run("init", site, "--ci", "github").return_value == 0
    assert run("init", site, "--ci", "gitlab").return_value == 0
    assert files(tmp_path).keys() >= GITHUB | GITLAB
    assert read(tmp_path / min(GITHUB))["env"]["FOLDER"] == folder
    variables = read(tmp_path / ".gitlab/policypages.yml")["variables"]
    assert variables["POLICYPAGES_FOLDER"].replace("$$", "$") == folder


def test_the_branch_that_is_published_is_the_sites_own(old: Path) -> None:
    """It is the one of the settings, whatever its name needs in YAML and in an expression."""
    (old / "policypages.yaml").write_text(
        "schema_version: 1\ntitle: Test\ndefault_branch: it's/1.0\n", "utf-8"
    )
    assert run("init", old, "--ci", "github").return_value == 0
    workflow = read(old / min(GITHUB))
    assert workflow[True]["push"]["branches"] == ["it's/1.0"]  # YAML 1.1 reads the key `on` as true
    assert workflow["jobs"]["publish"]["if"].endswith("github.ref == 'refs/heads/it''s/1.0'")


def test_without_a_site_a_folder_has_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`init --ci` in a folder that is no site makes none there."""
    monkeypatch.chdir(tmp_path)
    result = run("init", "--ci", "github")
    assert isinstance(result.exception, scaffold.Refusal)
    assert list(tmp_path.iterdir()) == []


def test_the_kit_installs_the_version_that_it_is_of() -> None:
    """Action, workflow and template name this version, so that a site moves to a new one when it wants to."""
    package = f"policypages[publish]=={__version__}"
    assert read(ROOT / "action.yml")["inputs"]["package"]["default"] == package
    assert read(ROOT / "ci/gitlab/policypages.yml")["variables"]["POLICYPAGES_PACKAGE"] == package
    jobs = read(ROOT / "ci/github/policies.yml")["jobs"].values()
    used = [step["uses"] for job in jobs for step in job["steps"] if "policypages/" in step["uses"]]
    assert used == [f"policypages/policypages@v{__version__}"] * 4


def test_every_script_of_the_action_is_one_that_bash_can_read() -> None:
    """What the action calls is there; each script stops at the first failure, and takes no value as code."""
    steps = read(ROOT / "action.yml")["runs"]["steps"]
    lines = [step["run"] for step in steps if "run" in step]
    assert not [line for line in lines if "${{" in line]
    called = {line.removeprefix('bash "$GITHUB_ACTION_PATH/').removesuffix('"') for line in lines}
    assert called == {path.relative_to(ROOT).as_posix() for path in (ROOT / "ci/github").glob("*.sh")}
    for path in called:
        assert "\nset -euo pipefail\n" in (ROOT / path).read_text("utf-8")
        subprocess.run(["bash", "-n", ROOT / path], check=True)
