"""A real release of many pages, killed again and again: it was made whole, or not at all."""

from __future__ import annotations

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest
from tests.faults.case import ENTITY, Commands, write

from policypages.formats import frozen
from policypages.history.integrity import verify
from policypages.load.releases import load_releases
from policypages.sources import open_folder

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups and SIGKILL"),
]
# the release waits where the gate says, to be killed there: a watcher may be late on a busy machine
FIRST = """
import os, stat, time
import policypages.cli.release, policypages.history.release, policypages.write.releases, policypages.sources
sync, gate, synced = os.fsync, {gate!r}, [0]
def wait_and_sync(descriptor):
    # every file counts, and once the ledger is among them the folders on the way to it
    synced[0] += stat.S_ISREG(os.fstat(descriptor).st_mode) or synced[0] > {pages}
    if os.path.exists(gate) and synced[0] == int(open(gate).read()):
        os.rename(gate, gate + "-reached")
        time.sleep(60)
    sync(descriptor)
os.fsync = wait_and_sync
"""


def _words(site: Path, number: int) -> None:
    """Change what every page says."""
    clause = site / "content/clauses/opening.md"
    clause.write_text(f"---\ntitle: Opening\n---\n{{{{ name }}}} says {number}.\n", "utf-8")


def _objects(site: Path) -> int:
    return sum(1 for _ in (site / frozen.OBJECTS).rglob("*.html"))


def _ledgers(site: Path) -> int:
    return sum(1 for _ in (site / frozen.FOLDER).glob("*.yaml"))


def _wait(gate: Path) -> None:
    """Return once the release stands at the gate."""
    reached = gate.with_name(f"{gate.name}-reached")
    while not reached.exists():
        time.sleep(0.001)
    reached.unlink()


@pytest.mark.parametrize(("pages", "kills"), [(200, 8), pytest.param(1000, 5, marks=pytest.mark.soak)])
def test_a_release_that_is_killed_is_whole_or_nothing(quick: Path, pages: int, kills: int) -> None:
    """Killed while it writes, it has its ledger and all its objects, or no ledger; the next is made."""
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    syncs = pages + 1 + 2  # each object, the ledger, and the two folders that hold the ledger's name
    entities = {
        f"content/entities/e{at}.yaml": ENTITY.replace("Acme", f"Acme {at}").replace(
            "url: https://acme.example/legal/\n", ""
        )
        for at in range(pages)
    }
    site = write(quick / "site", entities)
    (site / "content/entities/acme.yaml").unlink()
    told = ["-C", str(site), "release", "--summary", "Other words"]
    gate = quick / "gate"
    commands = Commands(FIRST.format(gate=str(gate), pages=pages))
    moments = [1, syncs, pages + 1, *(chance.randint(1, syncs) for _ in range(kills - 3))]
    torn = 0
    try:
        assert commands.run(*told) == 0
        for number, moment in enumerate(moments):
            _words(site, number)
            ledgers, objects = _ledgers(site), _objects(site)
            gate.write_text(str(moment))
            ended = commands.run(*told, kill_when=partial(_wait, gate))
            assert ended in {-signal.SIGKILL, 0}
            made = _ledgers(site) - ledgers
            torn += not made
            _check(site, ledgers + made, pages)
            # what is left of the dead one is in nobody's way
            assert commands.run(*told) == (1 if made else 0)
            assert _objects(site) == objects + pages
            _check(site, ledgers + 1, pages)
    finally:
        commands.close()
    assert torn > 0
    left = [path.name for path in (site / ".policypages").iterdir() if path.name.startswith("release-")]
    assert left == []


def _check(site: Path, ledgers: int, pages: int) -> None:
    """Assert that there are so many releases of every page, and nothing is wrong with any."""
    sources, found = open_folder(site)
    assert sources is not None
    releases, more = load_releases(sources)
    # the site is in no git, which is told and is not what this is about
    wrong = [one for one in verify(sources, sources.root, releases) if one.code != "release-unverified"]
    assert [*found, *more, *wrong] == []
    assert {len(history) for history in releases.values()} == {ledgers}
    assert len(releases) == pages
