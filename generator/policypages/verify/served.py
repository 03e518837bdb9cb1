"""Read the files of a site from where it is served, as a browser gets them, and few at a time."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final
from urllib.error import URLError
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from policypages import __version__
from policypages.formats.encoding import DecodingError, decoded, decoded_digest
from policypages.formats.record import MOST_BYTES, Content, Record
from policypages.paths import BUILD_RECORD
from policypages.verify.comparing import Found, Outcome

_AGENT: Final = f"policypages/{__version__} (verifies what a site serves)"
_ENCODINGS: Final = "br, gzip"
_AT_ONCE: Final = 4
_TIMEOUT: Final = 20.0
_IN_ALL: Final = 120.0  # seconds for one file: a host that sends a byte now and then comes to an end
_MOST_HOPS: Final = 5
_PIECE: Final = 1 << 16
_OK: Final = 200
_NOT_FOUND: Final = (404, 410)
_ELSEWHERE: Final = (301, 302, 303, 307, 308)
_GARBLED: Final = "cannot be decoded as the host says"
_MISSING: Final = "404.html"


class ServedError(Exception):
    """A file cannot be had; `missing` tells that the host says so of the file itself."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


class Served:
    """A site at an address: that of the folder in which its `build.json` and its pages are."""

    has_host_files = False

    def __init__(self, address: str, *, timeout: float = _TIMEOUT, in_all: float = _IN_ALL) -> None:
        """Take the address; a redirect to another host is not followed, since that is another site."""
        self.address = address.removesuffix(BUILD_RECORD).rstrip("/") + "/"
        self._timeout = timeout
        self._in_all = in_all
        self._opener = OpenerDirector()
        for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(context=ssl.create_default_context())):
            self._opener.add_handler(handler)

    def record(self) -> bytes:
        """Return the site's own record; raise ServedError where there is none."""
        response = self._get(BUILD_RECORD)
        assert response is not None  # noqa: S101 - it leads nowhere
        with response:
            try:
                return decoded(self._pieces(response), _encoding_of(response), most=MOST_BYTES)
            except DecodingError as error:
                raise ServedError(str(error) or _GARBLED) from error
            except (OSError, http.client.HTTPException) as error:
                raise ServedError(_words(error, self._timeout)) from error

    def look(self, files: Mapping[str, Content], moved: Mapping[str, str]) -> Iterator[tuple[str, Found]]:
        """Ask for each file, few at a time; what a page at an old address says, a redirect may say."""
        threads = ThreadPoolExecutor(_AT_ONCE)
        try:
            asked = {
                threads.submit(self._find, path, wanted, moved.get(path)): path
                for path, wanted in files.items()
            }
            for one in as_completed(asked):
                yield asked[one], one.result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def others(self, record: Record) -> Iterator[Outcome]:  # noqa: ARG002 - as of all places
        """Find nothing: a host does not say what else it has."""
        return iter(())

    def _find(self, path: str, wanted: Content, target: str | None) -> Found:
        if wanted.size > MOST_BYTES:  # whoever wrote that wants us to unpack without end
            return Found(None, f"is not asked for: by the record it has more than {MOST_BYTES:,} bytes")
        try:
            response = self._get(path, target)
            if response is None:
                return Found(wanted)
            with response:
                pieces = self._pieces(response)
                return Found(Content(*decoded_digest(pieces, _encoding_of(response), most=wanted.size)))
        except ServedError as error:
            return Found(None, str(error), missing=error.missing)
        except DecodingError as error:
            return Found(None, str(error) or _GARBLED)
        except (OSError, http.client.HTTPException) as error:
            return Found(None, _words(error, self._timeout))

    def _get(self, path: str, target: str | None = None) -> http.client.HTTPResponse | None:
        """Ask for a file by the address that readers know, and follow where this host leads.

        None where that is the target of an old address.
        """
        clean = path.removesuffix("index.html") if f"/{path}".endswith("/index.html") else path
        at = self.address + quote(clean)
        for _ in range(_MOST_HOPS):
            try:
                response = self._open(at, plain=path == BUILD_RECORD)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise ServedError(_words(error, self._timeout)) from error
            status, location = response.status, response.headers["Location"]
            # the page for what is not there may be sent as such
            if status == _OK or (path == _MISSING and status in _NOT_FOUND):
                return response
            response.close()
            if status not in _ELSEWHERE or location is None:
                said = f"is not there: the host answers {status} {response.reason}".rstrip()
                raise ServedError(said, missing=status in _NOT_FOUND)
            onward = urljoin(at, location)
            # hosts write some characters as escapes, and it is the same address
            if target is not None and unquote(onward) == unquote(urljoin(self.address, target)):
                return None
            if urlsplit(onward)[:2] != urlsplit(at)[:2]:
                msg = f"is not there: the host leads on to `{onward}`"
                raise ServedError(msg)
            at = onward
        msg = f"is not there: the host leads on more than {_MOST_HOPS} times"
        raise ServedError(msg)

    def _open(self, address: str, *, plain: bool) -> http.client.HTTPResponse:
        headers = {
            "User-Agent": _AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity" if plain else _ENCODINGS,
            # what a cache on the way still has is not what stands there
            "Cache-Control": "no-cache",
        }
        request = Request(address, headers=headers)  # noqa: S310 - the command lets http and https through alone
        try:
            response: http.client.HTTPResponse = self._opener.open(request, timeout=self._timeout)
        except URLError as error:
            if isinstance(error.reason, OSError):
                raise error.reason from error
            raise
        return response

    def _pieces(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        """Read an answer piece by piece; one without end comes to one."""
        until, size = time.monotonic() + self._in_all, 0
        while piece := response.read1(_PIECE):
            size += len(piece)
            if time.monotonic() > until:
                msg = f"did not come to an end within {self._in_all:g} seconds"
                raise ServedError(msg)
            if size > MOST_BYTES:
                msg = f"is larger than {MOST_BYTES:,} bytes"
                raise ServedError(msg)
            yield piece
        if response.length:
            msg = f"was cut short: {response.length:,} bytes are missing"
            raise ServedError(msg)


def _encoding_of(response: http.client.HTTPResponse) -> str:
    return (response.headers["Content-Encoding"] or "").strip().lower()


def _words(error: Exception, timeout: float) -> str:
    match error:
        case socket.gaierror():
            return "cannot be asked for: there is no such host"
        case ssl.SSLCertVerificationError():
            return f"cannot be asked for: the host has no certificate to trust ({error.verify_message})"
        case TimeoutError():
            return f"was not sent within {timeout:g} seconds"
        case ConnectionRefusedError():
            return "cannot be asked for: the host refuses"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot be asked for: {text[:1].lower()}{text[1:]}"
