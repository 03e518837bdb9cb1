"""A real release of two hundred pages, killed again and again: it was made whole, or not at all."""

from __future__ import annotations

import os
import random
import signal
from functools import partial
from pathlib import Path

import pytest
from tests.faults.case import ENTITY, Commands, write

from policypages.formats import frozen
from policypages.history.integrity import verify
from policypages.load.releases import load_releases
from policypages.sources import open_folder

KILLS = 8
PAGES = 200
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups and SIGKILL"),
]
SERVER = """
import os, sys
from policypages.cli import main
import policypages.cli.release, policypages.history.release, policypages.write.releases, policypages.sources
for line in sys.stdin:
    told = line.rstrip("\\n").split("\\t")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        main(told)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def _words(site: Path, number: int) -> None:
    """Change what every page says."""
    clause = site / "content/clauses/opening.md"
    clause.write_text(f"---\ntitle: Opening\n---\n{{{{ name }}}} says {number}.\n", "utf-8")


def _objects(site: Path) -> int:
    return sum(1 for _ in (site / frozen.OBJECTS).rglob("*.html"))


def _ledgers(site: Path) -> int:
    return sum(1 for _ in (site / frozen.FOLDER).glob("*.yaml"))


def _wait(site: Path, ledgers: int, objects: int) -> None:
    """Return once so many objects are there, or the ledger that names them all."""
    while _objects(site) < objects and _ledgers(site) == ledgers:
        pass


def test_a_release_that_is_killed_is_whole_or_nothing(quick: Path) -> None:
    """Killed while it writes, it has its ledger and all its objects, or no ledger; the next is made."""
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    entities = {
        f"content/entities/e{at}.yaml": ENTITY.replace("Acme", f"Acme {at}").replace(
            "url: https://acme.example/legal/\n", ""
        )
        for at in range(PAGES)
    }
    site = write(quick / "site", entities)
    (site / "content/entities/acme.yaml").unlink()
    told = ["-C", str(site), "release", "--summary", "Other words"]
    commands = Commands(SERVER)
    torn = 0
    try:
        assert commands.run(*told) == 0
        for number in range(KILLS):
            _words(site, number)
            ledgers, objects = _ledgers(site), _objects(site)
            wanted = objects + chance.randint(1, PAGES)
            ended = commands.run(*told, kill_when=partial(_wait, site, ledgers, wanted))
            assert ended in {-signal.SIGKILL, 0}
            made = _ledgers(site) - ledgers
            torn += not made
            _check(site, ledgers + made)
            # what is left of the dead one is in nobody's way
            assert commands.run(*told) == (1 if made else 0)
            assert _objects(site) == objects + PAGES
            _check(site, ledgers + 1)
    finally:
        commands.close()
    assert torn > 0
    left = [path.name for path in (site / ".policypages").iterdir() if path.name.startswith("release-")]
    assert left == []


def _check(site: Path, ledgers: int) -> None:
    """Assert that there are so many releases of every page, and nothing is wrong with any."""
    sources, found = open_folder(site)
    assert sources is not None
    releases, more = load_releases(sources)
    # the site is in no git, which is told and is not what this is about
    wrong = [one for one in verify(sources, sources.root) if one.code != "release-unverified"]
    assert [*found, *more, *wrong] == []
    assert {len(history) for history in releases.values()} == {ledgers}
    assert len(releases) == PAGES
