"""Compress files for hosts, the same bytes each time, and read what a host sends compressed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import brotli

_GZIP: Final = 9
_ONCE: Final = 11  # for what all sites share, and one site has made for all others
_EACH: Final = 5
# no name, no time, and of an unknown system: Python's own heads differ with both (RFC 1952, 2.3)
_GZIP_HEAD: Final = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff"
_WINDOW: Final = 16 + zlib.MAX_WBITS  # zlib's way to ask for gzip
_PIECE: Final = 1 << 16
_TEXT: Final = (".html", ".css", ".js", ".json", ".svg", ".txt", ".webmanifest", ".xml")
VERSIONS: Final = f"brotli {brotli.__version__} {_EACH} {_ONCE}, zlib {zlib.ZLIB_RUNTIME_VERSION} {_GZIP}"
"""What the compressed bytes depend on beside the file itself."""


class DecodingError(ValueError):
    """Bytes that are not what their encoding says, or that hold more than was expected."""


def pays(path: str) -> bool:
    """Tell whether a file is of a kind that becomes smaller: pictures and fonts are compressed already."""
    return path.endswith(_TEXT)


def encoded(data: bytes, encoding: str) -> bytes:
    """Compress the bytes of one page."""
    return _compressed(data, encoding, _EACH)


@lru_cache(64)
def encoded_once(data: bytes, encoding: str) -> bytes:
    """Compress bytes that many sites have, as small as can be."""
    return _compressed(data, encoding, _ONCE)


def _compressed(data: bytes, encoding: str, quality: int) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(data, quality=quality, mode=brotli.MODE_TEXT))
    packed = zlib.compressobj(_GZIP, wbits=-zlib.MAX_WBITS)
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join([_GZIP_HEAD, packed.compress(data), packed.flush(), tail])


def decoded_digest(pieces: Iterable[bytes], encoding: str | None, *, most: int) -> tuple[int, str]:
    """Return size and SHA-256 in hex of what encoded bytes hold; of more than `most`, of a part of it.

    Raise DecodingError where they cannot be decoded. What is held is never in memory as a whole.
    """
    digest = hashlib.sha256()
    size = 0
    for piece in _decoded(pieces, encoding):
        size += len(piece)
        digest.update(piece)
        if size > most:
            break
    return size, digest.hexdigest()


def decoded(pieces: Iterable[bytes], encoding: str | None, *, most: int) -> bytes:
    """Return what encoded bytes hold; raise DecodingError where they cannot be decoded, or hold more."""
    held = bytearray()
    for piece in _decoded(pieces, encoding):
        held += piece
        if len(held) > most:
            msg = f"is larger than {most:,} bytes"
            raise DecodingError(msg)
    return bytes(held)


def _decoded(pieces: Iterable[bytes], encoding: str | None) -> Iterable[bytes]:
    match encoding:
        case None | "" | "identity":
            return pieces
        case "gzip" | "x-gzip":
            return _unzipped(pieces)
        case "br":
            return _unbrotlied(pieces)
    msg = f"is sent as `{encoding}`, which cannot be decoded"
    raise DecodingError(msg)


def _unzipped(pieces: Iterable[bytes]) -> Iterable[bytes]:
    reader = zlib.decompressobj(_WINDOW)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                yield reader.decompress(rest, _PIECE)
                rest = reader.unconsumed_tail
        yield reader.flush()
    except zlib.error as error:
        raise DecodingError from error
    if not reader.eof:
        raise DecodingError


def _unbrotlied(pieces: Iterable[bytes]) -> Iterable[bytes]:
    reader = brotli.Decompressor()
    try:
        for piece in pieces:
            made = reader.process(piece, output_buffer_limit=_PIECE)
            yield made
            while len(made) >= _PIECE and not reader.is_finished():  # it holds back what is more
                made = reader.process(b"", output_buffer_limit=_PIECE)
                yield made
    except brotli.error as error:
        raise DecodingError from error
    if not reader.is_finished():
        raise DecodingError
