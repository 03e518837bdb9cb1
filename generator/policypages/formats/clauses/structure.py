"""Make the tokens of a clause fit for output: statements stand free, addresses and headings are words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.token import Token

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.balance import check_balance, check_lists, tags_in
from policypages.formats.clauses.emptiness import Emptiness
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.shapes import Shaped
from policypages.formats.clauses.tags import OPENERS, Tag, Tagged

_URLS: Final = {"link_open": "href", "image": "src"}


@dataclass(slots=True)
class Structure:
    """What assembling a clause needs beside its tokens.

    `urls` are the addresses that hold tags, in pieces: text, or the index of a tag; `targets`
    are those without, each with the line of `shaped.text` that its block begins on; `depth` is
    the deepest heading, 0 for none.
    """

    urls: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    targets: list[tuple[str, int]] = field(default_factory=list)
    depth: int = 0
    found: list[Diagnostic] = field(default_factory=list)


class Checker:
    """One walk over the tokens of a clause."""

    def __init__(self, tagged: Tagged, shaped: Shaped, place: Place) -> None:
        self.tagged = tagged
        self.shaped = shaped
        self.place = place
        self.structure = Structure()
        self.line = 0

    def run(self, tokens: Sequence[Token], definitions: Sequence[tuple[int, int]]) -> list[Token]:
        """Return the tokens ready to be rendered; what is wrong is in `structure.found`."""
        lifted = self._lift_statements(tokens)
        found = self.structure.found
        self._check_definitions(lifted, definitions)
        unbalanced = check_balance(lifted, self.tagged, self.shaped, self.place)
        found += unbalanced
        found += check_lists(lifted, self.tagged, self.shaped, self.place)
        emptiness = Emptiness(self.tagged, self.shaped, self.place)
        if not unbalanced:
            emptiness.check(lifted)
            found += emptiness.found
        for token in lifted:
            self._prepare(token)
        return emptiness.drop_empty(lifted) if not found else lifted

    # ---- statements that are blocks of their own

    def _lift_statements(self, tokens: Sequence[Token]) -> list[Token]:
        """Turn paragraphs that hold nothing but statement tags into the tags themselves."""
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "paragraph_open" and self._only_statements(tokens[at + 1].content):
                words = "".join(tokens[at + 1].content.split())
                lifted = Token("html_block", "", 0, content=words, level=token.level, map=token.map)
                self._check_indent(words, token, out)
                out.append(lifted)
                at += 3
                continue
            out.append(token)
            at += 1
        return out

    def _only_statements(self, content: str) -> bool:
        tags = list(tags_in(content, self.tagged))
        return (
            bool(tags)
            and all(t.is_statement for t in tags)
            and not self.tagged.pattern.sub("", content).strip()
        )

    def _check_indent(self, words: str, token: Token, before: Sequence[Token]) -> None:
        """Refuse an indented tag that Markdown does not see inside the list above it."""
        tag = next(tags_in(words, self.tagged))
        if self.shaped.indent.get(tag.index, 0) and token.level == 0:
            above = before[-1].type if before else ""
            if above.endswith("list_close"):
                self._refuse(
                    tag,
                    "misplaced-tag",
                    f"`{tag.kind}` is indented, but not far enough to stand in the item above",
                    "indent it like the text of the item",
                )

    def _check_definitions(self, tokens: Sequence[Token], definitions: Sequence[tuple[int, int]]) -> None:
        """Refuse a link definition within a statement: Markdown reads it whatever the statement says."""
        if not definitions:
            return
        standing = [
            (token.map[0], tag)
            for token in tokens
            if token.type == "html_block" and token.map
            for tag in tags_in(token.content, self.tagged)
        ]
        standing += [(line, tag) for line, tags in self.shaped.rows.items() for tag in tags]
        standing.sort(key=lambda one: (one[0], one[1].index))
        for start, _ in definitions:
            open_ = [tag for line, tag in standing if line <= start and tag.kind in OPENERS]
            closed = {
                self.shaped.partner.get(tag.index)
                for line, tag in standing
                if line <= start and tag not in open_ and tag.kind.startswith("end")
            }
            around = [tag for tag in open_ if tag.index not in closed]
            if around:
                self._refuse(
                    around[-1],
                    "misplaced-tag",
                    f"a link definition stands within this `{around[-1].kind}`, and would count always",
                    "put the definition outside of the tags, or write `[text](address)`",
                )

    # ---- one token at a time

    def _prepare(self, token: Token) -> None:
        if token.map:
            self.line = token.map[0]
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
            line.strip() if self._only_statements(line) else line for line in re.split(r"(?<=\n)", content)
        )

    def _prepare_inline(self, token: Token) -> None:
        name = _URLS.get(token.type)
        if name is not None and name in token.attrs:
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
            self.structure.targets.append((url, self.line))
            return url
        if at < len(url):
            pieces.append(url[at:])
        index = self.structure.urls.setdefault(tuple(pieces), len(self.structure.urls))
        return f"{self.tagged.nonce}u{index:04d}z"

    def _check_shown(self, text: str) -> None:
        """Refuse tags in what was meant as a link and became text."""
        word = self.tagged.pattern.pattern
        for match in re.finditer(rf"<\s*{word}\s*>|\]\([^)\s]*{word}", text):
            tag = next(tags_in(match.group(), self.tagged))
            if match.group().startswith("<"):
                hint = f"write `[text]({tag.source})`"
            else:
                hint = "a link target holds no space and no scheme but http, https, mailto and tel"
            self._refuse(
                tag, "misplaced-tag", "the tag stands in text that looks like a link and is none", hint
            )

    def _refuse(self, tag: Tag, code: str, message: str, hint: str) -> None:
        span = self.place.span(tag.offset, len(tag.source))
        self.structure.found.append(problem(code, message, span, hint=hint))
