"""Turn offsets in a clause's body, edits applied, into lines and columns of its file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from policypages.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a body stands: its file, the line it begins on, and which stretches edits replaced.

    `edits` are (start, length before, length after) in the offsets of the body after all edits.
    """

    file: str
    line: int
    original: str
    edits: tuple[tuple[int, int, int], ...] = ()
    _starts: list[int] = field(default_factory=list, compare=False, repr=False)

    def span(self, offset: int, length: int = 1) -> Span:
        """Return the place of a stretch of the body."""
        if not self._starts:
            self._starts.append(0)
            self._starts.extend(i + 1 for i, char in enumerate(self.original) if char == "\n")
        at = self._before_edits(offset)
        row = bisect_right(self._starts, at) - 1
        width = length
        newline = self.original.find("\n", at)
        if newline >= 0:
            width = max(1, min(length, newline - at))
        return Span(self.file, self.line + row, at - self._starts[row] + 1, width)

    def _before_edits(self, offset: int) -> int:
        shift = 0
        for start, before, after in self.edits:
            if offset >= start + after:
                shift += before - after
            elif offset > start:
                return min(start + shift + min(offset - start, max(0, before - 1)), len(self.original))
        return min(offset + shift, len(self.original))


def apply_edits(
    body: str, edits: Mapping[str, str]
) -> tuple[str, tuple[tuple[int, int, int], ...], list[str]]:
    """Replace each `old` by its `new`, white space folded; `old` must fit the body exactly once.

    Returns the new body, where it changed (for Place), and for each edit that does not fit a
    sentence that says why.
    """
    spots: list[tuple[int, int, str]] = []
    misfits: list[str] = []
    for old, new in edits.items():
        words = old.split()
        if not words:
            misfits.append("an edit has no text to look for")
            continue
        fits = list(re.finditer(r"\s+".join(map(re.escape, words)), body))
        if len(fits) == 1:
            spots.append((fits[0].start(), fits[0].end(), new))
        elif fits:
            misfits.append(f"the edit `{old}` fits {len(fits)} times, and must fit exactly once")
        else:
            misfits.append(f"the edit `{old}` fits nowhere in the clause")
    spots.sort()
    for (_, end, _), (start, _, new) in pairwise(spots):
        if start < end:
            misfits.append(f"the edit to `{new}` overlaps another edit")
    if misfits:
        return body, (), misfits
    out: list[str] = []
    changed: list[tuple[int, int, int]] = []
    at = size = 0
    for start, end, new in spots:
        out += [body[at:start], new]
        size += start - at
        changed.append((size, end - start, len(new)))
        size += len(new)
        at = end
    out.append(body[at:])
    return "".join(out), tuple(changed), []
