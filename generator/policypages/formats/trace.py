"""Read and write the trace: what each file was made from, to say later why it is not up to date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

_quoted: Final = json.encoder.encode_basestring_ascii  # the function inside `json.dumps`, for a text


def line_of(folder: str, files: Iterable[tuple[str, str]]) -> str:
    """Write the marks of the files of one folder, by their paths below it, as a line."""
    pairs = ",".join([f'{_quoted(path)}:"{marks}"' for path, marks in files])  # marks are hex digits
    return f"[{_quoted(folder)},{{{pairs}}}]"


def decode(data: bytes | None) -> dict[str, Mapping[str, str]]:
    """Read marks by folder, and by path below it; of two lines the later holds, a torn one is passed over."""
    out: dict[str, Mapping[str, str]] = {}
    for line in (data or b"").splitlines():
        try:
            folder, files = json.loads(line)
            out[folder] = {str(path): str(marks) for path, marks in files.items()}
        except (ValueError, TypeError, AttributeError):
            continue
    return out
