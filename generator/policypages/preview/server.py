"""Serve the preview: bind a port of this machine alone, answer until a signal comes, and end at once."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import signal
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from policypages.preview.editor import Editor
from policypages.preview.handlers import ClientHandler, IndexHandler, PageHandler, Socket
from policypages.preview.live import Live, Wanted
from policypages.preview.overview import Overview
from policypages.preview.panel import InspectHandler, OpenHandler
from policypages.preview.preview import Preview, Voice
from policypages.preview.watch import Watcher

T = TypeVar("T")

LOOPBACK: Final = ("127.0.0.1", "::1")
_PORTS: Final = 100  # so many are tried when one is taken
_HEADERS: Final = 256 * 1024  # an address that is too long is answered, and not cut off
_SIGNAL: Final = 128  # what shells add to the number of a signal that ended a program
_NO_SUCH_FAMILY: Final = getattr(socket, "EAI_ADDRFAMILY", errno.EAFNOSUPPORT)
_IDLE: Final = 0.3  # seconds that the first page has before the index begins


@dataclass(frozen=True, slots=True)
class Place:
    """Where to serve: without `host` on this machine alone."""

    port: int = 8000
    host: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses to bind."""
        return LOOPBACK if self.host is None else (self.host,)

    @property
    def hosts(self) -> frozenset[str]:
        """The names beside localhost under which the server may be asked for."""
        if self.host is None:
            return frozenset()
        name = f"[{self.host}]" if ":" in self.host else self.host.lower()
        return frozenset({name, "*"}) if self.host in {"0.0.0.0", "::", ""} else frozenset({name})  # noqa: S104


def bind(place: Place) -> tuple[list[socket.socket], int]:
    """Bind the port, or the next one that is free; raise OSError where none is."""
    last: OSError | None = None
    for port in range(place.port, min(place.port + _PORTS, 65536)) if place.port else [0] * 10:
        try:
            return _bind(place.addresses, port)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            last = error
    raise last or OSError(errno.EADDRINUSE, "no port is free")


def _bind(addresses: Collection[str], port: int) -> tuple[list[socket.socket], int]:
    """Bind one port at each address that this machine has."""
    bound: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for address in addresses:
            try:
                found = bind_sockets(port, address)
            except OSError as error:
                if error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, _NO_SUCH_FAMILY}:
                    raise
                missing = error
                continue
            bound += found
            port = found[-1].getsockname()[1] if found else port
    except OSError:
        for one in bound:
            one.close()
        raise
    if not bound:
        raise missing or OSError(errno.EADDRNOTAVAIL, "there is no such address")
    return bound, port


def application(preview: Preview, hosts: Collection[str]) -> Application:
    """Make the application: our own few addresses, and all others are of sites."""
    known: dict[str, Any] = {"preview": preview, "hosts": hosts}
    return Application(
        [
            (r"/_preview/live", Socket, known),
            (r"/_preview/index", IndexHandler, known),
            (r"/_preview/inspect", InspectHandler, known),
            (r"/_preview/open", OpenHandler, known),
            (r"/_preview/([a-z.-]+)", ClientHandler, known),
            (r".*", PageHandler, known),
        ],
        log_function=lambda _: None,
        websocket_ping_interval=30,
    )


def serve(
    root: Path,
    place: Place,
    wanted: Wanted,
    voice: Voice,
    ready: Callable[[int, Live], int | None],
    *,
    editor: Editor,
) -> int:
    """Serve until a signal comes, and return the exit code; raise OSError where no port can be had.

    `ready` is told the port and what there is to show; an exit code from it ends all before it began.
    """
    for name in ("tornado.access", "tornado.general", "tornado.application", "watchdog", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    sockets, port = bind(place)
    try:
        return asyncio.run(
            _serve(root, place, wanted, voice, partial(ready, port), editor=editor, sockets=sockets)
        )
    finally:
        for one in sockets:
            one.close()


async def _serve(
    root: Path,
    place: Place,
    wanted: Wanted,
    voice: Voice,
    ready: Callable[[Live], int | None],
    *,
    editor: Editor,
    sockets: list[socket.socket],
) -> int:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        if not ended.done():
            ended.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end, number)
        except NotImplementedError:  # Windows: KeyboardInterrupt comes by itself
            break
    live = Live(root, wanted)
    overview = Overview(live)
    preview = Preview(live, voice, overview, editor)

    def from_thread(call: Callable[[T], None]) -> Callable[[T], None]:
        """Let a thread of the watch call what belongs to the loop."""

        def hand_on(value: T) -> None:
            with suppress(RuntimeError):  # the loop is closed: the server has ended
                loop.call_soon_threadsafe(call, value)

        return hand_on

    watcher = Watcher(
        root, from_thread(preview.heard), say=from_thread(voice.say), failed=from_thread(voice.bug)
    )
    server = HTTPServer(application(preview, place.hosts), max_header_size=_HEADERS)
    try:
        watcher.start()  # before the listing: what changes between the two is heard of
        gc.disable()  # a listing makes a hundred thousand things, and all of them stay
        live.open()
        gc.freeze()
        gc.enable()
        server.add_sockets(sockets)
        code = ready(live)
        if code is not None:
            return code
        preview.watch_also = watcher.watch_also
        preview.took()
        overview.begin(after=_IDLE)
        return _SIGNAL + await ended
    finally:
        server.stop()
        watcher.stop()
        overview.stop()
