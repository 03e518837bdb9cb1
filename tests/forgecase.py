"""A server that plays the comments of GitHub's and GitLab's interface, which cannot run here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BOT, PERSON = {"type": "Bot"}, {"type": "User"}


@dataclass
class Forge:
    """Plays the comments of GitHub's and GitLab's interface for one request: listing, adding, changing."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    heads: list[str | None] = field(default_factory=list)
    refuses: int = 0
    sends_to: str = ""
    port: int = 0

    def answer(self, method: str, path: str, body: str) -> tuple[int, Any]:
        """Do what was asked, as the two say that they do it."""
        self.asked.append(f"{method} {path}")
        path, _, query = path.partition("?")
        if self.refuses and method != "GET":
            return self.refuses, {}
        if path == "/user":
            return 200, {"id": 7}
        if method == "GET":
            page = int(query.rpartition("=")[2])
            return 200, self.comments[(page - 1) * 100 : page * 100]
        if method == "POST":
            self.comments.append({"id": 1000, "body": body, "user": BOT, "author": {"id": 7}})
            return 201, self.comments[-1]
        (known,) = [one for one in self.comments if str(one["id"]) == path.rpartition("/")[2]]
        known["body"] = body
        return 200, known


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def _do(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.forge.heads.append(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN"))
        if self.forge.sends_to:
            self.send_response(302)
            self.send_header("Location", self.forge.sends_to)
            self.end_headers()
            return
        status, told = self.forge.answer(self.command, self.path, json.loads(sent)["body"] if sent else "")
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = _do  # noqa: N815 - the names of the methods

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[Forge]:
    """Serve an interface that remembers what it was asked."""
    made = Forge()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"forge": made})) as server:
        made.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield made
        server.shutdown()
