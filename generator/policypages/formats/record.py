"""Write and read the record of a build, `build.json`: what a site was made with and from, and its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from policypages.headers import plain_path
from policypages.model import FileRecord
from policypages.paths import BUILD_RECORD, HOST_FILES, output_path

VERSION: Final = 1
MOST_BYTES: Final = 64_000_000
_quoted: Final = json.encoder.encode_basestring_ascii  # the function inside `json.dumps`, for a text
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Provenance(NamedTuple):
    """From what a build is made: git's id of the commit, if there is one, and the day it is for.

    `modified` tells that a source is not as that commit has it.
    """

    commit: str | None
    modified: bool
    as_of: date


class Content(NamedTuple):
    """What is in a file: its size in bytes, and its SHA-256 in hex."""

    size: int
    sha256: str


class Record(NamedTuple):
    """A record as it was read; paths are below the folder of the site.

    `files` are what a host sends; `host_files` tell the host how. `released` has for each page that
    shows a release the version of it, and `moved` for each page at an old address where that leads:
    some hosts send readers there by themselves.
    """

    commit: str | None
    modified: bool
    as_of: str
    made_with: Mapping[str, str]
    theme: str
    released: Mapping[str, str]
    moved: Mapping[str, str]
    files: Mapping[str, Content]
    host_files: Mapping[str, Content]


def head(provenance: Provenance, *, made_with: Mapping[str, str], theme: str) -> str:
    """Write what the records of all sites of a build begin with."""
    values: dict[str, object] = {
        "policypages": "build",
        "version": VERSION,
        "commit": provenance.commit,
        "modified": provenance.modified,
        "as_of": provenance.as_of.isoformat(),
        "made_with": dict(sorted(made_with.items())),
        "theme": theme,
    }
    return json.dumps(values, indent=2).removesuffix("\n}")


def write(
    begun: str, files: Iterable[FileRecord], released: Iterable[Sequence[str]], moved: Mapping[str, str]
) -> bytes:
    """Write the record of one site: what `head` began, its files, and (path, version) of released pages.

    `moved` has where the pages at old addresses lead, by path.

    A file that holds another one compressed is left out: other machines compress otherwise, and what
    is in it is known. By hand, since `json.dumps` takes ten times as long, and there is one for each site.
    """
    known = {path.partition("/")[2]: (size, sha256) for path, size, sha256 in files}
    sent: list[str] = []
    told: list[str] = []
    leads: list[str] = []
    for path in sorted(known):
        plain, encoding = plain_path(path)
        if path == BUILD_RECORD or (encoding is not None and plain in known):
            continue
        size, sha256 = known[path]
        line = f'    {_quoted(path)}: {{"size": {size}, "sha256": "{sha256}"}}'
        (told if path in HOST_FILES else sent).append(line)
        if path in moved:
            leads.append(f"    {_quoted(path)}: {_quoted(moved[path])}")
    pages = [f"    {_quoted(path)}: {_quoted(version)}" for path, version in sorted(map(tuple, released))]
    parts = [
        begun,
        f'  "released": {_mapping(pages)}',
        f'  "moved": {_mapping(leads)}',
        f'  "files": {_mapping(sent)}',
        f'  "host_files": {_mapping(told)}',
    ]
    return (",\n".join(parts) + "\n}\n").encode()


def _mapping(lines: list[str]) -> str:
    return "{\n" + ",\n".join(lines) + "\n  }" if lines else "{}"


def read(data: bytes) -> Record | str:
    """Read a record from anywhere, or say what is wrong with it: nothing of it is believed unseen."""
    if len(data) > MOST_BYTES:
        return f"is larger than {MOST_BYTES:,} bytes"
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(values, dict) or values.get("policypages") != "build":
        return "is no record of a build of policypages"
    if values.get("version") != VERSION:
        return "is of another version of policypages"
    try:
        return Record(
            commit=None if values["commit"] is None else _text(values["commit"]),
            modified=values["modified"] is True,
            as_of=_text(values["as_of"]),
            made_with=_texts(values["made_with"]),
            theme=_text(values["theme"]),
            released=_texts(values["released"]),
            moved=_texts(values["moved"]),
            files=dict(map(_file, values["files"].items())),
            host_files=dict(map(_file, values["host_files"].items())),
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        return "is not as policypages writes it"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError
    return value


def _texts(values: Any) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in values.items()}


def _file(item: tuple[str, Any]) -> tuple[str, Content]:
    path, value = item
    size, sha256 = value["size"], value["sha256"]
    # a path leads below the site's folder, whoever wrote the record
    if output_path("site", path) != f"site/{path}" or type(size) is not int or size < 0:
        raise ValueError
    if not _SHA256.fullmatch(sha256):
        raise ValueError
    return path, Content(size, sha256)
