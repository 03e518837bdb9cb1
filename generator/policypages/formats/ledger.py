"""Read and write ledgers: plain YAML of one fixed form, which only `policypages release` writes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise, zip_longest
from typing import Any, Final

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.model import LedgerLine, PageId, PageRelease, Release, Releases

HEAD: Final = "# Written by `policypages release`. Never edit it: `policypages check` finds every change.\n"
_SHA: Final = "[0-9a-f]{64}"
_ID: Final = r"[A-Za-z0-9/-]+"
_PAGE: Final = re.compile(
    rf"  - \{{entity: ({_ID}), policy: ({_ID}), locale: ({_ID}), path: ({_ID}),"
    rf" article: ({_SHA}), text: ({_SHA}), after: \[((?:{_SHA}(?:, {_SHA})*)?)\]\}}"
)
_VERSION: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.([2-9]|[1-9]\d+))?", re.ASCII)
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "version": (str,),
    "effective": (str,),
    "summary": (str,),
    "material": (bool,),
    "approved_by": (str, type(None)),
    "source": (str, type(None)),
}
_KEYS: Final = tuple(_TYPES)
_FIRST: Final = len(_KEYS) + 3  # the line of the first page


def version_day(version: str) -> date | None:
    """Return the day of a version; None where it is none."""
    match = _VERSION.fullmatch(version)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def version_key(version: str) -> tuple[str, int]:
    """Return what versions are sorted by: the day, then the number of the act on that day."""
    day, _, number = version.partition(".")
    return day, int(number or 1)


def encode(
    *,
    version: str,
    effective: date,
    summary: str,
    material: bool,
    approved_by: str | None,
    source: str | None,
    lines: Sequence[LedgerLine],
) -> bytes:
    """Write a ledger; texts are quoted as JSON has them, which is YAML, too."""
    values: dict[str, Any] = {
        "version": version,
        "effective": effective.isoformat(),
        "summary": summary,
        "material": material,
        "approved_by": approved_by,
        "source": source,
    }
    out = [HEAD]
    out += [f"{key}: {json.dumps(values[key], ensure_ascii=False)}\n" for key in _KEYS]
    out.append("pages:\n")
    for (entity, policy, locale), path, article, text, after in sorted(lines):
        out.append(
            f"  - {{entity: {entity}, policy: {policy}, locale: {locale}, path: {path},"
            f" article: {article}, text: {text}, after: [{', '.join(after)}]}}\n"
        )
    return "".join(out).encode()


class _ChangedError(Exception):
    """A line is not as we write it."""

    def __init__(self, line: int) -> None:
        self.line = line


def decode(file: str, data: bytes) -> tuple[Release | None, list[Diagnostic]]:
    """Read a ledger; what is not of its one form was changed by somebody."""
    try:
        rows = data.decode().split("\n")
        values = _values(rows)
        lines = [_line(row, number) for number, row in enumerate(rows[_FIRST - 1 : -1], _FIRST)]
        _insist_sorted(lines)
    except (UnicodeDecodeError, _ChangedError) as error:
        line = error.line if isinstance(error, _ChangedError) else 1
        hint = "only `policypages release` writes ledgers: bring back the file that git has"
        span = Span(file, line)
        return None, [problem("release-changed", "the ledger is not as it was written", span, hint=hint)]
    return Release(file=file, digest=hashlib.sha256(data).hexdigest(), lines=tuple(lines), **values), []


def _insist_sorted(lines: Sequence[LedgerLine]) -> None:
    for number, (one, two) in enumerate(pairwise(lines), _FIRST + 1):
        if one > two:
            raise _ChangedError(number)


def _values(rows: Sequence[str]) -> dict[str, Any]:
    """Read what stands above the pages."""
    values: dict[str, Any] = {}
    wanted = [HEAD.rstrip(), *_KEYS, "pages:"]
    for number, (row, key) in enumerate(zip_longest(rows[: len(wanted)], wanted), 1):
        if key in _KEYS:
            values[key] = _value(row or "", str(key), number)
        elif row != key:
            raise _ChangedError(number)
    if rows[-1]:
        raise _ChangedError(len(rows))
    values["day"] = version_day(str(values["version"]))
    if values["day"] is None:
        raise _ChangedError(_KEYS.index("version") + 2)
    return values


def _value(row: str, key: str, number: int) -> Any:
    """Read one value; written again it must be the same row."""
    try:
        value = json.loads(row.removeprefix(f"{key}: "))
        if row != f"{key}: {json.dumps(value, ensure_ascii=False)}" or type(value) not in _TYPES[key]:
            raise _ChangedError(number)
        return date.fromisoformat(value) if key == "effective" else value
    except ValueError:
        raise _ChangedError(number) from None


def _line(row: str, number: int) -> LedgerLine:
    match = _PAGE.fullmatch(row)
    if match is None:
        raise _ChangedError(number)
    page: PageId = (match[1], match[2], match[3])
    return LedgerLine(page, match[4], match[5], match[6], tuple(filter(None, match[7].split(", "))))


def history_of(releases: Releases, page: PageId, formerly: Sequence[PageId]) -> tuple[PageRelease, ...]:
    """Return what was released of a page, the first first: under its former ids, too."""
    history = releases.get(page, ())
    if not formerly:
        return history
    every = [*history, *(one for other in formerly for one in releases.get(other, ()))]
    return tuple(sorted(every, key=lambda one: version_key(one.release.version)))
