"""The same input gives the same bytes: any machine, worker count, hash seed, zone, locale, folder, umask."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from policypages.build.work import PER_WORKER

ROOT = Path(__file__).resolve().parents[2]
ENTITIES = 120


@dataclass(frozen=True)
class Way:
    """One way to build: the folder below the test's own, where the command runs, and what it is told."""

    folder: str
    jobs: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    umask: int = 0o022
    inside: bool = False
    newest: int = 1_600_000_000


WAYS = (
    Way("a"),
    Way("b", jobs=2),
    Way("c", env={"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati"}),
    Way("d", jobs=2, env={"PYTHONHASHSEED": "1", "TZ": "Etc/GMT+12"}, inside=True),
    Way("e", env={"PYTHONHASHSEED": "4294967295", "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}),
    Way("f", jobs=2, env={"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
    Way("g", env={"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"}, umask=0o077),
    Way("h", jobs=2, env={"LANG": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "Asia/Kolkata"}, umask=0o077),
    Way("a folder with spaces and ümläuts", umask=0o002, inside=True),
    Way("deep/" + "er/" * 30 + "site", jobs=2, env={"PYTHONHASHSEED": "7"}, umask=0),
    Way("later", env={"PYTHONOPTIMIZE": "2", "TZ": ":/usr/share/zoneinfo/right/UTC"}, newest=1_900_000_000),
    Way("both", jobs=2, env={"PYTHONHASHSEED": "99", "PYTHONDONTWRITEBYTECODE": "1"}, inside=True),
)


def _make_site(folder: Path, newest: int) -> None:
    """Copy this repository's content, add entities to it, and give the files other times."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "policypages.yaml", folder)
    shutil.copytree(ROOT / "content", folder / "content")
    kinds = ("kp-careers", "kp-employees", "kp-businessnet")
    for number in range(ENTITIES):
        text = (
            f"extends: {kinds[number % 3]}\nsample: true\nname: Site {number} of Ünïted\n"
            f"url: https://site-{number}.example.org/legal/\n"
            f"extra: {{browsers: [Firefox, Browser {number}]}}\n"
            f"cookies: {{own-{number}: {{type: persistent, purpose: counts visits}}}}\n"
        )
        (folder / f"content/entities/site-{number}.yaml").write_text(text, "utf-8")
    for number, path in enumerate(sorted(folder.rglob("*"))):
        os.utime(path, (newest - number, newest - number))


def _tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Return mode and digest of each file and mode of each folder; the house's own folder apart."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(".policypages/"):
            data = path.read_bytes() if path.is_file() else b""
            found[name] = (path.stat().st_mode, hashlib.sha256(data).hexdigest())
    return found


def _build(tmp_path: Path, way: Way) -> tuple[dict[str, tuple[int, str]], bytes]:
    folder = tmp_path / way.folder
    _make_site(folder, way.newest)
    out = folder / "output" if way.inside else tmp_path / "out" / way.folder.partition("/")[0]
    told = ["-C", "." if way.inside else str(folder), "build", "--jobs", str(way.jobs), "--format", "short"]
    done = subprocess.run(
        [sys.executable, "-m", "policypages", *told, *([] if way.inside else ["--out", str(out)])],
        cwd=folder if way.inside else tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "random", **way.env},
        umask=way.umask,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return _tree(out), (out / ".policypages" / "manifest").read_bytes()


def test_there_is_work_for_two_workers() -> None:
    """The site of these tests is large enough that two jobs are two processes."""
    assert ENTITIES // PER_WORKER >= 2


@pytest.mark.timeout(300)
def test_row_38_twelve_builds_are_one(tmp_path: Path) -> None:
    """Twelve builds in twelve ways have equal names, bytes and modes, and equal manifests."""
    assert len(WAYS) == 12
    tree, manifest = _build(tmp_path, WAYS[0])
    assert sum(name.endswith("privacy/index.html") for name in tree) >= ENTITIES
    assert len({digest for _, digest in tree.values()}) > ENTITIES
    assert {mode & 0o777 for mode, _ in tree.values()} == {0o755, 0o644}
    for way in WAYS[1:]:
        assert _build(tmp_path, way) == (tree, manifest), way
