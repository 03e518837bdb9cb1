"""A real S3 server, a proxy before it that counts and breaks requests, and a site that is published to it."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from click.testing import CliRunner, Result
from moto.server import ThreadedMotoServer

from policypages import cli

BUCKET: Final = "policy-pages"
WRITES: Final = frozenset({"PUT", "POST", "DELETE"})
Fault = Callable[[int, str, str], object]
"""What happens to a request, by its number, method and path: None, a status, or "reset", "silent", "lost"."""


def nothing(_number: int, _method: str, _path: str) -> object:
    """Let every request through."""
    return None


@dataclass
class Proxy:
    """A proxy before a server: what was asked of it, in order, and which fault a request meets."""

    server: tuple[str, int]
    fault: Fault = nothing
    asked: list[tuple[str, str]] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self) -> Counter[str]:
        return Counter(method for method, _ in self.asked)

    def written(self) -> list[str]:
        """Return the keys that were written or deleted, in order; a bulk deletion has none."""
        return [path for method, path in self.asked if method in WRITES]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.proxy.turn:
            self.proxy.asked.append((self.command, self.path))
            number = len(self.proxy.asked)
        fault = self.proxy.fault(number, self.command, self.path)
        if fault == "silent":
            time.sleep(3)
            self.close_connection = True
            return
        if fault == "reset":
            self._reset()
            return
        if isinstance(fault, int):
            code = {403: "AccessDenied", 503: "SlowDown"}.get(fault, "InternalError")
            self._answer(fault, f"<Error><Code>{code}</Code></Error>".encode(), {})
            return
        server = http.client.HTTPConnection(*self.proxy.server, timeout=30)
        server.request(self.command, self.path, body, dict(self.headers))
        got = server.getresponse()
        data = got.read()
        if fault == "lost":  # it was done, and nobody hears of it
            self._reset()
            return
        self._answer(got.status, data, dict(got.getheaders()))
        server.close()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _answer(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        length = headers.get("Content-Length", str(len(data))) if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - the names of the methods

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().handle()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@pytest.fixture(scope="module")
def s3_server() -> Iterator[tuple[str, int]]:
    """Run moto's S3 on a free port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield host, port
    server.stop()


@pytest.fixture
def proxy(s3_server: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Put a proxy before the server, an empty bucket behind it, and credentials into the environment."""
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    made = Proxy(s3_server)
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": made})) as server:
        made.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        bucket = Bucket(s3_server)
        bucket.empty()
        yield made
        server.shutdown()


class Bucket:
    """The bucket as another client sees it, past the proxy."""

    def __init__(self, server: tuple[str, int], name: str = BUCKET) -> None:
        url = f"http://{server[0]}:{server[1]}"
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self.name = name
        self.client: Any = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)

    def empty(self) -> None:
        self.client.create_bucket(Bucket=self.name)
        for key in self.listed():
            self.client.delete_object(Bucket=self.name, Key=key)

    def listed(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return sorted(one["Key"] for page in pages for one in page.get("Contents", ()))

    def pages(self) -> list[str]:
        """Return the keys of all that is not about publishing itself, below the target's prefix."""
        return [key.removeprefix("live/") for key in self.listed() if "/.policypages/" not in key]

    def get(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=f"live/{key}")["Body"].read())

    def head(self, key: str) -> dict[str, Any]:
        return dict(self.client.head_object(Bucket=self.name, Key=f"live/{key}"))

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"live/{key}", Body=data)

    def etags(self) -> dict[str, str]:
        return {key: self.head(key)["ETag"] for key in self.pages()}


SETTINGS: Final = """\
schema_version: 1
title: Test
targets:
  production:
    to: s3://{bucket}/live
    region: us-east-1
    endpoint: {url}
    purge: https://legal.example.org/
    encoding: {encoding}
"""
POLICY: Final = "title: {title}\nsections: [{clause}]\n"
CLAUSE: Final = "---\ntitle: About\n---\n{{{{ name }}}} {text}.\n"


@dataclass
class PublishedSite:
    """A site folder with a target behind the proxy, and the commands as they are typed."""

    root: Path
    proxy: Proxy
    encoding: str = "none"

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.proxy.server)

    def write(self, *, entities: int = 3) -> PublishedSite:
        """Write some sites with two policies each."""
        self.file(
            "policypages.yaml", SETTINGS.format(bucket=BUCKET, url=self.proxy.url, encoding=self.encoding)
        )
        for name in ("privacy", "cookies"):
            self.file(f"content/policies/{name}.yaml", POLICY.format(title=name.title(), clause=name))
            self.file(f"content/clauses/{name}.md", CLAUSE.format(text=f"says what it does about {name}"))
        for number in range(entities):
            self.file(
                f"content/entities/acme-{number}.yaml",
                f"name: Acme {number}\npolicies: {{privacy: {{}}, cookies: {{}}}}\n",
            )
        return self

    def file(self, path: str, text: str | None) -> None:
        place = self.root / path
        if text is None:
            place.unlink()
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(
            cli.cli, ["-C", str(self.root), *words], standalone_mode=False, catch_exceptions=False
        )

    def build(self) -> None:
        ran = self.run("build", "-j", "1")
        assert ran.return_value == 0, ran.stderr

    def publish(self, *words: str, target: str = "production") -> Result:
        """Publish, and forget what was asked of the proxy before."""
        self.proxy.asked.clear()
        return self.run("publish", target, *(words or ("--yes",)))

    def output(self) -> dict[str, bytes]:
        """Return what the output holds for readers."""
        out = self.root / "output"
        return {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in out.rglob("*")
            if path.is_file() and path.relative_to(out).parts[0][0] not in "._"
        }


@pytest.fixture
def site(tmp_path: Path, proxy: Proxy) -> PublishedSite:
    """Build three sites that are ready to be published."""
    made = PublishedSite(tmp_path / "site", proxy).write()
    made.build()
    return made


def said(ran: Result) -> str:
    """Return what a command said, on one line each."""
    return re.sub(r"\s+", " ", ran.stderr)
