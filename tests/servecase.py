"""A real server of a real folder, and a client that asks it as a browser or an attacker would."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

REPO = Path(__file__).resolve().parents[1]
ELEMENT = re.compile(rb"<policypages-preview hidden>(.*?)</policypages-preview>", re.DOTALL)
TOLD = re.compile(rb'<script type="application/json">(.*?)</script>', re.DOTALL)
ADDRESS = re.compile(r"open http://(?:localhost|\[[0-9a-f:]+\]|[0-9.]+):(\d+)/")
PATIENCE = 30.0


def copy_site(folder: Path) -> Path:
    """Copy the example sites of this repository, to be changed."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPO / "policypages.yaml", folder)
    for name in ("content", "themes"):
        shutil.copytree(REPO / name, folder / name)
    return folder


def plain(page: bytes) -> bytes:
    """Return a page without the one element that preview puts in."""
    assert len(ELEMENT.findall(page)) == 1, page[-2000:]
    return ELEMENT.sub(b"", page)


def told(page: bytes) -> dict[str, Any]:
    """Return what the element of a page tells."""
    found = ELEMENT.search(page)
    assert found is not None, page[-2000:]
    data = TOLD.search(found[1])
    assert data is not None, found[1]
    return dict(json.loads(data[1]))


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """The socket of one open page, as its script would open it; messages are gathered as they come."""

    def __init__(
        self, port: int, path: str, made: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        host = f"localhost:{port}"
        sent = {
            "Host": host,
            "Origin": f"http://{host}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **(headers or {}),
        }
        target = f"/_preview/live?path={quote(path)}&made={made}"
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items() if value)]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._stream = self.sock.makefile("rb")
        self.status = int(self._stream.readline().split()[1])
        while self._stream.readline() not in {b"\r\n", b""}:
            pass
        self.messages: list[dict[str, Any]] = []
        self.times: list[float] = []
        self._came = threading.Condition()
        if self.status == 101:
            self._listener = threading.Thread(target=self._listen, daemon=True)
            self._listener.start()

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            while head := self._stream.read(2):
                size = head[1] & 0x7F
                if size >= 126:
                    size = int.from_bytes(self._stream.read(2 if size == 126 else 8), "big")
                data = self._stream.read(size)
                if head[0] & 0x0F == 9:  # are you there?
                    self.sock.sendall(bytes([0x8A, 0x80 | len(data), 0, 0, 0, 0]) + data)
                if head[0] & 0x0F == 1:
                    with self._came:
                        self.messages.append(json.loads(data))
                        self.times.append(time.monotonic())
                        self._came.notify_all()

    def wait(self, kind: str, *, after: int = 0, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for a message of a kind, the first `after` messages not counted."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.messages[after:] if one["type"] == kind), None)

        with self._came:
            assert self._came.wait_for(lambda: found() is not None, seconds), (kind, self.messages)
        message = found()
        assert message is not None
        return message

    def kinds(self) -> list[str]:
        """Return the kinds of all messages but those of the index."""
        return [one["type"] for one in self.messages if one["type"] != "index"]

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        if self.status == 101:
            self._listener.join(10)
        self._stream.close()
        self.sock.close()


@dataclass
class Server:
    """A server that runs, and what it has printed so far."""

    folder: Path
    process: subprocess.Popen[str]
    port: int = 0
    printed: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    reader: threading.Thread = field(default_factory=threading.Thread)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def text(self) -> str:
        """All that was printed."""
        return "".join(self.printed)

    def get(self, path: str, host: str | None = None, method: str = "GET", **headers: str) -> Answer:
        """Ask for a path, which is sent as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"localhost:{self.port}")
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def raw(self, data: bytes, seconds: float = PATIENCE) -> bytes:
        """Send bytes, and return all that comes back until the server hangs up, or for so long."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as sock:
            with suppress(OSError):
                sock.sendall(data)
            out = b""
            with suppress(OSError):
                while chunk := sock.recv(1 << 16):
                    out += chunk
            return out

    def line(self, path: str) -> Line:
        """Open the socket of a page that was just asked for."""
        line = Line(self.port, path, told(self.get(path).body)["made"])
        assert line.status == 101, line.status
        self.lines.append(line)
        line.wait("hello")
        return line

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.text
            assert self.process.poll() is None, self.text
            time.sleep(0.02)

    def says(self, path: str, words: str, seconds: float = PATIENCE) -> None:
        """Wait until a page says something."""
        self.until(lambda: words.encode() in plain(self.get(path).body), seconds)


def start(
    folder: Path, *arguments: str, port: int = 0, environment: Mapping[str, str] | None = None
) -> Server:
    """Start the command, and wait until it tells its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "policypages", "-C", str(folder), "serve", "--port", str(port), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": str(REPO / "generator"),
            "POLICYPAGES_TRACEBACK": "1",
            **(environment or {}),
        },
    )
    server = Server(folder, process)
    assert process.stdout is not None
    output = process.stdout
    known = threading.Event()

    def read() -> None:
        for line in output:
            server.printed.append(line)
            found = ADDRESS.search(line)
            if found:
                server.port = int(found[1])
                known.set()
        known.set()

    server.reader = threading.Thread(target=read, daemon=True)
    server.reader.start()
    assert known.wait(PATIENCE), server.text
    return server


def stop(server: Server, number: int = signal.SIGINT) -> int:
    """Send a signal, and return the exit code."""
    for line in server.lines:
        line.close()
    if server.process.poll() is None:
        server.process.send_signal(number)
    try:
        return server.process.wait(10)
    finally:
        server.process.kill()
        server.process.wait()
        server.reader.join(10)
        assert server.process.stdout is not None
        server.process.stdout.close()


@contextmanager
def serving(folder: Path, *arguments: str, **options: Any) -> Iterator[Server]:
    """Serve a folder for the time of a block; a fault of ours fails the test."""
    server = start(folder, *arguments, **options)
    assert server.port, server.text
    try:
        yield server
    finally:
        stop(server)
    assert "bug in policypages" not in server.text, server.text
    assert "Traceback" not in server.text, server.text
