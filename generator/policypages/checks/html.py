"""HTML in a clause: it is shown to readers as it was typed, which nobody means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policypages.checks.kinds import ClauseText, Rule
from policypages.diagnostics import Diagnostic, problem

_ELEMENTS: Final = (
    "a abbr article b blockquote br button center code dd div dl dt em font form h1 h2 h3 h4 h5 h6 hr i"
    " iframe img input li link ol p pre s script section small span strong style sub sup table tbody td th"
    " thead tr u ul"
)
_TAG: Final = re.compile(rf"</?({'|'.join(_ELEMENTS.split())})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INSTEAD: Final = {
    "b": "`**bold**`",
    "strong": "`**bold**`",
    "i": "`*emphasis*`",
    "em": "`*emphasis*`",
    "a": "`[words](address)`",
    "br": "a backslash at the end of the line",
    "p": "an empty line between paragraphs",
    "li": "`- ` at the beginning of the line",
    "img": "`![what it shows](address)`",
}


def _find(text: ClauseText) -> Iterator[Diagnostic]:
    for passage in text.passages:
        opened: set[str] = set()
        for tag in _TAG.finditer(passage.text):
            name, closes = tag[1].lower(), tag[0].startswith("</")
            if _is_code(passage.place.original, passage.offsets[tag.start()]) or (closes and name in opened):
                continue
            opened.add(name)
            instead = _INSTEAD.get(name)
            hint = f"write {instead}" if instead else "a clause is Markdown: take the tag out"
            message = f"`{tag[0]}` is shown to readers as it stands here: a clause has no HTML"
            yield problem("html-as-text", message, passage.span(*tag.span()), hint=hint)


def _is_code(body: str, offset: int) -> bool:
    """Tell whether words stand between backticks, where HTML is meant to be shown."""
    line = body.rfind("\n", 0, offset) + 1
    return body.count("`", line, offset) % 2 == 1


RULE: Final = Rule(("html-as-text",), text=_find)
