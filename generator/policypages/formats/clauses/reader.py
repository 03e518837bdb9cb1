"""markdown-it as clauses use it: no raw HTML, and emphasis that looks through statement tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, cast

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

Kind = Literal["code", "heading", "rule", "row", "definition"]
TAGS: Final = "policypages_tags"
_KINDS: Final[Mapping[str, Kind]] = {
    "fence": "code",
    "code_block": "code",
    "heading_open": "heading",
    "hr": "rule",
    "table_open": "row",
}
_HOST: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*"
_PLAIN_ADDRESS: Final = re.compile(
    rf"https?://{_HOST}(?:/[A-Za-z0-9/._~-]*)?|mailto:[A-Za-z0-9._+-]+@{_HOST}|tel:\+?[0-9-]+|#[a-z0-9-]+"
)
_SHORT: Final = 64  # no part of its host is too long for a name
_HOLDERS: Final = {"list_item_open", "blockquote_open"}


class Hop(NamedTuple):
    """Where text goes on beyond the word of a statement: before which word, and after which."""

    before: str
    after: str


class _Probe:
    """The little of an inline state that flanking needs: one character on each side of a run."""

    def __init__(self, src: str) -> None:
        self.src = src
        self.posMax = len(src)  # markdown-it's name


class _TagState(StateInline):
    """An inline state to which a statement tag is not there: what counts is the text beyond it."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803, FBT001 - markdown-it's names
        hops: dict[str, Hop] = self.env.get(TAGS) or {}
        if not hops:
            return super().scanDelims(start, canSplitWord)
        marker = self.src[start]
        end = start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        size = len(next(iter(hops)))
        before, after = start, end
        while (hop := hops.get(self.src[max(0, before - size) : before])) is not None:
            before = self.src.rfind(hop.before, 0, before)
            if before < 0:
                break
        while (hop := hops.get(self.src[after : after + size])) is not None:
            at = self.src.find(hop.after, after)
            after = self.posMax if at < 0 else at + size
        last = self.src[before - 1] if before > 0 else " "
        following = self.src[after] if after < self.posMax else " "
        probe = _Probe(last + marker * (end - start) + following)
        scanned = StateInline.scanDelims(cast("StateInline", probe), 1, canSplitWord)
        return Scanned(scanned.can_open, scanned.can_close, end - start)


class _TagInline(ParserInline):
    """The stock inline parser over `_TagState`."""

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _TagState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def make_reader() -> MarkdownIt:
    """Make the parser; `env[TAGS]` holds the hops of statement tags while a clause is read."""
    reader = MarkdownIt("js-default")
    reader.inline = _TagInline()
    return reader


READER: Final = make_reader()


def line_kinds(text: str) -> dict[int, Kind]:
    """Tell which lines, from 0, belong to code, headings, rules, tables and link definitions."""
    kinds: dict[int, Kind] = {}
    env: dict[str, Any] = {}
    for token in READER.parse(text, env):
        kind = _KINDS.get(token.type)
        if kind is not None and token.map:
            kinds.update(dict.fromkeys(range(*token.map), kind))
    for start, end in definitions(env):
        kinds.update(dict.fromkeys(range(start, end), "definition"))
    return kinds


def definitions(env: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return the lines of the link definitions that a reading left in its environment."""
    known = [*env.get("references", {}).values(), *env.get("duplicate_refs", ())]
    return [(one["map"][0], one["map"][1]) for one in known if one.get("map")]


def parse(text: str, hops: Mapping[str, Hop]) -> tuple[list[Token], list[tuple[int, int]]]:
    """Read tagged Markdown into tokens; beside them the lines of its link definitions."""
    env: dict[str, Any] = {TAGS: hops}
    return READER.parse(text, env), definitions(env)


def too_deep(tokens: Sequence[Token]) -> Token | None:
    """Return the block whose content Markdown leaves out, because it is nested too deeply."""
    limit = READER.options.maxNesting - 1
    return next((token for token in tokens if token.type in _HOLDERS and token.level >= limit), None)


def render(tokens: Sequence[Token]) -> str:
    """Write tokens as HTML, as js-default does."""
    return str(READER.renderer.render(tokens, READER.options, {}))


def render_inline(tokens: Sequence[Token]) -> str:
    """Write the tokens of one run of text as HTML."""
    return str(cast("RendererHTML", READER.renderer).renderInline(tokens, READER.options, {}))


def inline_markdown(text: str) -> str:
    """Write a fact as inline Markdown: emphasis, code and links, never a block or raw HTML."""
    return str(READER.renderInline(" ".join(text.split())))


def encode_url(url: str) -> str:
    """Percent-encode an address as markdown-it does; what is encoded already stays."""
    # taking an address apart and putting it together costs more than the sentence round it
    if len(url) <= _SHORT and _PLAIN_ADDRESS.fullmatch(url):
        return url
    return READER.normalizeLink(url)
