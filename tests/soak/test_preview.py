"""Preview under random edits, five a second, eight pages open: no growth, no fault, true at the end."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.browser.conftest import PREVIEW, REPO, Visit, Visitor
from tests.browser.conftest import browser as browser  # noqa: PLC0414 - fixtures of the browser tests
from tests.browser.conftest import watch as watch  # noqa: PLC0414 - the same
from tests.servecase import Server, copy_site, plain, serving

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
SEED = os.environ.get("SOAK_SEED", "preview")
EVERY = 0.2
GROWTH = 1.10
WARM = 0.2  # of the time: what is kept of pages, sites and clauses has filled by then
PAGES = (
    "/_overview/",
    "/kp-careers/",
    "/kp-businessnet/privacy/",
    "/kp-careers/privacy/",
    "/kp-employees/privacy/",
    "/communication-partners/privacy/",
    "/kp-careers/privacy/",
    "/kp-employees/privacy/",
)
pytestmark = [pytest.mark.soak, pytest.mark.timeout(SECONDS * 2 + 300)]
EXPECTED = re.compile(r"^(404|500|console error: Failed to load resource)")


class Edits:
    """Random edits of a site, each of which can be taken back: words, faults, files that go and come."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.chance = random.Random(SEED)  # noqa: S311 - the same edits each time, not a secret
        self.first = {
            path: path.read_bytes()
            for folder in ("content", "themes")
            for path in sorted((site / folder).rglob("*"))
            if path.is_file()
        }
        self.made = 0
        self.kinds: list[Callable[[Path, bytes], bytes | None]] = [
            lambda _, data: data + f"\n\nTurn {self.made}.\n".encode(),
            lambda _, data: data + b"\n{{ nothing.such }}\n",
            lambda _, data: data[: len(data) // 2],
            lambda *_: None,
            lambda *_: b"",
            lambda *_: os.urandom(200),
        ]

    def make(self) -> None:
        """Change one file, or give back what it was at first; now and then many at once."""
        self.made += 1
        files = [*self.first]
        for path in self.chance.sample(files, 12 if self.made % 50 == 0 else 1):
            now = self._read(path)
            if now != self.first[path] and self.chance.random() < 0.7:
                self._write(path, self.first[path])
                continue
            by = self._by(path)
            self._write(path, by(path, self.first[path]))

    def _by(self, path: Path) -> Callable[[Path, bytes], bytes | None]:
        if path.suffix == ".css":
            return lambda _, data: data + f"\nh1 {{ --turn: {self.made} }}\n".encode()
        if path.suffix == ".md" and self.chance.random() < 0.6:
            return self.kinds[0]
        return self.chance.choice(self.kinds)

    def mend(self) -> None:
        """Give every file back, but for words that are good."""
        for path, data in self.first.items():
            text = data + b"\n\nThe last words.\n" if path.suffix == ".md" else data
            self._write(path, text)

    def _write(self, path: Path, data: bytes | None) -> None:
        if data is None:
            path.unlink(missing_ok=True)
        elif self.chance.random() < 0.5:
            path.write_bytes(data)
        else:
            beside = path.with_name(f".{path.name}.new")
            beside.write_bytes(data)
            beside.replace(path)

    @staticmethod
    def _read(path: Path) -> bytes | None:
        return path.read_bytes() if path.exists() else None


def memory(process: int) -> int:
    """Return the resident bytes of the server alone: the index is another process."""
    text = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) * 1024


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve a copy of the example sites."""
    with serving(copy_site(tmp_path / "site")) as server:
        yield server


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_ten_minutes_of_edits(server: Server, watch: Visit, tmp_path: Path) -> None:
    """Memory stays, nothing is thrown, and each open page ends as a clean build makes it."""
    visitors: list[Visitor] = [watch(server.origin, kinds=PREVIEW) for _ in PAGES]
    for visitor, path in zip(visitors, PAGES, strict=True):
        visitor.go(path)
    edits = Edits(server.folder)
    samples: list[tuple[float, int]] = []
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < SECONDS:
        edits.make()
        samples.append((now, memory(server.process.pid)))
        if edits.made % 20 == 0:
            visitors[edits.made // 20 % len(visitors)].page.evaluate("() => scrollTo(0, 300)")
        time.sleep(max(0.0, begun + edits.made * EVERY - time.monotonic()))
    assert edits.made >= SECONDS / EVERY * 0.8, edits.made
    edits.mend()

    out = tmp_path / "output"
    command = [sys.executable, "-m", "policypages", "-C", str(server.folder), "build", "--drafts"]
    environment = {**os.environ, "PYTHONPATH": str(REPO / "generator")}
    ran = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, check=False, env=environment
    )
    assert ran.returncode == 0, ran.stderr
    server.says("/kp-careers/privacy/", "The last words.")
    for path in set(PAGES) - {"/_overview/"}:
        built = (out / path.strip("/") / "index.html").read_bytes()
        server.until(lambda path=path, built=built: plain(server.get(path).body) == built)  # type: ignore[misc]
    fresh = watch(server.origin, kinds=PREVIEW)
    for visitor, path in zip(visitors, PAGES, strict=True):
        if path != "/_overview/":
            wanted = fresh.go(path).evaluate("() => document.body.innerText")
            for _ in range(100):
                if visitor.page.evaluate("() => document.body.innerText") == wanted:
                    break
                time.sleep(0.1)
            assert visitor.page.evaluate("() => document.body.innerText") == wanted, path
            assert visitor.page.locator("policypages-frame [role=alertdialog]").count() == 0, path
        odd = [one for one in visitor.seen if not EXPECTED.match(one)]
        assert not odd, (path, odd[:5])

    warm = [size for at, size in samples if SECONDS * WARM <= at < SECONDS * (WARM + 0.1)]
    late = [size for at, size in samples if at >= SECONDS * 0.9]
    grown = sorted(late)[len(late) // 2] / sorted(warm)[len(warm) // 2]
    every = " ".join(f"{size / 2**20:.0f}" for _, size in samples[:: max(1, len(samples) // 24)])
    sys.stdout.write(f"{edits.made} edits, MiB: {every}; grown by {grown - 1:.1%}\n")
    assert grown < GROWTH, grown
