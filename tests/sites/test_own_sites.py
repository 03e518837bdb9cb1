"""The project's own sites and the starter: what `policypages check --strict` says of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-11-21"
BUSINESSNET = "content/entities/kp-businessnet.yaml"


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a folder with the real command, as strictly as CI does."""
    command = [sys.executable, "-m", "policypages", "-C", str(folder), "check"]
    command += ["--strict", "--as-of", DAY, "--format", "json"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def found(folder: Path) -> list[dict[str, object]]:
    """Return the diagnostics of a folder."""
    listed: list[dict[str, object]] = json.loads(check(folder).stdout)["diagnostics"]
    return listed


def allows(value: object) -> list[object]:
    """Return every `allow` of a YAML tree."""
    if isinstance(value, dict):
        here = [value["allow"]] if "allow" in value else []
        return here + [one for below in value.values() for one in allows(below)]
    return [one for below in value for one in allows(below)] if isinstance(value, list) else []


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Copy what the project's own sites are made of."""
    shutil.copytree(ROOT / "content", tmp_path / "own" / "content")
    shutil.copytree(ROOT / "themes", tmp_path / "own" / "themes")
    shutil.copy(ROOT / "policypages.yaml", tmp_path / "own")
    return tmp_path / "own"


def test_our_sites_are_clean() -> None:
    """Nothing is found on the four sites, not even a warning."""
    ran = check(ROOT)
    assert (ran.returncode, json.loads(ran.stdout)["diagnostics"]) == (0, [])


def test_the_starter_is_clean_without_a_single_allow() -> None:
    """A newcomer begins with nothing found and nothing silenced."""
    ran = check(ROOT / "starter")
    assert (ran.returncode, json.loads(ran.stdout)["diagnostics"]) == (0, [])
    for path in (ROOT / "starter").rglob("*.yaml"):
        assert allows(yaml.safe_load(path.read_text("utf-8"))) == []


def test_one_allow_is_on_record_and_it_is_for_the_browser(own: Path) -> None:
    """The one `allow` of our sites has a reason; without it exactly the dead browser is found, once."""
    stated = {
        path.relative_to(own).as_posix(): allows(yaml.safe_load(path.read_text("utf-8")))
        for path in own.rglob("*.yaml")
    }
    listed = {path: each for path, each in stated.items() if each}
    assert list(listed) == [BUSINESSNET]
    ((permission,),) = listed.values()
    assert isinstance(permission, dict)
    assert list(permission) == ["dead-term"]
    assert len(permission["dead-term"].split()) > 5
    assert found(own) == []
    entity = own / BUSINESSNET
    entity.write_text(re.sub(r"^allow:\n.*\n", "", entity.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    (only,) = found(own)
    assert (only["code"], only["severity"], only["file"]) == ("dead-term", "error", BUSINESSNET)
    line = entity.read_text("utf-8").splitlines()[int(str(only["line"])) - 1]
    column = int(str(only["column"])) - 1
    assert line[column : column + int(str(only["length"]))] == "Internet Explorer"


def test_clauses_of_ours_need_no_allow() -> None:
    """No text that sites share is excused."""
    for path in (ROOT / "content" / "clauses").rglob("*.md"):
        front = path.read_text("utf-8").split("---\n")[1]
        assert "allow" not in yaml.safe_load(front)
