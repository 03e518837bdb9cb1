"""Values that facts may hold beyond text, numbers and dates, and the rule for ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

Unit = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as a person states it: `Duration(7, "year")` is seven years, not so many days."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        """Write it as it stands in a facts file: `7 years`, `1 day`."""
        return f"{self.count} {self.unit}" if self.count == 1 else f"{self.count} {self.unit}s"


class Worded(dict[str, Any]):
    """A fact with parts that is also text of its own, such as a duration in the words of a locale."""

    __slots__ = ("words",)

    def __init__(self, words: str, parts: Mapping[str, Any]) -> None:
        super().__init__(parts)
        self.words = words

    def __repr__(self) -> str:
        """Write all that it holds: keys of pages are made from this."""
        return f"Worded({self.words!r}, {super().__repr__()})"

    def __str__(self) -> str:
        """Write it in words."""
        return self.words


class Term(str):
    """A word of the schema: it compares as the files have it, and is written in the words of a locale."""

    __slots__ = ("words",)
    words: str

    @classmethod
    def of(cls, code: str, words: str) -> Term:
        """Make the term for a code: `Term.of("session", "Sitzung")`."""
        term = cls(code)
        term.words = words
        return term

    def __repr__(self) -> str:
        """Write all that it holds: keys of pages are made from this."""
        return f"Term({super().__repr__()}, {self.words!r})"

    def __str__(self) -> str:
        """Write it in words."""
        return self.words


ID_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*$"
ID_MAX_BYTES: Final = 200
_ID: Final = re.compile(ID_PATTERN, re.ASCII)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: no file may have these names
_WINDOWS_NAMES: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))]
)


@lru_cache(maxsize=4096)  # the ids of sections stand in the files of every entity
def why_not_id(text: str) -> str | None:
    """Return in plain words why `text` cannot be an id, or None if it can."""
    if len(text.encode("utf-8", "surrogatepass")) > ID_MAX_BYTES:
        return f"an id is at most {ID_MAX_BYTES} bytes long"
    if not text:
        return "an id cannot be empty"
    if not _ID.fullmatch(text):
        return "an id is made of `a-z`, `0-9` and single `-` between them, in parts divided by `/`"
    for part in text.split("/"):
        if part in _WINDOWS_NAMES:
            return f"`{part}` is a name that Windows keeps for itself"
    return None
