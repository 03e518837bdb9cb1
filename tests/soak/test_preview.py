"""Preview for a long time: edits of all kinds, open pages, and at the end the truth."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.servecase import REPO, Server, copy_site, plain, serving

MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))
SEED = int(os.environ.get("SOAK_SEED", "6"))
PAUSE = 0.2
OPEN = (
    "/communication-partners/privacy/",
    "/kp-businessnet/privacy/",
    "/kp-careers/privacy/",
    "/kp-employees/privacy/",
    "/kp-careers/",
    "/kp-employees/",
    "/other/privacy/",
    "/_overview/",
)


class Hand:
    """Somebody who edits: each call is one edit; what is broken is mended by another call."""

    def __init__(self, site: Path, chance: random.Random) -> None:
        self.site = site
        self.chance = chance
        self.turn = 0
        self.first = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
        self.broken: set[Path] = set()
        self.clauses = sorted((site / "content" / "clauses").rglob("*.md"))
        self.entities = sorted((site / "content" / "entities").rglob("kp-*.yaml"))
        self.kinds: list[Callable[[], None]] = [
            self.word,
            self.word,
            self.word,
            self.break_clause,
            self.break_entity,
            self.take_away,
            self.rename_entity,
            self.add_or_remove,
            self.move_folder,
            self.style,
            self.template,
            self.settings,
            self.policy,
            self.mend,
            self.mend,
            self.mend,
        ]

    def edit(self) -> None:
        self.turn += 1
        self.chance.choice(self.kinds)()

    def _write(self, path: Path, text: str) -> None:
        if self.chance.random() < 0.5:
            path.write_text(text)
        else:
            beside = path.with_name(f".{path.name}.tmp")
            beside.write_text(text)
            beside.replace(path)

    def _whole(self, path: Path) -> str:
        return self.first[path].decode()

    def word(self) -> None:
        path = self.chance.choice(self.clauses)
        self._write(path, f"{self._whole(path)}\n\nTurn {self.turn}.\n")
        self.broken.discard(path)

    def break_clause(self) -> None:
        path = self.chance.choice(self.clauses)
        tail = self.chance.choice(["{{ nothing.such }}", "{% if %}", "{{ site_url }}", "{% for x in"])
        self._write(path, f"{self._whole(path)}\n\n{tail}\n")
        self.broken.add(path)

    def break_entity(self) -> None:
        path = self.chance.choice(self.entities)
        self._write(
            path, self._whole(path) + self.chance.choice(["\nname: [", "\nnonsense: 1\n", "\n\t- x\n"])
        )
        self.broken.add(path)

    def take_away(self) -> None:
        path = self.chance.choice([*self.clauses, *self.entities])
        path.unlink(missing_ok=True)
        self.broken.add(path)

    def rename_entity(self) -> None:
        path = self.chance.choice(self.entities)
        self._write(
            path, re.sub(r"^name: .*", f"name: Name {self.turn}", self._whole(path), flags=re.MULTILINE)
        )
        self.broken.discard(path)

    def add_or_remove(self) -> None:
        path = self.site / "content" / "entities" / "more" / "other.yaml"
        if path.exists():
            path.unlink()
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"extends: kp-careers\nname: Other {self.turn}\n")

    def move_folder(self) -> None:
        here, there = (self.site / "content" / "entities" / name for name in ("more", "moved"))
        if here.exists() and not there.exists():
            here.rename(there)
        elif there.exists() and not here.exists():
            there.rename(here)

    def _at_end(self, path: Path, text: str) -> None:
        self._write(path, f"{self._whole(path)}\n{text}\n")

    def style(self) -> None:
        path = next(one for one in sorted(self.first) if one.suffix == ".css")
        self._at_end(path, f"/* {self.turn} */")

    def template(self) -> None:
        self._at_end(self.site / "themes" / "default" / "templates" / "page.html", f"<!-- {self.turn} -->")

    def settings(self) -> None:
        path = self.site / "policypages.yaml"
        self._write(
            path, re.sub(r"^title: .*", f"title: Title {self.turn}", self._whole(path), flags=re.MULTILINE)
        )

    def policy(self) -> None:
        path = self.site / "content" / "policies" / "privacy.yaml"
        self._write(
            path, re.sub(r"^title: .*", f"title: Privacy {self.turn}", self._whole(path), flags=re.MULTILINE)
        )

    def mend(self) -> None:
        for path in sorted(self.broken)[:5]:
            self._write(path, self._whole(path))
            self.broken.discard(path)

    def mend_all(self) -> None:
        while self.broken:
            self.mend()


def memory(server: Server) -> int:
    """Return how much memory the server has, in KiB."""
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+)", text, re.MULTILINE)
    assert found is not None
    return int(found[1])


@pytest.mark.soak
def test_many_edits_end_on_the_truth(tmp_path: Path) -> None:
    """Five edits a second, eight pages open: no fault, no growth, and at the end what a build writes."""
    site = copy_site(tmp_path / "site")
    hand = Hand(site, random.Random(SEED))  # noqa: S311 - no secret
    with serving(site) as server:
        for path in OPEN:
            server.line(path)
        end = time.monotonic() + 60 * MINUTES
        warm = time.monotonic() + min(60.0, 15 * MINUTES)
        early = 0
        while time.monotonic() < end:
            hand.edit()
            time.sleep(PAUSE)
            if not early and time.monotonic() > warm:
                early = memory(server)
        late = memory(server)
        hand.mend_all()
        out = tmp_path / "output"
        command = [
            sys.executable,
            "-m",
            "policypages",
            "-C",
            str(site),
            "build",
            "--drafts",
            "--out",
            str(out),
        ]
        environment = {**os.environ, "PYTHONPATH": str(REPO / "generator")}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        time.sleep(1)
        files = [path for path in sorted(out.rglob("*")) if path.is_file()]
        files = [
            path for path in files if path.relative_to(out).parts[0] not in {"_overview", ".policypages"}
        ]
        assert len(files) >= 12
        for file in files:
            answer = server.get(f"/{file.relative_to(out).as_posix()}")
            data = plain(answer.body) if file.suffix == ".html" else answer.body
            assert (answer.status, data) == (200, file.read_bytes()), file
        there = {f"/{file.relative_to(out).as_posix().removesuffix('index.html')}" for file in files}
        for path, line in zip(OPEN, server.lines, strict=True):
            told = [one["type"] for one in line.messages if one["type"] in {"problems", "mended"}]
            assert path not in there or told[-1:] != ["problems"], (path, line.messages[-3:])
        assert late < 1.1 * early, (early, late)
        print(f"{hand.turn} edits, {early:,} KiB, then {late:,} KiB")  # noqa: T201 - for who runs it
