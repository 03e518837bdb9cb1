"""Find where an address on a page leads: to which file of its site, or out of it."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

_MANY: Final = 4096
_NO_HOST: Final = "https://site.invalid/"
_WEB: Final = ("http", "https", "")
_ELSEWHERE: Final = ("mailto:", "tel:", "data:")
_INDEX: Final = "index.html"


class Lead(NamedTuple):
    """Where an address leads inside a site: a path below its folder as written, and a fragment, if any."""

    path: str
    fragment: str


class Folder:
    """The folder of a site on the web; without `url` it is taken to be all of its host.

    `files` are the paths of all files of the site.
    """

    def __init__(self, url: str | None, files: frozenset[str]) -> None:
        parts = urlsplit(url or _NO_HOST)
        self._host = parts.netloc.lower()
        self._way = parts.path.rstrip("/") + "/"
        self._url = f"https://{self._host}{self._way}"
        self.files = files

    @property
    def is_whole_host(self) -> bool:
        """Tell whether the folder begins at the root of its host."""
        return self._way == "/"

    def lead(self, start: str, address: str) -> Lead | None:
        """Return where an address on a page leads; None for what is no page or file of this site."""
        if address.startswith(_ELSEWHERE):
            return None
        return _below(start, address) or self._from_root(start, address)

    def _from_root(self, start: str, address: str) -> Lead | None:
        try:
            full = urlsplit(urljoin(self._url + _shown(start), address))
        except ValueError:  # an address that no browser could read, such as `http://[x`
            return None
        if full.scheme not in _WEB or full.netloc.lower() != self._host:
            return None
        way = full.path or "/"
        if f"{way}/" == self._way:
            way = self._way
        if not way.startswith(self._way):
            return None
        return Lead(unquote(way[len(self._way) :]), _fragment(full.fragment))

    def file(self, lead: Lead) -> str | None:
        """Return the file that a server sends for an address, None where there is none."""
        path = lead.path
        if not path or path.endswith("/"):
            path += _INDEX
        elif path not in self.files:
            path += f"/{_INDEX}"  # a server sends a reader on to the folder
        return path if path in self.files else None


@lru_cache(_MANY)
def _below(start: str, address: str) -> Lead | None:
    """Follow a relative address that stays inside the folder, as most do; None for any other."""
    way, _, fragment = address.strip().partition("#")
    way = way.partition("?")[0]
    if not way:
        return Lead(start, _fragment(fragment))
    if way.startswith("/") or ":" in way.partition("/")[0]:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(start), way))
    if path.startswith(".."):
        return None
    path = "" if path == "." else path
    if path and (way.endswith(("/", "/.", "/..")) or way in {".", ".."}):
        path += "/"
    return Lead(unquote(path.lstrip("/")), _fragment(fragment))


def _fragment(fragment: str) -> str:
    """Return the anchor that a fragment names; what stands behind `:~:` is for the browser alone."""
    return unquote(fragment.partition(":~:")[0])


def _shown(path: str) -> str:
    return path.removesuffix(_INDEX) if path == _INDEX or path.endswith(f"/{_INDEX}") else path


def address_of(start: str, path: str) -> str:
    """Write the address of one file as a page at another would, without `index.html`."""
    address = posixpath.relpath(_shown(path) or ".", posixpath.dirname(start) or ".")
    is_folder = _shown(path) != path
    return f"{address}/" if is_folder else address


def name_of(path: str) -> str:
    """Name a page by its folder: `privacy/`; the list of policies is `/`."""
    return _shown(path) or "/"
