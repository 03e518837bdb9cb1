"""Read what a client asks for: which hosts are ours, which origins, and which path is meant."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

MAX_ADDRESS: Final = 4096
_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ENTITY: Final = re.compile(r"([a-z0-9-]+)\.localhost")
_PERCENT: Final = re.compile(r"%(?![0-9a-fA-F]{2})")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Host(NamedTuple):
    """A host that is ours: `text` as the client wrote it, and the entity that it names, if any."""

    text: str
    entity: str | None


def read_host(header: str | None, others: Collection[str] = ()) -> Host | None:
    """Return the host that a client asked; None for one that is not ours.

    A page elsewhere can point a name of its own at this machine, and then read what is here:
    https://en.wikipedia.org/wiki/DNS_rebinding. So names are known ones; `others` are more of them,
    and `*` among them lets in any address in numbers, which cannot be pointed elsewhere.
    """
    match = _HOST.fullmatch((header or "").lower())
    if match is None:
        return None
    name = match["name"]
    if name in _LOCAL or name in others:
        return Host(match[0], None)
    entity = _ENTITY.fullmatch(name)
    if entity is not None:
        return Host(match[0], entity[1])
    return Host(match[0], None) if "*" in others and _is_number(name) else None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def same_origin(origin: str | None, host: str) -> bool:
    """Tell whether a request comes from a page of ours: its origin is the host that it asks."""
    if not origin:
        return False
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    return parts.scheme == "http" and parts.netloc == host and not parts.path


def read_path(target: str) -> str | None:
    """Return the path of a request, decoded; None for one that no page of ours ever asks for."""
    raw = target.partition("?")[0]
    if len(target) > MAX_ADDRESS or not raw.startswith("/") or _PERCENT.search(raw):
        return None
    if not raw.isascii() or "%2f" in raw.lower():
        return None
    try:
        path = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return None
    if "\\" in path or "%" in path or "//" in path or _CONTROL.search(path):
        return None
    return None if any(part in {".", ".."} for part in path.split("/")) else path
