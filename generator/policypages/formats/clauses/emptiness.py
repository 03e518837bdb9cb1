"""Find what a statement may leave without text: refused where it would show, dropped where it would not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.reader import render_inline
from policypages.formats.clauses.shapes import Shaped
from policypages.formats.clauses.tags import BRANCHES, OPENERS, Tag, Tagged

_ELEMENTS = {"em_open": "emphasis", "strong_open": "emphasis", "s_open": "struck text", "link_open": "link"}
# an item that holds something besides its text has something to show
_SHOWN = {"fence", "code_block", "hr", "table_open", "heading_open"}


@dataclass(slots=True)
class _Frame:
    """A run of text within a statement: whether it has text so far, and what earlier branches had."""

    tag: Tag | None
    filled: bool = False
    branches: list[bool] = field(default_factory=list)
    has_else: bool = False


def first_empty(pieces: Iterator[Tag | str], default: Tag | None = None) -> Tag | None:
    """Return the statement that may leave a run of text empty, or None; `pieces` are its texts and tags.

    A loop that runs has a first turn: an empty list is a missing fact, and no page is made.
    """
    stack = [_Frame(None)]
    first = default
    for piece in pieces:
        top = stack[-1]
        if isinstance(piece, str):
            top.filled = top.filled or bool(piece.strip())
        elif not piece.is_statement:
            top.filled = True
        elif piece.kind in OPENERS:
            first = first or piece
            stack.append(_Frame(piece))
        elif piece.kind in BRANCHES:
            top.branches.append(top.filled)
            top.filled = False
            top.has_else = top.has_else or piece.kind == "else"
        elif len(stack) > 1:
            done = stack.pop()
            always = done.filled and all(done.branches)
            if done.tag is not None and done.tag.kind == "if":
                always = always and done.has_else
            stack[-1].filled = stack[-1].filled or always
    return None if stack[0].filled else first


def pieces_of(text: str, tagged: Tagged) -> Iterator[Tag | str]:
    """Cut tagged text into its texts and its tags."""
    at = 0
    for match in tagged.pattern.finditer(text):
        yield text[at : match.start()]
        yield tagged.tags[int(match.group(1))]
        at = match.end()
    yield text[at:]


def _inline_pieces(children: Sequence[Token], tagged: Tagged) -> Iterator[Tag | str]:
    for child in children:
        if child.type == "text":
            yield from pieces_of(child.content, tagged)
        elif child.type in {"code_inline", "image"}:
            yield "x"


class Emptiness:
    """The checks for one clause."""

    def __init__(self, tagged: Tagged, shaped: Shaped, place: Place) -> None:
        self.tagged = tagged
        self.shaped = shaped
        self.place = place
        self.found: list[Diagnostic] = []

    def check(self, tokens: Sequence[Token]) -> None:
        """Refuse headings, list items, emphasis, links and code that may be left empty."""
        for at, token in enumerate(tokens):
            if token.type == "inline":
                if self.tagged.nonce in token.content:
                    self._check_block(tokens, at)
                    self._check_inline(token.children or [])
            elif token.type == "code_block":
                self._check_code(token)

    def _check_block(self, tokens: Sequence[Token], at: int) -> None:
        before = tokens[at - 1]
        if before.type == "heading_open":
            what, hint = "heading", "put the tags round the whole heading, set off by blank lines"
        elif before.type == "paragraph_open" and tokens[at - 2].type == "list_item_open":
            if not _is_all(tokens, at):
                return
            what, hint = "list item", "put the tags on lines of their own round the whole item"
        else:
            return
        self._refuse(first_empty(_inline_pieces(tokens[at].children or [], self.tagged)), what, hint)

    def _check_inline(self, children: Sequence[Token]) -> None:
        open_: list[int] = []
        for at, child in enumerate(children):
            if child.nesting == 1:
                open_.append(at)
            elif child.nesting == -1:
                start = open_.pop()
                tag = first_empty(_inline_pieces(children[start + 1 : at], self.tagged))
                self._refuse(
                    tag, _ELEMENTS.get(children[start].type, "text"), "put the tags round the whole of it"
                )
            elif child.type == "code_inline":
                tag = first_empty(pieces_of(child.content, self.tagged))
                self._refuse(tag, "code", "put the tags round the whole of it")

    def _check_code(self, token: Token) -> None:
        """Refuse indented code that begins or ends with a statement: its lines cannot go away there."""
        lines = token.content.strip("\n").split("\n")
        for line in (lines[0], lines[-1]):
            pieces = [piece for piece in pieces_of(line.strip(), self.tagged) if piece]
            first = pieces[0] if pieces else None
            if all(isinstance(piece, Tag) and piece.is_statement for piece in pieces) and isinstance(
                first, Tag
            ):
                span = self.place.span(first.offset, len(first.source))
                hint = "indent the tag less than the code, or use a fence"
                message = f"`{first.kind}` stands at the edge of indented code"
                self.found.append(problem("misplaced-tag", message, span, hint=hint))
                return

    def _refuse(self, tag: Tag | None, what: str, hint: str) -> None:
        if tag is None:
            return
        span = self.place.span(tag.offset, len(tag.source))
        message = f"the {what} is left empty where this `{tag.kind}` does not hold"
        if not any(one.span == span for one in self.found):
            self.found.append(problem("empty-item", message, span, hint=hint))

    # ---- paragraphs and quotes

    def drop_empty(self, tokens: Sequence[Token]) -> list[Token]:
        """Make paragraphs and quotes that may be empty go away when they are."""
        opens: list[int] = []
        before: dict[int, Token] = {}
        after: dict[int, Token] = {}
        for at, token in enumerate(tokens):
            if token.type == "blockquote_open":
                opens.append(at)
            elif token.type == "blockquote_close":
                start = opens.pop()
                if first_empty(self._block_pieces(tokens[start + 1 : at])) is not None:
                    before[start] = Token("html_block", "", 0, content=f"{self.tagged.nonce}d2z")
                    after[at] = Token("html_block", "", 0, content=f"{self.tagged.nonce}d1z")
        if before:
            around = ((before.get(at), token, after.get(at)) for at, token in enumerate(tokens))
            tokens = [token for three in around for token in three if token is not None]
        return self._drop_paragraphs(tokens)

    def _block_pieces(self, tokens: Sequence[Token]) -> Iterator[Tag | str]:
        for token in tokens:
            if token.type == "inline":
                yield from _inline_pieces(token.children or [], self.tagged)
            elif token.type == "html_block":
                yield from pieces_of(_marks(self.tagged).sub("", token.content), self.tagged)
            elif token.type in _SHOWN:
                yield "x"

    def _drop_paragraphs(self, tokens: Sequence[Token]) -> list[Token]:
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if (
                token.type == "paragraph_open"
                and not token.hidden
                and self.tagged.nonce in tokens[at + 1].content
            ):
                children = tokens[at + 1].children or []
                if first_empty(_inline_pieces(children, self.tagged)) is not None:
                    out.append(Token("html_block", "", 0, content=self._droppable(tokens[at + 1])))
                    at += 3
                    continue
            out.append(token)
            at += 1
        return out

    def _droppable(self, inline: Token) -> str:
        """Give each branch a paragraph of its own, or, where that is not enough, ask on each page."""
        html = render_inline(inline.children or [])
        content = inline.content.strip()
        matches = list(self.tagged.pattern.finditer(content))
        first, last = (self.tagged.tags[int(match.group(1))] for match in (matches[0], matches[-1]))
        whole = matches[0].start() == 0 and matches[-1].end() == len(content)
        if whole and first.kind == "if" and self.shaped.ends.get(first.index) == last.index:
            split = self._branches(html, first)
            if split is not None:
                return split
        nonce = self.tagged.nonce
        return f"{nonce}d2z<p>{html}</p>\n{nonce}d1z"

    def _branches(self, html: str, opener: Tag) -> str | None:
        pieces: list[str] = []
        at = 0
        for match in self.tagged.pattern.finditer(html):
            if self.shaped.partner.get(int(match.group(1))) != opener.index:
                continue
            text = html[at : match.start()].strip()
            if text:
                if first_empty(pieces_of(text, self.tagged)) is not None:
                    return None
                pieces.append(f"<p>{text}</p>\n")
            pieces.append(match.group())
            at = match.end()
        return "".join(pieces)


def _marks(tagged: Tagged) -> re.Pattern[str]:
    """Return the pattern of the words round what is dropped when it stays empty."""
    return re.compile(rf"{tagged.nonce}d\dz")


def _is_all(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the paragraph is all that its list item always shows."""
    level = tokens[at - 2].level
    for token in tokens[at + 2 :]:
        if token.type == "list_item_close" and token.level == level:
            return True
        if token.type in _SHOWN or (token.type == "inline" and token.content):
            return False
    return True
