"""The wheel: what is in it, and that it works where there is no checkout."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import uv

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generator" / "policypages"
COPIES = {
    folder: f"policypages/_data/{folder}"
    for folder in ("themes/default", "themes/bare", "starter", "ci", "docs/diagnostics")
}
PUBLIC = {"https://pypi.org", "https://files.pythonhosted.org"}


def _run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, "UV_SYSTEM_CERTS": "true", "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def _build(folder: Path) -> Path:
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and ".policypages" not in file.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    return _build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, str]:
    """Read the digests of all files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def test_the_wheel_holds_the_package_and_nothing_else(contents: dict[str, str]) -> None:
    """Every file of the package is there as it is, with the copies; no content, tests or settings."""
    wanted = {f"policypages/{name}": digest for name, digest in _digests(PACKAGE).items()}
    for folder, copy in COPIES.items():
        wanted |= {f"{copy}/{name}": digest for name, digest in _digests(ROOT / folder).items()}
    got = {name: digest for name, digest in contents.items() if ".dist-info/" not in name}
    assert got == wanted
    assert "policypages/py.typed" in got
    client = (
        "client.js",
        "frame.css",
        "frame.js",
        "inspect.js",
        "overlay.js",
        "overview.html",
        "overview.js",
    )
    assert {f"policypages/preview/client/{name}" for name in client} <= got.keys()


@pytest.mark.parametrize("folder", sorted(COPIES))
def test_the_copies_are_not_empty(contents: dict[str, str], folder: str) -> None:
    """The default theme, the starter site and the pages on codes travel with the wheel."""
    assert [name for name in contents if name.startswith(f"{COPIES[folder]}/")]


def test_the_same_sources_make_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """A second build of the wheel has the same bytes."""
    assert _build(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Name, licence, Python versions and the one extra are in the metadata."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        metadata = archive.read(name).decode()
    for line in (
        "Name: policypages",
        "License-Expression: MIT",
        "Requires-Python: >=3.11",
        "Provides-Extra: publish",
    ):
        assert f"\n{line}\n" in metadata
    assert re.findall(r"^Provides-Extra: (.*)$", metadata, re.MULTILINE) == ["publish"]


def test_a_plain_install_makes_a_site(wheel: Path, tmp_path: Path) -> None:
    """In a fresh environment elsewhere, with an empty home, `init` and `build` make the starter's sites."""
    home, environment, site = tmp_path / "home", tmp_path / "env", tmp_path / "elsewhere" / "my site"
    home.mkdir()
    site.parent.mkdir()
    program = uv.find_uv_bin()
    pins = tmp_path / "pins.txt"
    export = ("export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--quiet")
    pins.write_text(_run(program, *export, cwd=ROOT), "utf-8")
    quiet = ("--quiet", "--no-config", "--python")
    _run(program, "venv", *quiet, sys.executable, environment, cwd=tmp_path)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    _run(program, "pip", "install", *quiet, python, "--constraint", pins, wheel, cwd=tmp_path)
    lone = {"HOME": str(home), "USERPROFILE": str(home), "PATH": os.environ["PATH"]}
    _run(scripts / "policypages", "init", site, "--ci", "github", cwd=site.parent, environment=lone)
    assert (site / ".github/workflows/policies.yml").is_file()
    _run(scripts / "policypages", "-C", site, "build", cwd=site.parent, environment=lone)
    pages = {file.relative_to(site / "output").as_posix() for file in (site / "output").glob("*/index.html")}
    assert "_overview/index.html" in pages
    assert len(pages) == 3, "two entities and the overview"
    again = _run(python, "-m", "policypages", "-C", site, "schema", "entity", cwd=tmp_path, environment=lone)
    assert '"properties"' in again
    page = _run(scripts / "policypages", "rule", "missing-fact", cwd=tmp_path, environment=lone)
    assert page == (ROOT / "docs" / "diagnostics" / "missing-fact.md").read_text("utf-8")
    assert list(home.iterdir()) == [], "nothing is left in the home folder"


def test_the_locks_name_public_addresses_only() -> None:
    """No lock file remembers a mirror, a folder or a host of the machine that made it."""
    text = (ROOT / "uv.lock").read_text("utf-8")
    assert set(re.findall(r"https?://[^/\"\s]+", text)) <= PUBLIC
    assert set(re.findall(r"\b(?:path|directory|editable|url) = \"(?!https://)([^\"]*)\"", text)) <= {"."}
    npm = (ROOT / "tests" / "more" / "package-lock.json").read_text("utf-8")
    resolved = re.findall(r"\"resolved\": \"([^\"]*)\"", npm)
    assert [address for address in resolved if not address.startswith("https://registry.npmjs.org/")] == []


def test_the_lock_fits_the_project() -> None:
    """uv.lock was made from the dependencies that pyproject.toml names now."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    with (ROOT / "uv.lock").open("rb") as file:
        (locked,) = [package for package in tomllib.load(file)["package"] if package["name"] == "policypages"]
    plain = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["publish"]
    assert _names(plain) == {entry["name"] for entry in locked["metadata"]["requires-dist"]}
    assert _names(project["dependency-groups"]["dev"]) == {
        entry["name"] for entry in locked["metadata"]["requires-dev"]["dev"]
    }
    assert project["project"]["version"] == locked["version"]


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement)[0].lower() for requirement in requirements}
