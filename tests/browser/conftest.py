"""A browser that watches: pages as a host sends them, and every sign that something ran or left the site."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    Response,
    sync_playwright,
)

from policypages.headers import HEADERS

REPO = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # no name is ever looked up: what a page asks for elsewhere fails, and is written down
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
)
PAGES = frozenset({"document", "stylesheet", "image"})
PREVIEW = PAGES | {"script", "fetch", "websocket"}
"""What a page may ask for: as a host sends it, and as preview does."""
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event =>
  window.policypagesViolation(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
"""


# ---- a host


class _Handler(SimpleHTTPRequestHandler):
    """Send files with the headers of the site, and say nothing."""

    def __init__(self, *args: Any, headers_sent: Mapping[str, str], **kwargs: Any) -> None:
        self.headers_sent = headers_sent
        super().__init__(*args, **kwargs)

    def end_headers(self) -> None:
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the tests."""


@contextmanager
def serving(folder: Path, headers: Mapping[str, str] = HEADERS) -> Iterator[str]:
    """Serve a folder at an origin of its own, as a host with these headers would."""
    handler = functools.partial(_Handler, directory=str(folder), headers_sent=headers)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


# ---- a visitor who writes down what should not happen


@dataclass
class Visitor:
    """One page of a browser; `seen` is all that a policy page must never do."""

    page: Page
    origin: str
    seen: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    kinds: frozenset[str] = PAGES

    def go(self, address: str) -> Page:
        """Open an address of the site, and wait until everything that it asks for is there."""
        response = self.page.goto(self.origin + address, wait_until="load")
        assert response is not None, address
        assert response.status == 200, address
        return self.page

    def watch(self, context: BrowserContext) -> None:
        """Begin to write down."""
        context.expose_binding("policypagesViolation", lambda _, words: self.note("violation", words))
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("dialog", self._dialog)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.note("page error", str(error.error)))
        context.on("page", lambda page: self.note("window", page.url))
        self.page.on("websocket", lambda socket: self._socket(socket.url))

    def note(self, kind: str, words: str) -> None:
        self.seen.append(f"{kind}: {words[:300]}")

    def _request(self, request: Request) -> None:
        self.asked.add(request.url)
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.note("off the site", request.url)
        if request.resource_type not in self.kinds:
            self.note(request.resource_type, request.url)

    def _socket(self, url: str) -> None:
        if not url.startswith(self.origin.replace("http:", "ws:") + "/"):
            self.note("off the site", url)
        if "websocket" not in self.kinds:
            self.note("websocket", url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.note(str(response.status), response.url)

    def _dialog(self, dialog: Dialog) -> None:
        self.note("dialog", dialog.message)
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        self.note(f"console {message.type}", message.text)


def _chromium() -> str:
    given = os.environ.get("CHROMIUM")
    found = (
        given or next(filter(None, map(shutil.which, NAMES)), None) or (str(MAC) if MAC.exists() else None)
    )
    if found is None:
        pytest.skip("no Chromium here: install it, or say CHROMIUM=/path/to/chromium")
    return found


# For a module, not the session: playwright holds the thread's event loop, and other tests want their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium, the one of this machine."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*QUIET, *(["--no-sandbox"] if root else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=arguments)
        yield chromium
        chromium.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def watch(browser: Browser) -> Iterator[Visit]:
    """Return a function that opens a watched page on an origin; what it sees is for the test to judge."""
    contexts: list[BrowserContext] = []

    def start(origin: str, **options: Any) -> Visitor:
        options = {"reduced_motion": "reduce", **options}
        kinds = options.pop("kinds", PAGES)
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        visitor = Visitor(context.new_page(), origin, kinds=kinds)
        visitor.watch(context)
        return visitor

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def visit(watch: Visit) -> Iterator[Visit]:
    """Return a function that opens a watched page; the test fails if it saw anything."""
    visitors: list[Visitor] = []

    def start(origin: str, **options: Any) -> Visitor:
        visitor = watch(origin, **options)
        visitors.append(visitor)
        return visitor

    yield start
    for visitor in visitors:
        try:
            visitor.page.evaluate(
                "() => new Promise(done => setTimeout(done, 20))"
            )  # what is late still counts
        except Error as error:
            visitor.note("gone", str(error))
        assert visitor.seen == []


# ---- the program


Build = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def build() -> Build:
    """Return a function that runs the real build command on a folder."""

    def run(folder: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "policypages", "-C", str(folder), "build", "--out", str(out)]
        return subprocess.run([*command, *arguments], capture_output=True, encoding="utf-8", check=False)

    return run


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Path:
    """Build the four example sites of this repository, and return their folder."""
    out = tmp_path_factory.mktemp("examples") / "output"
    ran = build(REPO, out)
    assert ran.returncode == 0, ran.stderr
    return out
