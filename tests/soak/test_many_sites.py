"""Ten thousand sites on a machine that fails: killed builds, a full disk, two builds at once."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from benchmarks.site import CLAUSES, THIRD, edit_clause
from benchmarks.site import write as write_site
from tests.faults.case import command

SITES = int(os.environ.get("SOAK_SITES", "10000"))
KILLS = 10
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's mounts")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups and SIGKILL"),
]
# in a name space of its own: a file system with little room, an edit that needs more, then more room
FULL = """
out=$1 small=$2 large=$3 edited=$4 clause=$5 copy=$6; shift 6
mount -t tmpfs -o "size=$small" tmpfs "$out"
"$@" >&2
cp -a "$out" "$copy/before"
cp "$edited" "$clause"
code=0; "$@" || code=$?
cp -a "$out" "$copy/after"
mount -o "remount,size=$large" "$out"
"$@" >&2
cp -a "$out" "$copy/mended"
exit $code
"""
Tree = Mapping[str, bytes]


def _build(site: Path, out: Path) -> None:
    done = subprocess.run(command(site, "--out", out), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _pages(out: Path) -> Tree:
    """Return a digest of every file that a visitor can reach: all bytes of three trees are too many."""
    found = {}
    for folder, folders, names in os.walk(out):
        folders[:] = [name for name in folders if not name.startswith((".policypages", ".staging"))]
        for name in names:
            path = Path(folder, name)
            found[path.relative_to(out).as_posix()] = sha256(path.read_bytes()).digest()
    return found


def _insist_whole(found: Tree, old: Tree, new: Tree) -> None:
    """Assert that each file is the old or the new one, complete, and that none of both is gone."""
    torn = [path for path, data in found.items() if data not in {old.get(path), new.get(path)}]
    assert not torn, f"{len(torn)} files are torn or of no build: {torn[:3]}"
    gone = [path for path in old.keys() & new.keys() if path not in found]
    assert not gone, f"{len(gone)} files are gone: {gone[:3]}"


def _insist_same(found: Tree, clean: Tree) -> None:
    """Assert the same files with the same bytes, and show few of those that differ."""
    odd = sorted(path for path in found.keys() | clean.keys() if found.get(path) != clean.get(path))
    assert not odd, f"{len(odd)} files are not as a clean build makes them: {odd[:3]}"


def _insist_tidy(out: Path) -> None:
    assert not list(out.glob(".staging-*"))
    assert not (out / ".policypages" / "journal").exists()


@pytest.fixture
def room() -> Iterator[Path]:
    """Return a folder, in memory where there is room for four outputs."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
    needed = 4 * SITES * 64 * 1024
    quick = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > needed
    with tempfile.TemporaryDirectory(dir=memory if quick else None, prefix="policypages-") as folder:
        yield Path(folder)


@pytest.fixture
def site(room: Path) -> Path:
    """Return the sources of all sites, with the first wording of the clause that is edited."""
    folder = room / "site"
    write_site("ours", SITES, folder)
    edit_clause("ours", folder, turn=0)
    return folder


def _killed(site: Path, out: Path, after: float) -> bool:
    """Start a build, kill it with all that it started after so many seconds; tell whether it still ran."""
    process = subprocess.Popen(
        command(site, "--out", out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)  # not reaped yet, so its number is still its own
    return process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "edited"])
def test_row_27_ten_kills_of_a_build_of_ten_thousand(room: Path, site: Path, warm: bool) -> None:
    """Killed at random, from nothing or after an edit: pages are whole, and the next build repairs."""
    chance = random.Random(f"soak {warm}")  # noqa: S311 - moments, not secrets
    clean: list[Tree] = []
    for turn in (0, 1):
        edit_clause("ours", site, turn=turn)
        _build(site, room / "clean")
        clean.append(_pages(room / "clean"))
        shutil.rmtree(room / "clean")
    assert len(clean[0]) > SITES * 3
    changed = [path for path in clean[0] if clean[0][path] != clean[1][path]]
    assert len(changed) == -(-SITES // 3)
    out = room / "out"
    old, new = 0, 1
    length = _seconds(site, out)  # of a cold build, with the wording of turn 1
    if warm:
        edit_clause("ours", site, turn=0)
        length = _seconds(site, out)
    killed = tried = 0
    while killed < KILLS:
        tried += 1
        assert tried < KILLS * 3, f"only {killed} builds were still running when they were killed"
        if warm:
            edit_clause("ours", site, turn=new)
        else:
            shutil.rmtree(out)
            old = new
        ran = _killed(site, out, chance.uniform(0.05, length))
        killed += ran
        if out.exists():
            _insist_whole(_pages(out), clean[old] if warm else {}, clean[new])
        _build(site, out)
        _insist_same(_pages(out), clean[new])
        _insist_tidy(out)
        if warm:
            old, new = new, old


def _seconds(site: Path, out: Path) -> float:
    started = time.monotonic()
    _build(site, out)
    return time.monotonic() - started


@LINUX
def test_row_28_a_full_disk_under_ten_thousand(room: Path, site: Path) -> None:
    """A third of all pages has no room beside the old: one error, old output whole, and later right."""
    clause = site / CLAUSES["ours"].format(THIRD)
    out, copy = room / "out", room / "copy"
    _build(site, room / "clean")
    old = _pages(room / "clean")
    first = clause.read_text("utf-8")
    edit_clause("ours", site, turn=1)
    edited = room / "edited.md"
    shutil.copyfile(clause, edited)
    _build(site, room / "clean")
    new = _pages(room / "clean")
    clause.write_text(first, "utf-8")
    blocks = [-(-path.stat().st_size // 4096) for path in (room / "clean").rglob("*") if path.is_file()]
    # a third of the pages is more than a tenth of all files; the old ones and the manifest have to fit
    small = sum(blocks) * 4096 * 11 // 10
    out.mkdir()
    copy.mkdir()
    who = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    told = [out, small, 2 * small, edited, clause, copy, *command(site, "--out", out, "--format", "json")]
    done = subprocess.run(
        ["unshare", *who, "--mount", "sh", "-euc", FULL, "sh", *map(str, told)],
        capture_output=True,
        text=True,
        check=False,
    )
    if not (copy / "before").exists() and ("mount" in done.stderr or "unshare" in done.stderr):
        pytest.skip(f"NOT TESTED: mounting a small file system needs root: {done.stderr.strip()}")
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stderr[-3000:]
    (found,) = json.loads(done.stdout)["diagnostics"]
    assert found["code"] == "machine"
    assert str(out) in found["message"]
    assert "no space left on device" in found["message"]
    _insist_same(_pages(copy / "before"), old)
    _insist_same(_pages(copy / "after"), old)
    _insist_tidy(copy / "after")
    _insist_same(_pages(copy / "mended"), new)
    _insist_tidy(copy / "mended")


def test_row_30_two_builds_of_ten_thousand_at_once(room: Path, site: Path) -> None:
    """From nothing, and after an edit: one of the two is refused, and the output is right."""
    out = room / "out"
    for turn in (0, 1):
        edit_clause("ours", site, turn=turn)
        both = [
            subprocess.Popen(
                command(site, "--out", out, "--format", "short"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate()[1] for process in both]
        codes = [process.returncode for process in both]
        assert sorted(codes) == [0, 1], said
        refused = said[codes.index(1)]
        assert refused.startswith("error[output-locked]: another build")
        assert f"process {both[codes.index(0)].pid}" in refused
        _build(site, room / "clean")
        _insist_same(_pages(out), _pages(room / "clean"))
        _insist_tidy(out)
