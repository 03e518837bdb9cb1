"""Measure `policypages serve`: from start to the first page, its memory, and from an edit to the pixel.

Beside it stands `hugo server` where BENCH_HUGO names it. Times are of the wall: an otherwise idle machine
is wanted. Chromium comes from CHROMIUM, else from PATH; `--no-pixel` leaves it out.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import load
from benchmarks.site import CLAUSES, THIRD, entity_id, write
from benchmarks.tools import ROOT, hugo

BASE_KIB: Final = 120 * 1024
EACH_KIB: Final = 1
START_RATIO: Final = 3.0
EDIT_RATIO: Final = 1.5
_PATIENCE: Final = 600.0
_TICK: Final = 0.004
_CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
_PAGE: Final = f"/{entity_id(0)}/privacy/"  # of an entity that uses the clause that is edited


@contextmanager
def server(tool: str, site: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    """Start a server; give it, its port and when it was started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if tool == "ours":
        command = [sys.executable, "-m", "policypages", "-C", str(site), "serve", "--port", str(port)]
    else:
        command = [hugo(), "server", "--source", str(site), "--bind", "127.0.0.1", "--port", str(port)]
        command += ["--renderToMemory", "--watch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "generator")}
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own program and the peer, without a shell
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process, port, started
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def get(port: int, path: str) -> bytes | None:
    """Ask for a page; None where nobody answers, or with another status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        data = answer.read()
        return data if answer.status == 200 else None  # noqa: PLR2004 - it says what it is
    except OSError:
        return None
    finally:
        connection.close()


def until(holds: Callable[[], bool]) -> float:
    """Wait until something holds, and return when it did."""
    end = time.perf_counter() + _PATIENCE
    while not holds():
        if time.perf_counter() > end:
            message = "nothing came of it"
            raise TimeoutError(message)
        time.sleep(_TICK)
    return time.perf_counter()


def peak_kib(process: subprocess.Popen[bytes]) -> int:
    """Return the most memory that a process has had, its children apart."""
    text = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def edit(tool: str, site: Path, turn: int) -> tuple[str, float]:
    """Change the clause in one step; return words that the page must then show, and when it was done."""
    file = site / CLAUSES[tool].format(THIRD)
    mark = f"This is wording number {turn}."
    text = re.sub(r"\n*(This is wording number \d+\.\n)?$", f"\n\n{mark}\n", file.read_text("utf-8"), count=1)
    beside = site / "beside"
    beside.write_text(text, encoding="utf-8")
    done = time.perf_counter()
    beside.replace(file)
    return mark, done


def indexed(port: int) -> bool:
    """Tell whether all entities are in the index."""
    told = json.loads(get(port, "/_preview/index?count=1") or b'{"done": 0, "total": 1}')
    return bool(told["done"] == told["total"])


def measure(tool: str, count: int, site: Path, *, edits: int, pixel: bool) -> dict[str, Any]:
    """Start a server, ask for a page, edit a clause again and again."""
    write(tool, count, site)
    with server(tool, site) as (process, port, started):
        first = until(lambda: get(port, _PAGE) is not None) - started
        answers = []
        for turn in range(edits):
            mark, done = edit(tool, site, turn)
            answers.append(until(lambda mark=mark: mark.encode() in (get(port, _PAGE) or b"")) - done)  # type: ignore[misc]
        pixels = _pixels(tool, site, port, edits) if pixel else []
        if tool == "ours":
            until(lambda: indexed(port))
        return {
            "tool": tool,
            "entities": count,
            "first page": first,
            "edit to answer": answers,
            "edit to pixel": pixels,
            "peak KiB": peak_kib(process),
        }


def _pixels(tool: str, site: Path, port: int, edits: int) -> list[float]:
    """Measure in Chromium until the words stand in the open page, which reloads by itself."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not wanted without a browser

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)
    out = []
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE * 1000)
        page.goto(f"http://localhost:{port}{_PAGE}")
        for turn in range(1000, 1000 + edits):
            mark, done = edit(tool, site, turn)
            page.get_by_text(mark).wait_for()
            out.append(time.perf_counter() - done)
            with suppress(OSError):
                time.sleep(0.2)  # the page opens its line again
        browser.close()
    return out


def shown(found: dict[str, Any]) -> str:
    """Write one line of figures."""
    parts = [
        f"{found['tool']:5} {found['entities']:>7,}",
        f"first page {found['first page']:6.2f} s",
        f"peak {found['peak KiB'] / 1024:6.0f} MiB",
    ]
    for name in ("edit to answer", "edit to pixel"):
        if found[name]:
            times = sorted(found[name])
            most = times[max(0, round(0.95 * len(times)) - 1)]
            parts.append(f"{name} {1000 * statistics.median(times):5.0f} ms, 95 % {1000 * most:5.0f} ms")
    return "; ".join(parts)


def judge(ours: dict[int, dict[str, Any]], peer: dict[str, Any] | None) -> Iterator[tuple[str, bool]]:
    """Say what must be reached, and whether it is."""
    small, large = min(ours), max(ours)
    ratio = ours[large]["first page"] / ours[small]["first page"]
    yield f"first page, {large:,} against {small:,}: {ratio:.2f}, under {START_RATIO}", ratio < START_RATIO
    for count, found in ours.items():
        bound = BASE_KIB + EACH_KIB * count
        text = f"memory at {count:,}: {found['peak KiB']:,} KiB, at most {bound:,}"
        yield text, found["peak KiB"] <= bound
    name = "edit to pixel" if ours[small]["edit to pixel"] else "edit to answer"
    medians = {count: statistics.median(found[name]) for count, found in ours.items() if found[name]}
    if len(medians) > 1:
        ratio = max(medians.values()) / min(medians.values())
        yield f"{name}, medians: {ratio:.2f} apart, at most {EDIT_RATIO}", ratio <= EDIT_RATIO
    if peer is not None and peer[name] and peer["entities"] in medians:
        ratio = medians[peer["entities"]] / statistics.median(peer[name])
        yield f"{name}, of hugo's at {peer['entities']:,}: {ratio:.3f}, at most 0.1", ratio <= 0.1  # noqa: PLR2004


def main() -> None:
    """Measure, and fail where what must be reached is not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="100,10000,100000", help="numbers of entities")
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--hugo-at", type=int, default=10_000)
    parser.add_argument("--hugo-edits", type=int, default=5)
    parser.add_argument("--no-pixel", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    before, pixel = load(), not given.no_pixel
    peer = None
    with tempfile.TemporaryDirectory(prefix="policypages-bench-") as folder:
        site = Path(folder) / "site"
        ours = {}
        for count in sizes:
            ours[count] = measure("ours", count, site, edits=given.edits, pixel=pixel)
            print(shown(ours[count]), flush=True)  # noqa: T201 - this is its output
        if os.environ.get("BENCH_HUGO"):
            peer = measure("hugo", given.hugo_at, site, edits=given.hugo_edits, pixel=pixel)
            print(shown(peer), flush=True)  # noqa: T201
    verdicts = list(judge(ours, peer))
    for text, held in verdicts:
        print(f"{'holds' if held else 'FAILS'}: {text}")  # noqa: T201
    print(f"load before and after: {before}, {load()}")  # noqa: T201
    if given.json:
        figures = {"ours": list(ours.values()), "hugo": peer, "verdicts": verdicts, "load": [before, load()]}
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(not all(held for _, held in verdicts))


if __name__ == "__main__":
    main()
