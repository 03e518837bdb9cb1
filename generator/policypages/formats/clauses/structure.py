"""Check that every tag opens and closes in one place of the document, and make the tokens fit for output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.token import Token

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.reader import render_inline
from policypages.formats.clauses.shapes import Shaped
from policypages.formats.clauses.tags import OPENERS, Tag, Tagged

_LISTS: Final = {"bullet_list_open", "ordered_list_open"}
_URLS: Final = {"link_open": "href", "image": "src"}


@dataclass(slots=True)
class Structure:
    """What assembling a clause needs beside its tokens.

    `urls` are the addresses that hold tags, in pieces: text, or the index of a tag; `targets`
    are those without; `depth` is the deepest heading, 0 for none.
    """

    urls: list[list[str | int]] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    depth: int = 0
    found: list[Diagnostic] = field(default_factory=list)


class Checker:
    """One walk over the tokens of a clause."""

    def __init__(self, tagged: Tagged, shaped: Shaped, place: Place) -> None:
        self.tagged = tagged
        self.shaped = shaped
        self.place = place
        self.structure = Structure()
        self.open: dict[int, tuple[int, ...]] = {}
        self.refused: set[int] = set()

    def run(self, tokens: Sequence[Token]) -> list[Token]:
        """Return the tokens ready to be rendered; what is wrong is in `structure.found`."""
        lifted = self._lift_statements(tokens)
        self._check_balance(lifted)
        self._check_lists(lifted)
        for token in lifted:
            self._prepare(token)
        self._check_empty(lifted)
        return self._split_paragraphs(lifted)

    # ---- statements that are blocks of their own

    def _lift_statements(self, tokens: Sequence[Token]) -> list[Token]:
        """Turn paragraphs that hold nothing but statement tags into the tags themselves."""
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "paragraph_open" and self._only_statements(tokens[at + 1].content):
                words = "".join(tokens[at + 1].content.split())
                lifted = Token("html_block", "", 0, content=words, level=token.level)
                self._check_indent(words, token, out)
                out.append(lifted)
                at += 3
                continue
            out.append(token)
            at += 1
        return out

    def _only_statements(self, content: str) -> bool:
        tags = list(self._tags_in(content))
        return (
            bool(tags)
            and all(t.is_statement for t in tags)
            and not self.tagged.pattern.sub("", content).strip()
        )

    def _check_indent(self, words: str, token: Token, before: Sequence[Token]) -> None:
        """Refuse an indented tag that Markdown does not see inside the list above it."""
        tag = next(self._tags_in(words))
        if self.shaped.indent.get(tag.index, 0) and token.level == 0:
            above = before[-1].type if before else ""
            if above.endswith("list_close"):
                self._refuse(
                    tag,
                    "misplaced-tag",
                    f"`{tag.kind}` is indented, but not far enough to stand in the item above",
                    "indent it like the text of the item",
                )

    def _tags_in(self, content: str) -> Iterator[Tag]:
        for match in self.tagged.pattern.finditer(content):
            yield self.tagged.tags[int(match.group(1))]

    # ---- balance

    def _check_balance(self, tokens: Sequence[Token]) -> None:
        """Compare the element that each else and end stands in with that of its opener."""
        path: list[int] = []
        serial = 0
        for token in tokens:
            if token.nesting == 1:
                serial += 1
                path.append(serial)
            elif token.nesting == -1:
                path.pop()
            elif token.type == "inline":
                serial = self._balance_inline(token.children or [], path, serial)
            else:
                serial += 1
                own = [*path, serial] if token.type in {"fence", "code_block"} else path
                self._events(token.content, own)
            for value in token.attrs.values() if token.attrs else ():
                serial += 1
                self._events(str(value), [*path, serial])
            if token.type == "fence":
                serial += 1
                self._events(token.info, [*path, serial])

    def _balance_inline(self, children: Sequence[Token], outer: list[int], serial: int) -> int:
        path = list(outer)
        for child in children:
            for name, value in child.attrs.items() if child.attrs else ():
                if not (child.type == "image" and name == "alt"):
                    serial += 1
                    self._events(str(value), [*path, serial])
            if child.nesting == 1:
                serial += 1
                path.append(serial)
            elif child.nesting == -1:
                path.pop()
            elif child.children:
                serial += 1
                serial = self._balance_inline(child.children, [*path, serial], serial)
            elif child.type == "code_inline":
                serial += 1
                self._events(child.content, [*path, serial])
            else:
                self._events(child.content, path)
        return serial

    def _events(self, content: str, path: Sequence[int]) -> None:
        for tag in self._tags_in(content):
            if not tag.is_statement:
                continue
            if tag.kind in OPENERS:
                self.open[tag.index] = tuple(path)
                continue
            opener = self.shaped.partner.get(tag.index)
            if opener is None or opener in self.refused:
                continue
            if self.open.get(opener) != tuple(path):
                opened = self.tagged.tags[opener]
                line = self.place.span(opened.offset).line
                self._refuse(
                    tag,
                    "unbalanced-tag",
                    f"`{tag.kind}` closes in another block than the `{opened.kind}` of line {line} opened in",
                    "tags round whole blocks are set off by blank lines; tags in text stay within one paragraph, "
                    "item, cell or emphasis",
                )
                self.refused.add(opener)

    def _check_lists(self, tokens: Sequence[Token]) -> None:
        """Refuse a tag that cuts one list into two: glued to the items it would not."""
        for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if (
                token.type != "html_block"
                or not before.type.endswith("list_close")
                or after.type not in _LISTS
            ):
                continue
            tags = list(self._tags_in(token.content))
            same = before.tag == after.tag and before.markup == after.markup and before.level == after.level
            if same and tags and tags[0].kind not in {"elif", "else"}:
                self._refuse(
                    tags[0],
                    "misplaced-tag",
                    f"`{tags[0].kind}` splits a list in two",
                    "glue the tag to the items, without blank lines, indented like them",
                )

    # ---- one token at a time

    def _prepare(self, token: Token) -> None:
        if token.type in {"heading_open", "heading_close"}:
            level = int(token.tag[1:])
            self.structure.depth = max(self.structure.depth, level)
            token.tag = f"h{self.tagged.nonce}h{level}z"
        elif token.type in {"fence", "code_block"}:
            token.content = self._join_own_lines(token.content)
        for child in token.children or ():
            self._prepare_inline(child)

    def _join_own_lines(self, content: str) -> str:
        """Take away the line break behind a statement that fills a line of code."""
        return "".join(
            line.strip() if self._only_statements(line) else line
            for line in content.splitlines(keepends=True)
        )

    def _prepare_inline(self, token: Token) -> None:
        name = _URLS.get(token.type)
        if name is not None and token.attrs and name in token.attrs:
            token.attrs[name] = self._carry_url(str(token.attrs[name]))
        if token.type == "text":
            self._check_shown(token.content)
        for child in token.children or ():
            self._prepare_inline(child)

    def _carry_url(self, url: str) -> str:
        """Put a word in the place of an address with tags in it, to be checked whole on each page."""
        pieces: list[str | int] = []
        at = 0
        for match in self.tagged.pattern.finditer(url):
            if match.start() > at:
                pieces.append(url[at : match.start()])
            index = int(match.group(1))
            tag = self.tagged.tags[index]
            if tag.is_statement:
                self._refuse(
                    tag,
                    "misplaced-tag",
                    f"`{tag.kind}` stands in a link target",
                    "write `{{ a if condition else b }}`, or put the tags round the whole link",
                )
                return url
            pieces.append(index)
            at = match.end()
        if not pieces:
            self.structure.targets.append(url)
            return url
        if at < len(url):
            pieces.append(url[at:])
        self.structure.urls.append(pieces)
        return f"{self.tagged.nonce}u{len(self.structure.urls) - 1:04d}z"

    def _check_shown(self, text: str) -> None:
        """Refuse tags in what was meant as a link and became text."""
        word = self.tagged.pattern.pattern
        for match in re.finditer(rf"<\s*{word}\s*>|\]\([^)\s]*{word}", text):
            tag = next(self._tags_in(match.group()))
            if match.group().startswith("<"):
                hint = f"write `[text]({tag.source})`"
            else:
                hint = "a link target holds no space and no scheme but http, https, mailto and tel"
            self._refuse(
                tag, "misplaced-tag", "the tag stands in text that looks like a link and is none", hint
            )

    # ---- what may be left empty

    def _check_empty(self, tokens: Sequence[Token]) -> None:
        for at, token in enumerate(tokens):
            if token.type != "inline":
                continue
            before = tokens[at - 1]
            alone = before.type == "heading_open"
            if before.type == "paragraph_open":
                alone = tokens[at - 2].type == "list_item_open" and tokens[at + 2].type == "list_item_close"
            if not alone:
                continue
            opener = self._spans_all(token.content.strip())
            if opener is not None and not self._has_else(opener):
                what = "heading" if before.type == "heading_open" else "list item"
                self._refuse(
                    opener,
                    "empty-item",
                    f"the {what} is left empty where this `{opener.kind}` does not hold",
                    "put the tags on lines of their own round the whole item"
                    if what == "list item"
                    else "put the tags round the whole heading, set off by blank lines",
                )

    def _spans_all(self, content: str) -> Tag | None:
        """Return the `if` that begins and ends a run of text, if one does."""
        tags = list(self.tagged.pattern.finditer(content))
        if not tags or tags[0].start() != 0 or tags[-1].end() != len(content):
            return None
        first, last = (self.tagged.tags[int(m.group(1))] for m in (tags[0], tags[-1]))
        if first.kind == "if" and last.kind == "endif" and self.shaped.partner.get(last.index) == first.index:
            return first
        return None

    def _has_else(self, opener: Tag) -> bool:
        return any(
            self.tagged.tags[index].kind == "else"
            for index, partner in self.shaped.partner.items()
            if partner == opener.index
        )

    def _split_paragraphs(self, tokens: Sequence[Token]) -> list[Token]:
        """Give each branch its own paragraph where an `if` holds all of one: none is left empty."""
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "paragraph_open" and not token.hidden:
                opener = self._spans_all(tokens[at + 1].content.strip())
                if opener is not None:
                    html = self._branches(render_inline(tokens[at + 1].children or []), opener)
                    out.append(Token("html_block", "", 0, content=html))
                    at += 3
                    continue
            out.append(token)
            at += 1
        return out

    def _branches(self, html: str, opener: Tag) -> str:
        pieces: list[str] = []
        at = 0
        for match in self.tagged.pattern.finditer(html):
            if self.shaped.partner.get(int(match.group(1))) != opener.index:
                continue
            text = html[at : match.start()].strip()
            if text:
                pieces.append(f"<p>{text}</p>\n")
            pieces.append(match.group())
            at = match.end()
        return "".join(pieces)

    def _refuse(self, tag: Tag, code: str, message: str, hint: str) -> None:
        span = self.place.span(tag.offset, len(tag.source))
        self.structure.found.append(problem(code, message, span, hint=hint))
