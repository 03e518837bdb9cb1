"""Answer requests: pages of sites, the overview and its data, our own files, and the socket of each page."""

from __future__ import annotations

import ipaddress
import json
import mimetypes
import os
from collections.abc import Collection
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from policypages.headers import HEADERS, POLICY
from policypages.preview import addresses, element
from policypages.preview.addresses import Host
from policypages.preview.live import PAGE, Shown
from policypages.preview.preview import OVERVIEW, Preview

_TYPES: Final = mimetypes.MimeTypes()  # the built-in ones: no file of this machine changes them
for _ending, _type in (("woff2", "font/woff2"), ("webp", "image/webp"), ("xml", "application/xml")):
    _TYPES.add_type(_type, f".{_ending}")
_TEXTS: Final = ("text/", "application/json", "application/xml", "application/javascript", "image/svg")
CLIENT: Final = {
    file.name: file.read_bytes()
    for file in files("policypages.preview").joinpath("client").iterdir()
    if file.is_file()
}
"""Our own files for the browser, by name: they are few and small."""


class Guarded:
    """What all handlers have in common: which hosts are ours, and the headers of an answer."""

    request: HTTPServerRequest
    host: Host
    preview: Preview
    hosts: Collection[str]

    def initialize(self, preview: Preview, hosts: Collection[str] = ()) -> None:
        """Take what all handlers work on."""
        self.preview = preview
        self.hosts = hosts

    def guard(self) -> tuple[int, str] | None:
        """Return why a request is refused, as status and words."""
        given = self.request.headers.get_list("Host")
        host = addresses.read_host(given[0], self.hosts) if len(given) == 1 else None
        if host is None:
            return 403, "this preview answers on localhost alone"
        self.host = host
        if len(self.request.uri or "") > addresses.MAX_ADDRESS:
            return 414, "the address is too long"
        acts = self.request.method not in {"GET", "HEAD"} or _is_socket(self.request)
        if acts and not addresses.same_origin(self.request.headers.get("Origin"), host.text):
            return 403, "only pages of this preview may ask for this"
        return None


def is_here(request: HTTPServerRequest) -> bool:
    """Tell whether a client is on this machine, where the files and the editor are."""
    try:
        return ipaddress.ip_address((request.remote_ip or "").partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_socket(request: HTTPServerRequest) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


class Handler(Guarded, RequestHandler):
    """A request for something that is read."""

    def prepare(self) -> None:
        """Refuse what does not come from here."""
        refused = self.guard()
        if refused is not None:
            self.refuse(*refused)

    def set_default_headers(self) -> None:
        """Send the site's own headers, with room for the preview's own script and socket."""
        self.clear_header("Server")
        given = self.request.headers.get("Host", "")
        ours = addresses.read_host(given, getattr(self, "hosts", ()))
        socket = f" ws://{ours.text}" if ours is not None else ""
        policy = {**POLICY, "script-src": "'self'", "connect-src": f"'self'{socket}"}
        headers = {
            **HEADERS,
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.set_header(name, value)

    def compute_etag(self) -> str | None:
        """Let nothing be kept: what is shown is of now."""
        return None

    def refuse(self, status: int, why: str) -> None:
        """Answer that there is nothing here, in plain words."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status}: {why}\n")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what went wrong with ourselves, without a trace of this machine."""
        self.refuse(status_code, "see the terminal" if status_code >= 500 else "this cannot be answered")  # noqa: PLR2004

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Report what went wrong with ourselves."""
        del typ, tb
        if isinstance(value, Exception) and not isinstance(value, HTTPError):
            self.preview.voice.bug(value)

    def send(self, data: bytes, name: str, status: int = 200) -> None:
        """Send bytes as what their name says they are."""
        kind = _TYPES.guess_type(name)[0] or "application/octet-stream"
        self.set_status(status)
        self.set_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith(_TEXTS) else kind)
        self.finish(data)

    def send_json(self, told: dict[str, Any]) -> None:
        """Send data."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(told))

    def number(self, name: str, default: int) -> int:
        """Return a number of the query, at least nought."""
        given = self.get_query_argument(name, str(default))
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else default  # noqa: PLR2004


class ClientHandler(Handler):
    """Our own files for the browser."""

    def get(self, name: str) -> None:
        """Send one of them."""
        data = CLIENT.get(name)
        if data is None:
            self.refuse(404, "there is no such file")
        else:
            self.send(data, name)

    head = get


class IndexHandler(Handler):
    """The data of the overview, in parts."""

    def get(self) -> None:
        """Send the sites `from` … of those that `q` is found in, or that use what `uses` names."""
        start, count = self.number("from", 0), self.number("count", 100)
        uses = self.get_query_argument("uses", "")
        overview = self.preview.overview
        told = (
            overview.users(uses, start, count)
            if uses
            else overview.part(start, count, self.get_query_argument("q", ""))
        )
        self.send_json({"state": self.preview.number, **told})


class PageHandler(Handler):
    """The files of sites, by path or by host."""

    def get(self) -> None:
        """Send what stands at an address."""
        path = addresses.read_path(self.request.uri or "")
        if path is None:
            self.refuse(400, "this is no address of a page")
            return
        if self.host.entity is not None:
            path = f"/{self.host.entity}{path}"
        elif path == "/":
            self.redirect("/_overview/")
            return
        elif path == "/_overview/":
            self._overview()
            return
        file = path[1:] + (PAGE if path.endswith("/") else "")
        shown = self.preview.show(file)
        if not shown.found and shown.data is None:
            self._missing(file)
        elif file.endswith(".html"):
            self._page(file, shown)
        elif shown.data is not None:
            # a page that is the last good one has the assets of its time
            self.send(shown.data, file)
        else:
            self.refuse(500, "see the terminal")

    head = get

    def _page(self, file: str, shown: Shown) -> None:
        told = self._told(file, shown)
        if shown.data is not None:
            self.send(element.with_element(shown.data, told), file, 200 if shown.found else 404)
            return
        title = f"{file.removesuffix(PAGE)} cannot be shown yet"
        self.send(element.notice(title, told["text"], told, home=self._home()), file, 500)

    def _missing(self, file: str) -> None:
        """Say that there is no such page: in the site's own words, where it has some."""
        id_ = file.partition("/")[0]
        if not file.endswith(PAGE) and self.preview.live.show(f"{file}/{PAGE}").found:
            self.redirect(quote(file.rpartition("/")[2]) + "/")
            return
        shown = self.preview.show(f"{id_}/404.html")
        told = self._told(file, Shown(None, (), bad=True, found=False))
        if shown.data is not None:
            self.send(element.with_element(shown.data, told), "404.html", 404)
            return
        live = self.preview.live
        if live.shows(id_):
            why = f"The site {id_} has no such page."
        elif id_ in live.entities:
            why = f"The entity {id_} is not one of those that --entity names."
        else:
            why = f"There is no entity {id_}."
        self.send(element.notice("There is nothing here", why, told, home=self._home()), "404.html", 404)

    def _overview(self) -> None:
        told = self._told(OVERVIEW, Shown(None, (), bad=False, found=True))
        self.send(element.with_element(CLIENT["overview.html"], {**told, "entity": ""}), "overview.html")

    def _home(self) -> str:
        """Return the address of the overview, which no site's own name has."""
        if self.host.entity is None:
            return "/_overview/"
        return f"http://{self.host.text.removeprefix(self.host.entity + '.')}/_overview/"

    def _told(self, file: str, shown: Shown) -> dict[str, Any]:
        """Return what a page is told; of the editor and its folder only who is on this machine hears."""
        live = self.preview.live
        editor = self.preview.editor.told(os.path.realpath(live.root)) if is_here(self.request) else None
        mode = {"drafts": live.wanted.drafts, "day": str(live.wanted.as_of or "")}
        return {**self.preview.told(file, shown), "editor": editor, "mode": mode}


class Socket(Guarded, WebSocketHandler):
    """The line to one open page."""

    path = ""
    made = ""
    told = ""

    def prepare(self) -> None:
        """Refuse what does not come from a page of ours."""
        refused = self.guard()
        if refused is not None or not _is_socket(self.request):
            self.set_status(refused[0] if refused is not None else 400)
            self.finish("refused\n")

    def check_origin(self, origin: str) -> bool:
        """Let in pages of ours."""
        return addresses.same_origin(origin, self.host.text)

    def open(self, *_: str, **__: str) -> None:
        """Take in the page, which says what it is: its path, and which bytes of it are shown."""
        path = addresses.read_path(quote(self.get_query_argument("path", "/")))
        if path is None:
            self.close(1008, "no address of a page")
            return
        if self.host.entity is not None:
            path = f"/{self.host.entity}{path}"
        self.path = path[1:] + (PAGE if path.endswith("/") else "")
        self.made = self.get_query_argument("made", "")
        # a page that shows problems is told when there are none any more, though it was not told of them here
        self.told = self.get_query_argument("wrong", "")
        self.preview.join(self)

    def on_message(self, message: str | bytes) -> None:
        """Pages have nothing to say here."""

    def on_close(self) -> None:
        """Forget the page."""
        self.preview.leave(self)

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; a page that is gone does not get it."""
        try:
            self.write_message(json.dumps(message))
        except WebSocketClosedError:
            self.preview.leave(self)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Report what went wrong with ourselves."""
        del typ, tb
        if isinstance(value, Exception):
            self.preview.voice.bug(value)
