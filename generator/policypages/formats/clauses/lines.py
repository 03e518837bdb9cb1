"""One line of a clause: what it begins with, what it holds, and whether tags have it to themselves."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from policypages.formats.clauses.reader import Kind
from policypages.formats.clauses.tags import Tag, Tagged

_PREFIX: Final = re.compile(r"(?: {0,3}>[ \t]?)*")
_ITEM: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_RULE: Final = re.compile(r"(?:[-*_][ \t]*){3,}$")
_OTHER_BLOCK: Final = re.compile(r"#{1,6}(?:\s|$)|```|~~~")
_CODE_INDENT: Final = 4


class Line(NamedTuple):
    """One line of tagged text: `gap` is its indent within its quote prefix, `tags` fill it if `alone`."""

    text: str
    prefix: str
    gap: int
    rest: str
    tags: tuple[Tag, ...]
    alone: bool
    kind: Kind | None

    @property
    def blank(self) -> bool:
        """Tell whether nothing is seen on the line."""
        return not self.rest

    @property
    def item(self) -> bool:
        """Tell whether the line begins a list item."""
        return bool(_ITEM.match(self.rest)) and not _RULE.match(self.rest)

    @property
    def prose(self) -> bool:
        """Tell whether the line is running text, which a line glued to it goes on with."""
        begins = self.item or _OTHER_BLOCK.match(self.rest) or _RULE.match(self.rest)
        return not (self.blank or self.kind or begins)


def read_line(text: str, tagged: Tagged, kind: Kind | None) -> Line:
    """Read one line of tagged text; `kind` is what Markdown takes it for, where that is no prose."""
    prefix = match.group() if (match := _PREFIX.match(text)) else ""
    inner = text[len(prefix) :]
    rest = inner.strip()
    tags = tuple(tagged.tags[int(m.group(1))] for m in tagged.pattern.finditer(text))
    statements = tuple(tag for tag in tags if tag.is_statement)
    alone = bool(tags) and len(statements) == len(tags) and not tagged.pattern.sub("", rest).strip()
    gap = len(inner[: len(inner) - len(inner.lstrip())].expandtabs(_CODE_INDENT))
    return Line(text, prefix, gap, rest, statements, alone and kind != "code", kind)
