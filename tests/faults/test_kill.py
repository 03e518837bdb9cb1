"""A real build of a real site, killed a hundred times: what a visitor meets is never torn."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from tests.faults.case import ENTITY, Commands, build, command, pages, write

KILLS = 100
SITES = 24
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups and SIGKILL"),
]
# The command, told where it is: it starts warm from a process that has imported all of it, so that a
# hundred kills take seconds. Each kill hits a process of its own, with all that it started.
FIRST = """
import policypages.build.work, policypages.cli.build, policypages.write, policypages.sources
policypages.build.work.PER_WORKER = 8  # so that a small site has workers, too
"""
Tree = Mapping[str, bytes]


def _told(site: Path, *told: str) -> list[str]:
    return ["-C", str(site), "build", "--jobs", "2", *told]


def _make(site: Path, version: int) -> Path:
    """Write one of three versions of the content: sites come and go, and every page differs."""
    shutil.rmtree(site / "content", ignore_errors=True)
    entities = {
        f"content/entities/e{(at + 5 * version) % (SITES + 10)}.yaml": ENTITY.replace(
            "Acme", f"Acme {version}"
        ).replace("url: https://acme.example/legal/\n", "")
        for at in range(SITES)
    }
    return write(
        site,
        {
            **entities,
            "content/clauses/opening.md": f"---\ntitle: Opening\n---\n{{{{ name }}}} of version {version}.\n",
        },
    )


def _clean(site: Path, out: Path) -> Tree:
    assert build(site, "--out", out).returncode == 0
    return pages(out)


def _check_whole(found: Tree, old: Tree, new: Tree) -> None:
    """Assert that each file is the old or the new one, complete, and that none is lost."""
    for path, data in found.items():
        assert data in {old.get(path), new.get(path)}, f"{path} is torn or of no build"
    # between two builds a file may only be missing that one of the two does not have
    missing = {path for path in {*old} & {*new} if path not in found}
    assert not missing, f"gone in between: {sorted(missing)[:3]}"


def _check_state(out: Path, old: Tree, new: Tree) -> None:
    """Assert that the manifest names one build, and that nothing of the dead one is left."""
    manifest = out / ".policypages" / "manifest"
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()[1:-1]]
    named = {f"{folder}/{name}" for folder, names, *_ in rows for name in names}
    assert named in ({*old}, {*new})
    assert not list(out.glob(".staging-*"))
    assert not (out / ".policypages" / "journal").exists()


def test_row_27_a_hundred_kills_never_leave_a_torn_page(quick: Path) -> None:
    """Killed at random in cold and warm builds, pages are old or new and whole; the next build repairs."""
    chance = random.Random(27)  # noqa: S311 - moments, not secrets
    sites = [_make(quick / f"site{version}", version) for version in range(2)]
    clean = [_clean(site, quick / f"clean{version}") for version, site in enumerate(sites)]
    assert all(len(tree) > SITES * 2 for tree in clean)
    out = quick / "out"
    builds = Commands(FIRST)
    killed = tried = 0
    length = 1.0
    try:
        while killed < KILLS:
            tried += 1
            assert tried < KILLS * 3, f"only {killed} builds were still running when they were killed"
            new = tried % 2
            if tried % 4 == 0:
                shutil.rmtree(out, ignore_errors=True)
            old: Tree = pages(out) if out.exists() else {}
            told = ["--out", str(out), *(["--clean"] if tried % 5 == 0 else [])]
            moment = chance.uniform(0, length)
            ended = builds.run(*_told(sites[new], *told), kill_when=partial(time.sleep, moment))
            assert ended in {-signal.SIGKILL, 0}
            killed += ended == -signal.SIGKILL
            if out.exists():
                _check_whole(pages(out), old, clean[new])
            # the next build finishes or forgets what the dead one began, and is as a clean one
            after = chance.choice((0, 1))
            started = time.monotonic()
            assert builds.run(*_told(sites[after], "--out", str(out))) == 0
            length = min(length, time.monotonic() - started) if after != new else length
            assert pages(out) == clean[after]
            _check_state(out, clean[0], clean[1])
    finally:
        builds.close()


@pytest.mark.parametrize("warm", [False, True])
def test_row_27_the_command_itself_is_killed_with_its_children(tmp_path: Path, warm: bool) -> None:
    """The same of the command as it is typed, from a cold start: five kills, cold and warm."""
    chance = random.Random(f"27 {warm}")  # noqa: S311 - moments, not secrets
    site = _make(tmp_path / "site", 0)
    new = _clean(site, tmp_path / "clean0")
    old: Tree = {}
    out = tmp_path / "out"
    if warm:
        old = _clean(_make(tmp_path / "old", 1), out)
    for _ in range(5):
        process = subprocess.Popen(
            command(site, "--out", out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.1, 0.6))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if out.exists():
            _check_whole(pages(out), old, new)
    assert build(site, "--out", out).returncode == 0
    assert pages(out) == new
