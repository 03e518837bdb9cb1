"""Decide for every statement tag of a clause whether it stands in text, round blocks, or round rows."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final, Literal

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.tags import BRANCHES, OPENERS, Tag, Tagged

Shape = Literal["text", "block", "row"]
_PREFIX: Final = re.compile(r"(?: {0,3}>[ \t]?)*")
_ITEM: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_RULE: Final = re.compile(r"(?:[-*_][ \t]*){3,}$")
_OTHER_BLOCK: Final = re.compile(r"#{1,6}(?:\s|$)|```|~~~")
_CLOSES: Final = {"endif": "if", "endfor": "for", "elif": "if", "else": "if"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of tagged text: `gap` is its indent within its quote prefix, `tags` fill it if `alone`."""

    text: str
    prefix: str
    gap: int
    rest: str
    tags: tuple[Tag, ...]
    alone: bool
    code: bool

    @property
    def blank(self) -> bool:
        """Tell whether nothing is seen on the line."""
        return not self.rest


@dataclass(slots=True)
class _Open:
    """A statement that waits for its end: where it stands decides where its end must stand."""

    tag: Tag
    shape: Shape
    own_line: bool
    prefix: str
    gap: int
    upward: bool


@dataclass(slots=True)
class Shaped:
    """A clause ready to be read as Markdown.

    `rows` maps a line of `text` to the row tags that stand just above it; `lines` maps a line of
    `text` to the line of the tagged text it came from; `partner` maps each tag of a statement to
    the tag that opened it; `shape` and `indent` are by tag.
    """

    text: str = ""
    rows: dict[int, list[Tag]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    partner: dict[int, int] = field(default_factory=dict)
    shape: dict[int, Shape] = field(default_factory=dict)
    indent: dict[int, int] = field(default_factory=dict)


def shape_tags(tagged: Tagged, code: Container[int], place: Place) -> tuple[Shaped, list[Diagnostic]]:
    """Match openers with their branches and ends, and lay out lines so that Markdown sees through them.

    `code` holds the numbers of the lines that are code, where a tag is text whatever its place.
    """
    lines = [
        _read_line(text, tagged, code=number in code) for number, text in enumerate(tagged.text.split("\n"))
    ]
    shaper = _Shaper(lines, tagged, place)
    return shaper.run()


def match_tags(tagged: Tagged, place: Place) -> list[Diagnostic]:
    """Match the statements of a line of text, such as a title, where shape does not matter."""
    shaper = _Shaper([_read_line("x" + tagged.text, tagged, code=True)], tagged, place)
    return shaper.run()[1]


def _read_line(text: str, tagged: Tagged, *, code: bool) -> Line:
    prefix = match.group() if (match := _PREFIX.match(text)) else ""
    inner = text[len(prefix) :]
    rest = inner.strip()
    tags = tuple(tagged.tags[int(m.group(1))] for m in tagged.pattern.finditer(text))
    statements = tuple(tag for tag in tags if tag.is_statement)
    alone = bool(tags) and len(statements) == len(tags) and not tagged.pattern.sub("", rest).strip()
    gap = len(inner) - len(inner.lstrip())
    return Line(text, prefix, gap, rest, statements, alone and not code, code)


class _Shaper:
    """One pass over the lines with a stack of open statements."""

    def __init__(self, lines: list[Line], tagged: Tagged, place: Place) -> None:
        self.lines = lines
        self.tagged = tagged
        self.place = place
        self.stack: list[_Open] = []
        self.found: list[Diagnostic] = []
        self.out: list[str] = []
        self.shaped = Shaped()
        self.pending = ""

    def run(self) -> tuple[Shaped, list[Diagnostic]]:
        for number, line in enumerate(self.lines):
            if line.alone:
                self._own_line(number, line)
            else:
                for tag in line.tags:
                    self._inside(tag)
                self._emit(number, line)
        if self.pending:
            self._to_last_line(self.pending)
        for left in self.stack:
            self._complain(
                "unbalanced-tag",
                f"`{left.tag.kind}` is not closed",
                left.tag,
                f"add `{{% end{left.tag.kind} %}}`",
            )
        self.shaped.text = "\n".join(self.out)
        return self.shaped, self.found

    # ---- where lines go

    def _emit(self, number: int, line: Line) -> None:
        text = line.text
        if self.pending and line.blank:
            self._to_last_line(self.pending)
            self.pending = ""
        elif self.pending:
            cut = len(line.prefix) + line.gap
            text = text[:cut] + self.pending + text[cut:]
            self.pending = ""
        self.out.append(text)
        self.shaped.lines.append(number)

    def _to_last_line(self, words: str) -> None:
        if self.out:
            self.out[-1] = self.out[-1].rstrip(" \t") + words
        else:
            self.out.append(words)
            self.shaped.lines.append(0)

    # ---- matching

    def _inside(self, tag: Tag) -> None:
        """Take a tag that shares its line with text."""
        if tag.kind in OPENERS:
            self._push(tag, _Open(tag, "text", own_line=False, prefix="", gap=0, upward=True))
            return
        opened = self._opener_of(tag)
        if opened is None:
            return
        if opened.own_line and opened.shape != "text":
            line = self.place.span(opened.tag.offset).line
            self._complain(
                "misplaced-tag",
                f"`{tag.kind}` must stand like the `{opened.tag.kind}` of line {line}: on a line of its own",
                tag,
            )
        self._close(tag, opened)

    def _own_line(self, number: int, line: Line) -> None:
        for tag in line.tags:
            if tag.kind in OPENERS:
                opened = self._open_on_own_line(number, line, tag)
                self._push(tag, opened)
            else:
                found = self._opener_of(tag)
                if found is None:
                    continue
                opened = found
                self._check_like_opener(number, line, tag, opened)
                self._close(tag, opened)
            word = self.tagged.word(tag.index)
            if opened.shape == "row":
                self.shaped.rows.setdefault(len(self.out), []).append(tag)
            elif opened.shape == "block":
                if self.shaped.lines and self.shaped.lines[-1] == number:
                    self.out[-1] += word
                else:
                    self.out.append(line.prefix + " " * line.gap + word)
                    self.shaped.lines.append(number)
            elif opened.upward:
                self._to_last_line(self.pending + word)
                self.pending = ""
            elif tag.kind in OPENERS or not self._below(number).blank:
                self.pending += word
            else:
                self.out.append(line.prefix + " " * line.gap + word)
                self.shaped.lines.append(number)

    def _push(self, tag: Tag, opened: _Open) -> None:
        self.stack.append(opened)
        self.shaped.partner[tag.index] = tag.index
        self.shaped.shape[tag.index] = opened.shape
        self.shaped.indent[tag.index] = opened.gap

    def _opener_of(self, tag: Tag) -> _Open | None:
        wanted = _CLOSES[tag.kind]
        if not self.stack:
            self._complain(
                "unbalanced-tag", f"`{tag.kind}` closes nothing", tag, f"there is no open `{wanted}`"
            )
            return None
        opened = self.stack[-1]
        if opened.tag.kind != wanted:
            line = self.place.span(opened.tag.offset).line
            if tag.kind in BRANCHES:
                hint = f"a `for` has no `{tag.kind}`: put an `if` round it"
            else:
                hint = f"write `{{% end{opened.tag.kind} %}}`"
            self._complain(
                "unbalanced-tag",
                f"`{tag.kind}` does not fit the `{opened.tag.kind}` of line {line}",
                tag,
                hint,
            )
            if tag.kind not in BRANCHES:
                self.stack.pop()
            return None
        return opened

    def _close(self, tag: Tag, opened: _Open) -> None:
        self.shaped.partner[tag.index] = opened.tag.index
        self.shaped.shape[tag.index] = opened.shape
        self.shaped.indent[tag.index] = opened.gap
        if tag.kind not in BRANCHES:
            self.stack.pop()

    # ---- the rules

    def _open_on_own_line(self, number: int, line: Line, tag: Tag) -> _Open:
        above, below = self._above(number), self._below(number)
        here = (line.prefix, line.gap)
        if _ITEM.match(below.rest) and not _RULE.match(below.rest):
            return _Open(tag, "row", True, *here, upward=False)
        if below.rest.startswith("|"):
            return _Open(tag, "row", True, *here, upward=False)
        if below.blank and above.blank:
            return _Open(tag, "block", True, *here, upward=False)
        glued = (
            _OTHER_BLOCK.match(below.rest) or _RULE.match(below.rest) or (below.prefix and not line.prefix)
        )
        if below.blank or glued:
            where = "above, but not to the text below" if below.blank else "below, which is not plain text"
            self._complain(
                "misplaced-tag",
                f"`{tag.kind}` is glued to the text {where}",
                tag,
                "set the tag off with a blank line on both sides",
            )
            return _Open(tag, "block", True, *here, upward=False)
        return _Open(tag, "text", True, *here, upward=not above.blank)

    def _check_like_opener(self, number: int, line: Line, tag: Tag, opened: _Open) -> None:
        above, below = self._above(number), self._below(number)
        at = self.place.span(opened.tag.offset).line
        hint = None
        if opened.shape == "text":
            if (
                not below.blank
                and (_ITEM.match(below.rest) or below.rest.startswith("|"))
                and not opened.upward
            ):
                hint = "set the tags off with blank lines on both sides"
        elif (opened.prefix.count(">"), opened.gap) != (line.prefix.count(">"), line.gap):
            hint = f"indent it by {opened.gap}, like its `{opened.tag.kind}`"
        elif not opened.own_line:
            hint = "put both in the text, or both on lines of their own"
        elif opened.shape == "block" and not (above.blank and below.blank):
            hint = "set it off with a blank line on both sides"
        elif opened.shape == "row" and above.blank:
            hint = "leave no blank line between the tag and the item or row above it"
        if hint:
            self._complain(
                "misplaced-tag",
                f"`{tag.kind}` must stand like the `{opened.tag.kind}` of line {at}",
                tag,
                hint,
            )

    def _above(self, number: int) -> Line:
        return self._neighbour(number, -1)

    def _below(self, number: int) -> Line:
        return self._neighbour(number, 1)

    def _neighbour(self, number: int, step: int) -> Line:
        """Return the nearest line that is not filled by statements."""
        at = number + step
        while 0 <= at < len(self.lines):
            if not self.lines[at].alone:
                return self.lines[at]
            at += step
        return Line("", "", 0, "", (), alone=False, code=False)

    def _complain(self, code: str, message: str, tag: Tag, hint: str | None = None) -> None:
        self.found.append(problem(code, message, self.place.span(tag.offset, len(tag.source)), hint=hint))
