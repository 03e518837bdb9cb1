"""Compress what is sent, where a target asks for it; the same bytes for the same file, at any time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from typing import Final

import brotli

from policypages.publish.address import Encoding

_TEXT: Final = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")


def encodes(headers: Mapping[str, str], encoding: Encoding) -> bool:
    """Tell whether a file with these headers is sent compressed: texts are, pictures are already."""
    kind = headers.get("Content-Type", "")
    return encoding != "none" and "Content-Encoding" not in headers and kind.startswith(_TEXT)


def compress(data: bytes, encoding: Encoding) -> bytes:
    """Compress as a reader's program will undo it."""
    if encoding == "br":
        return bytes(brotli.compress(data, mode=brotli.MODE_TEXT))
    return gzip.compress(data, mtime=0)


def decompress(data: bytes, encoding: str) -> bytes | None:
    """Undo `compress`; None where the bytes are not what the name says."""
    try:
        if encoding == "br":
            return bytes(brotli.decompress(data))
        return gzip.decompress(data) if encoding == "gzip" else data
    except (brotli.error, OSError, EOFError, zlib.error):
        return None
