"""markdown-it as clauses use it: no raw HTML, and emphasis that looks through statement tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

TAGS = "policypages_tags"


class _Probe:
    """The little of an inline state that flanking needs: one character on each side of a run."""

    def __init__(self, src: str) -> None:
        self.src = src
        self.posMax = len(src)  # markdown-it's name


class _TagState(StateInline):
    """An inline state to which a statement tag is not there: what counts is the text beyond it."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803, FBT001 - markdown-it's names
        words: dict[str, int] = self.env.get(TAGS) or {}
        if not words:
            return super().scanDelims(start, canSplitWord)
        marker = self.src[start]
        end = start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        size = len(next(iter(words)))
        before, after = start, end
        while self.src[max(0, before - size) : before] in words:
            before -= size
        while self.src[after : after + size] in words:
            after += size
        last = self.src[before - 1] if before > 0 else " "
        following = self.src[after] if after < self.posMax else " "
        probe = _Probe(last + marker * (end - start) + following)
        return StateInline.scanDelims(cast("StateInline", probe), 1, canSplitWord)


class _TagInline(ParserInline):
    """The stock inline parser over `_TagState`."""

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _TagState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def make_reader() -> MarkdownIt:
    """Make the parser; `env[TAGS]` holds the words of statement tags while a clause is read."""
    reader = MarkdownIt("js-default")
    reader.inline = _TagInline()
    return reader


READER = make_reader()


def code_lines(text: str) -> frozenset[int]:
    """Return the numbers of the lines, from 0, that stand in code blocks, fences included."""
    numbers: set[int] = set()
    for token in READER.parse(text, {}):
        if token.type in {"fence", "code_block"} and token.map:
            numbers.update(range(*token.map))
    return frozenset(numbers)


def parse(text: str, statements: Sequence[str]) -> list[Token]:
    """Read tagged Markdown into tokens."""
    return READER.parse(text, {TAGS: dict.fromkeys(statements, 1)})


def render(tokens: Sequence[Token]) -> str:
    """Write tokens as HTML, as js-default does."""
    return str(READER.renderer.render(tokens, READER.options, {}))


def render_inline(tokens: Sequence[Token]) -> str:
    """Write the tokens of one run of text as HTML."""
    return str(READER.renderer.renderInline(tokens, READER.options, {}))


def inline_markdown(text: str) -> str:
    """Write a fact as inline Markdown: emphasis, code and links, never a block or raw HTML."""
    return str(READER.renderInline(" ".join(text.split())))


def encode_url(url: str) -> str:
    """Percent-encode an address as markdown-it does; what is encoded already stays."""
    return READER.normalizeLink(url)
