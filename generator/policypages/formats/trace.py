"""Read and write the trace: what each file was made from, to say later why it is not up to date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping


def line_of(folder: str, files: Iterable[tuple[str, str]]) -> str:
    """Write the marks of the files of one folder as a line."""
    return json.dumps([folder, dict(files)], separators=(",", ":"))


def decode(data: bytes | None) -> dict[str, Mapping[str, str]]:
    """Read marks by folder and path; the later line of a folder holds, and a torn one is passed over."""
    out: dict[str, Mapping[str, str]] = {}
    for line in (data or b"").splitlines():
        try:
            folder, files = json.loads(line)
            out[folder] = {str(path): str(marks) for path, marks in files.items()}
        except (ValueError, TypeError, AttributeError):
            continue
    return out
