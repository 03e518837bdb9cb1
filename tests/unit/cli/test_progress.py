"""Whoever waits at a terminal sees how far a build is; nobody else is shown anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests import terminal

from policypages import cli
from policypages.cli.progress import Progress

PACKAGES = Path(cli.__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
SLOW = """
import sys, time
from policypages.cli.progress import Progress
with Progress(True) as progress:
    for done in range(1, {total} + 1):
        if done <= {slow}:
            time.sleep({seconds})
        progress(done, {total})
print("rich" in sys.modules)
"""
MOVES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def on_a_terminal(program: str, **more: str) -> str:
    """Run a program with a terminal of its own, and return all that it wrote there."""
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONPATH": str(PACKAGES), **more}
    said, code = terminal.on_a_terminal([sys.executable, "-c", program], environment)
    assert code == 0
    return said.decode()


@POSIX
def test_row_55_a_long_build_shows_sites_speed_and_time_left() -> None:
    """After a second a terminal shows how many sites are done, how fast, and how long the rest takes."""
    said = on_a_terminal(SLOW.format(total=100_000, slow=150, seconds=0.01))
    shown = re.findall(
        r"building [^\r]* ([\d,]+)/100,000 sites, ([\d,.]+) a second, (\S+) left", MOVES.sub("", said)
    )
    assert shown
    done, speed, left = shown[0]
    at, rate = int(done.replace(",", "")), float(speed.replace(",", ""))
    assert 5 <= at <= 150  # a second of sites that take a hundredth each, on a machine however busy
    assert at / 3 < rate < 101
    hours, minutes, seconds = map(int, left.split(":"))
    assert (hours * 60 + minutes) * 60 + seconds == pytest.approx((100_000 - at) / rate, rel=0.06)
    assert MOVES.sub("", said.splitlines()[-1]) == "True"


@POSIX
def test_what_was_shown_is_taken_away_at_the_end() -> None:
    """The last thing that a bar does is to clear its line, so that the summary stands alone."""
    said = on_a_terminal(SLOW.format(total=130, slow=130, seconds=0.01))
    assert "\x1b[2K" in said.rpartition("left")[2]


@POSIX
def test_a_short_build_shows_nothing() -> None:
    """A build that ends at once needs no bar, and does not load one."""
    assert on_a_terminal(SLOW.format(total=100_000, slow=3, seconds=0.01)).split() == ["False"]


def test_nothing_is_shown_where_nobody_looks() -> None:
    """Into a file or a pipe no bar is written, however long it takes."""
    program = SLOW.format(total=130, slow=130, seconds=0.01)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (ran.stdout.split(), ran.stderr) == (["False"], "")


def test_row_55_the_clock_is_seldom_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand quick sites are not slowed down by telling the time of each."""
    looks = 0
    now = time.monotonic()

    def counted() -> float:
        nonlocal looks
        looks += 1
        return now

    monkeypatch.setattr(time, "monotonic", counted)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = Progress(wanted=True)
    now += 0.5
    for done in range(1, 100_001):
        now += 4e-6  # a quick site, whatever this machine is busy with
        shown(done, 10**9)
    assert looks < 100_000 / 10
