"""Time from a saved clause to its new words in an open page: `policypages serve` beside `hugo server`."""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import site, tools

FACTOR: Final = 1.5  # the medians with few and with many entities lie no further apart
OF_HUGO: Final = 0.1  # and ours with many is at most this part of Hugo's
EDITS: Final = 30
_WARM: Final = 3  # edits that are not counted: compilers of browsers and of Hugo's templates warm up
_REST: Final = 0.4  # seconds between a page that is shown and the next edit
_PATIENCE: Final = 300.0
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# looked at before each frame is painted; kept in the window's name, which outlives a reload
_WATCH: Final = """
(() => {
  const look = () => {
    const at = document.getElementById('web-logs')?.textContent.lastIndexOf('This is wording number ') ?? -1;
    if (at >= 0) {
      const words = document.getElementById('web-logs').textContent.slice(at).match(/number (\\d+)\\./);
      if (words && !document.hidden) {
        const seen = JSON.parse(window.name || '{}');
        if (!(words[1] in seen)) {
          seen[words[1]] = Date.now();
          window.name = JSON.stringify(seen);
        }
      }
    }
    requestAnimationFrame(look);
  };
  look();
})();
"""


def main() -> None:
    """Print median and 95th percentile for each number of entities, and what must be reached."""
    given = _arguments()
    say = sys.stdout.write
    medians: dict[tuple[str, int], float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_flags())
        for count in given.sizes:
            names = ["ours"]
            if count == max(given.sizes) and os.environ.get("BENCH_HUGO"):
                names.append("hugo")
            for name in names:
                with tempfile.TemporaryDirectory(dir=given.place, prefix="policypages-bench-") as folder:
                    took = _measure(name, count, Path(folder), browser, given.edits)
                medians[name, count] = median(took)
                late = quantiles(took, n=20, method="inclusive")[-1]
                say(
                    f"{name:5} {count:7,} entities: median {median(took):7.1f} ms, "
                    f"95th percentile {late:7.1f} ms, of {len(took)} edits\n"
                )
                sys.stdout.flush()
        browser.close()
    few, many = min(given.sizes), max(given.sizes)
    if few != many:
        _must(f"{many:,} against {few:,} entities", medians["ours", many] / medians["ours", few], FACTOR)
    if ("hugo", many) in medians:
        _must(f"ours against Hugo at {many:,}", medians["ours", many] / medians["hugo", many], OF_HUGO)
    elif not os.environ.get("BENCH_HUGO"):
        say("Hugo was not measured: BENCH_HUGO does not name it\n")


def _must(what: str, found: float, most: float) -> None:
    sys.stdout.write(f"{what}: {found:.3f}, must be <= {most}: {'met' if found <= most else 'NOT met'}\n")


def _measure(tool: str, count: int, folder: Path, browser: Browser, edits: int) -> list[float]:
    """Serve a site, open a page that uses the clause, and return the milliseconds of each edit."""
    source = folder / "site"
    site.write(tool, count, source)
    clause = source / site.CLAUSES[tool].format(site.THIRD)
    site.edit_clause(tool, source, turn=0)
    path = f"/{site.entity_id(0)}/privacy/"
    with _serving(tool, source, path) as origin:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE * 1000)
        page.goto(origin + path)
        _until(page, 0)
        took = []
        for turn in range(1, _WARM + edits + 1):
            page.wait_for_timeout(_REST * 1000)
            saved = _save(clause, turn)
            shown = _until(page, turn)
            if turn > _WARM:
                took.append(shown - saved)
        context.close()
    return took


def _save(clause: Path, turn: int) -> float:
    """Put a new text in the place of the clause by a rename; return the moment, in milliseconds."""
    text = re.sub(
        r"This is wording number \d+\.", f"This is wording number {turn}.", clause.read_text("utf-8")
    )
    beside = clause.with_name(f".{clause.name}.new")
    beside.write_text(text, "utf-8")
    moment = time.time() * 1000
    beside.replace(clause)
    return moment


def _until(page: Page, turn: int) -> float:
    """Wait until the page shows this turn's words, and return when it did."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        seen: dict[str, Any] = _ask(page, "() => JSON.parse(window.name || '{}')") or {}
        if str(turn) in seen:
            return float(seen[str(turn)])
        time.sleep(0.05)  # the moment is the page's own, so this waits without being counted
    message = f"wording {turn} was never shown"
    raise tools.ToolError(message)


def _ask(page: Page, question: str) -> Any:
    try:
        return page.evaluate(question)
    except Exception as error:
        if "navigat" in str(error) or "context" in str(error):  # it is being loaded anew
            return None
        raise


# ---- servers


@contextmanager
def _serving(tool: str, source: Path, path: str) -> Iterator[str]:
    """Run the server of a tool until the page can be had, and end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if tool == "ours":
        command = [sys.executable, "-m", "policypages", "-C", str(source), "serve", "--port", str(port)]
    else:
        shutil.rmtree(source / "resources", ignore_errors=True)
        command = [
            tools.hugo(),
            "server",
            "--source",
            str(source),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
        ]
        command += ["--renderToMemory", "--disableFastRender=false"]
    process = subprocess.Popen(  # noqa: S603 - our own list of programs, without a shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(tools.ROOT / "generator")},
    )
    try:
        _wait(lambda: _answers(port, path), process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200  # noqa: PLR2004 - HTTP's own word for well
    except OSError:
        return False
    finally:
        connection.close()


def _wait(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds():
        if process.poll() is not None or time.monotonic() > end:
            message = "the server did not start"
            raise tools.ToolError(message)
        time.sleep(0.1)


def _chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        message = "Chromium is not here: install it, or say CHROMIUM=/path/to/chromium"
        raise tools.ToolError(message)
    return found


def _flags() -> Sequence[str]:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--disable-background-networking", *(["--no-sandbox"] if root else [])]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--edits", type=int, default=EDITS)
    parser.add_argument("--place", type=Path, default=None, help="a folder on the file system to use")
    return parser.parse_args()


if __name__ == "__main__":
    main()
