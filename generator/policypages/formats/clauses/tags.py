"""Find the template tags of a clause and carry them through Markdown as words of letters and digits."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place

PRINT: Final = "print"
OPENERS: Final = ("if", "for")
BRANCHES: Final = ("elif", "else")
ENDS: Final = ("endif", "endfor")
STATEMENTS: Final = (*OPENERS, *BRANCHES, *ENDS)
_CLOSING: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENING: Final = re.compile(r"\{[{%#]")
_WORD: Final = re.compile(r"[a-zA-Z_]+")
MAX_TAGS: Final = 5000
# a character that no clause holds (load refuses it) stands for a comment until its line is known
_COMMENT: Final = "\0"
_COMMENT_LINE: Final = re.compile(r"^[ \t>]*\0[ \t\0]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tag:
    """One template tag: `kind` is `print` or the word of a statement, `body` is what follows it.

    `offset` counts characters in the clause's body (after edits); `left` and `right` tell a `-`.
    `body_offset` is where `body` begins, so that a name in it can be pointed at.
    """

    index: int
    kind: str
    body: str
    offset: int
    body_offset: int
    source: str
    left: bool = False
    right: bool = False

    @property
    def is_statement(self) -> bool:
        """Tell whether the tag is an `if`, a `for`, or a part of one."""
        return self.kind != PRINT


class Tagged(NamedTuple):
    """A clause's body with a word in the place of every tag."""

    text: str
    tags: tuple[Tag, ...]
    nonce: str

    def word(self, index: int) -> str:
        """Return the word that stands for a tag; all words of one clause have the same length."""
        return f"{self.nonce}{index:04d}z"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the pattern of the words, with the tag's index as its group."""
        return re.compile(rf"{self.nonce}(\d{{4}})z")


def find_tags(body: str, place: Place) -> tuple[Tagged, list[Diagnostic]]:
    """Cut a clause's body into text and tags; comments are dropped, with their line where they fill it."""
    found: list[Diagnostic] = []
    tags: list[Tag] = []
    parts: list[str | Tag] = []
    at = 0
    while opening := _OPENING.search(body, at):
        start = opening.start()
        parts.append(body[at:start])
        end = _end_of_tag(body, start)
        if end is None:
            found.append(_not_closed(opening.group(), start, place))
            at = len(body)
            break
        at = end
        if opening.group() == "{#":
            parts.append(_COMMENT)
            continue
        tag = _read_tag(body, start, end, len(tags))
        if tag.is_statement and tag.kind not in STATEMENTS:
            found.append(_unknown_tag(tag, place))
            continue
        if len(tags) >= MAX_TAGS:
            found.append(
                problem("too-large", f"a clause has more than {MAX_TAGS} tags", place.span(start, 2))
            )
            break
        parts.append(tag)
        tags.append(tag)
    parts.append(body[at:])
    nonce = _nonce("".join(part for part in parts if isinstance(part, str)))
    text = "".join(f"{nonce}{part.index:04d}z" if isinstance(part, Tag) else part for part in parts)
    text = _COMMENT_LINE.sub("", text).replace(_COMMENT, "")
    return Tagged(text, tuple(tags), nonce), found


def _not_closed(opening: str, start: int, place: Place) -> Diagnostic:
    hint = f'close it with `{_CLOSING[opening]}`; to show `{opening}` itself, write `{{{{ "{opening}" }}}}`'
    return problem("template-syntax", f"the tag `{opening}` is not closed", place.span(start, 2), hint=hint)


def _nonce(text: str) -> str:
    """Return a lower-case word that the text does not hold, nor gives once Markdown has decoded it."""
    decoded = html.unescape(text)
    haystack = "\n".join((text, decoded, unquote(text), unquote(decoded), text.replace("\\", ""))).lower()
    nonce = "zq"
    while nonce in haystack:
        nonce += "q"
    return nonce


def _end_of_tag(body: str, start: int) -> int | None:
    """Return the offset behind the tag that opens at `start`, minding quoted text."""
    closing = _CLOSING[body[start : start + 2]]
    at = start + 2
    if closing == "#}":
        end = body.find(closing, at)
        return None if end < 0 else end + 2
    quote = ""
    while at < len(body):
        char = body[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif body.startswith(closing, at):
            return at + 2
        at += 1
    return None


def _read_tag(body: str, start: int, end: int, index: int) -> Tag:
    inner_start, inner_end = start + 2, end - 2
    left = body[inner_start : inner_start + 1] == "-"
    right = inner_end - 1 >= inner_start + int(left) and body[inner_end - 1] == "-"
    inner_start += int(left)
    inner_end -= int(right)
    kind = PRINT
    if body.startswith("{%", start):
        while inner_start < inner_end and body[inner_start].isspace():
            inner_start += 1
        word = _WORD.match(body, inner_start, inner_end)
        kind = word.group() if word else ""
        inner_start += len(kind)
    inner = body[inner_start:inner_end]
    lead = len(inner) - len(inner.lstrip())
    return Tag(index, kind, inner.strip(), start, inner_start + lead, body[start:end], left, right)


_INSTEAD: Final = {
    "include": "name the clause in an outline instead; a clause cannot include another",
    "set": "put the value into the entity's facts, or into an option of the clause",
    "macro": "write the text as a clause of its own, with options",
    "raw": 'write `{{ "{{" }}` to show the characters themselves',
    "unless": "write `{% if not … %}`",
    "elsif": "write `{% elif … %}`",
    "elseif": "write `{% elif … %}`",
}


def _unknown_tag(tag: Tag, place: Place) -> Diagnostic:
    hint = _INSTEAD.get(tag.kind, "a clause has `if`, `elif`, `else`, `endif`, `for` and `endfor`")
    name = tag.kind or tag.source[:20]
    return problem("unknown-tag", f"unknown tag `{name}`", place.span(tag.offset, len(tag.source)), hint=hint)
