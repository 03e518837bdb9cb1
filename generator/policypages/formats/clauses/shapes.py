"""Decide for every statement tag of a clause whether it stands in text, round blocks, or round rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.lines import Line, read_line
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.reader import Hop, Kind
from policypages.formats.clauses.tags import BRANCHES, ENDS, OPENERS, Tag, Tagged

Shape = Literal["text", "block", "row"]
# where a tag in text goes when its line goes away: to the end of the text above or the start of that below
Way = Literal["up", "down", "edge"]
_RULE: Final = re.compile(r"(?:[-*_][ \t]*){3,}$")
_BLOCK_START: Final = re.compile(r"#{1,6}(?:\s|$)|```|~~~|>|(?:[-*+]|\d{1,9}[.)])\s")
_HARD_BREAK: Final = re.compile(r"(?: {2,}|\\)$")
_CLOSES: Final = {"endif": "if", "endfor": "for", "elif": "if", "else": "if"}
_CODE_INDENT: Final = 4
MAX_NESTED: Final = 16


@dataclass(slots=True)
class _Open:
    """A statement that waits for its end: where it stands decides where its end must stand."""

    tag: Tag
    shape: Shape
    prefix: str = ""
    gap: int = 0
    way: Way = "edge"
    own_line: bool = True
    otherwise: Tag | None = None


@dataclass(slots=True)
class Shaped:
    """A clause ready to be read as Markdown.

    `rows` maps a line of `text` to the row tags that stand just above it; `lines` maps a line of
    `text` to the line of the tagged text it came from; `partner` maps each tag of a statement to
    the tag that opened it, `ends` an opener to its end; `indent` is by tag; the tags `own_line`
    have lines to themselves, which go away with them.
    """

    text: str = ""
    rows: dict[int, list[Tag]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    partner: dict[int, int] = field(default_factory=dict)
    indent: dict[int, int] = field(default_factory=dict)
    own_line: set[int] = field(default_factory=set)
    ends: dict[int, int] = field(default_factory=dict)

    def hops(self, tagged: Tagged) -> dict[str, Hop]:
        """Return, for each statement's word, where the text that is read goes on beyond it."""
        hops = {}
        for index, opener in self.partner.items():
            own = tagged.word(index)
            if tagged.tags[index].kind in BRANCHES:
                hops[own] = Hop(tagged.word(opener), tagged.word(self.ends.get(opener, index)))
            else:
                hops[own] = Hop(own, own)
        return hops

    def offsets(self, tagged: Tagged) -> list[int]:
        """Return for each line of `text` where the line of the body begins that it was made from."""
        begins = []
        at = 0
        for text in tagged.text.split("\n"):
            begins.append(at)
            for match in tagged.pattern.finditer(text):
                at += len(tagged.tags[int(match.group(1))].source) - len(match.group())
            at += len(text) + 1
        return [begins[number] for number in self.lines]


def shape_tags(
    tagged: Tagged, read_kinds: Callable[[str], Mapping[int, Kind]], place: Place
) -> tuple[Shaped, list[Diagnostic]]:
    """Match openers with their branches and ends, and lay out lines so that Markdown sees through them.

    `read_kinds` tells which lines are code, where a tag is text whatever its place, and which are
    no prose; it is asked only where a statement has a line to itself.
    """
    texts = tagged.text.split("\n")
    lines = [read_line(text, tagged, None) for text in texts]
    if any(line.alone for line in lines):
        kinds = read_kinds(tagged.text)
        lines = [read_line(text, tagged, kinds.get(number)) for number, text in enumerate(texts)]
    return _Shaper(lines, tagged, place).run()


def match_tags(tagged: Tagged, place: Place) -> tuple[Shaped, list[Diagnostic]]:
    """Match the statements of a line of text, such as a title, where shape does not matter."""
    return _Shaper([read_line("x" + " ".join(tagged.text.split("\n")), tagged, "code")], tagged, place).run()


def _end_lines(lines: Sequence[Line]) -> dict[int, int]:
    """Return the line on which each opener is closed, as far as they are."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    for number, line in enumerate(lines):
        for tag in line.tags:
            if tag.kind in OPENERS:
                open_.append(tag.index)
            elif tag.kind in ENDS and open_:
                ends[open_.pop()] = number
    return ends


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
        self.refused: set[int] = set()
        self.end_lines = _end_lines(lines)

    def run(self) -> tuple[Shaped, list[Diagnostic]]:
        for number, line in enumerate(self.lines):
            if line.alone:
                self._own_line(number, line)
            else:
                self._check_start(line)
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
            cut = len(line.text) - len(line.text[len(line.prefix) :].lstrip())
            text = text[:cut] + self.pending + text[cut:]
            self.pending = ""
        self.out.append(text)
        self.shaped.lines.append(number)

    def _to_last_line(self, words: str, *, opens: bool = False) -> None:
        """Put words behind the last line; a hard break there belongs to what they open, and else goes."""
        if self.out:
            text = self.out[-1].rstrip(" \t")
            mark = _HARD_BREAK.search(self.out[-1]) if opens else None
            text = self.out[-1][: mark.start()] if mark else text
            self.out[-1] = text + words + (mark.group() if mark else "")
        else:
            self.out.append(words)
            self.shaped.lines.append(0)

    # ---- matching

    def _inside(self, tag: Tag) -> None:
        """Take a tag that shares its line with text."""
        if tag.kind in OPENERS:
            self._push(tag, _Open(tag, "text", own_line=False))
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
            self.shaped.own_line.add(tag.index)
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
            elif opened.way == "edge" and tag.kind in ENDS:
                self._end_edge(number, line, self.pending + word, opened)
            elif self.pending or opened.way != "up":
                self.pending += word
            else:
                self._to_last_line(word, opens=tag.kind in OPENERS)

    def _end_edge(self, number: int, line: Line, words: str, opened: _Open) -> None:
        """End a statement that is all of its text; a loop keeps the line break between its turns."""
        self.pending = ""
        if opened.tag.kind == "for":
            self.out.append(line.prefix + " " * line.gap + words)
            self.shaped.lines.append(number)
        else:
            self._to_last_line(words)

    def _way(self, number: int, tag: Tag) -> Way:
        """Tell where the tags of a statement in text go, so that one white space stays where lines meet.

        Where text follows, they go down: that is what taking their lines away means. Where the
        paragraph ends with the statement they go up, so that nothing is left behind the text above.
        """
        outer = self.stack[-1] if self.stack else None
        if outer is not None and outer.own_line and outer.shape == "text" and outer.way != "edge":
            return outer.way
        end = self.end_lines.get(tag.index, number)
        if self._below(end).prose:
            return "down"
        above = self._above(number)
        return "up" if (above.prose or above.item) and not self.pending else "edge"

    def _check_start(self, line: Line) -> None:
        """Refuse a statement that keeps Markdown from seeing the heading, item or quote behind it."""
        if line.kind == "code" or not line.tags:
            return
        words = re.match(rf"(?:{self.tagged.pattern.pattern}\s*)+", line.rest)
        rest = line.rest[words.end() :] if words else ""
        if words and (_BLOCK_START.match(rest) or _RULE.match(rest)):
            tag = self.tagged.tags[int(self.tagged.pattern.findall(words.group())[0])]
            if tag.is_statement:
                self._complain(
                    "misplaced-tag",
                    f"`{tag.kind}` stands before what begins a block, and hides it",
                    tag,
                    "put the tag on a line of its own, or behind the marks that begin the block",
                )

    def _push(self, tag: Tag, opened: _Open) -> None:
        if len(self.stack) >= MAX_NESTED:
            self._complain("too-large", f"tags are nested more than {MAX_NESTED} deep", tag)
        self.stack.append(opened)
        self.shaped.partner[tag.index] = tag.index
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
        self.shaped.indent[tag.index] = opened.gap
        if opened.otherwise is not None and tag.kind in BRANCHES:
            line = self.place.span(opened.otherwise.offset).line
            self._complain(
                "unbalanced-tag",
                f"`{tag.kind}` stands behind the `else` of line {line}",
                tag,
                "an `if` has one `else`, and every `elif` stands before it",
            )
        if tag.kind == "else":
            opened.otherwise = tag
        if tag.kind not in BRANCHES:
            self.shaped.ends[opened.tag.index] = tag.index
            self.stack.pop()

    # ---- the rules

    def _open_on_own_line(self, number: int, line: Line, tag: Tag) -> _Open:
        above, below = self._above(number), self._below(number)
        here = (line.prefix, line.gap)
        if below.item or below.kind == "row":
            return _Open(tag, "row", *here)
        if below.blank and above.blank:
            return _Open(tag, "block", *here)
        code = below.gap - line.gap >= _CODE_INDENT and not above.prose
        if not below.prose or code or (below.prefix and not line.prefix):
            where = "above, but not to the text below" if below.blank else "below, which is not plain text"
            self._complain(
                "misplaced-tag",
                f"`{tag.kind}` is glued to the text {where}",
                tag,
                "set the tag off with a blank line on both sides",
            )
            self.refused.add(tag.index)
            return _Open(tag, "block", *here)
        return _Open(tag, "text", *here, self._way(number, tag))

    def _check_like_opener(self, number: int, line: Line, tag: Tag, opened: _Open) -> None:
        above, below = self._above(number), self._below(number)
        at = self.place.span(opened.tag.offset).line
        hint = None
        if opened.shape == "text" or opened.tag.index in self.refused:
            return
        if (opened.prefix.count(">"), opened.gap) != (line.prefix.count(">"), line.gap):
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
        return Line("", "", 0, "", (), alone=False, kind=None)

    def _complain(self, code: str, message: str, tag: Tag, hint: str | None = None) -> None:
        self.found.append(problem(code, message, self.place.span(tag.offset, len(tag.source)), hint=hint))
