"""Cut text into what a redline marks: words, numbers, signs, and characters of scripts without spaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

# the space before the first word of a block
BREAK: Final = "¶"
LINE: Final = "<br>"

# Thai, Lao, Burmese, Khmer, Chinese, Japanese
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3001-\u30ff\u31f0-\u9fff\uf900-\ufaff\uff01-\uff9f"
    "\U0001b000-\U0001b2ff\U00020000-\U0003ffff"
)
# signs that stand on the character before them; in the scripts of India with all letters between them
_MARKS: Final = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff\u200c\u200d\ufe00-\ufe0f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
# an address, an e-mail address, a number, a date and a telephone number are one word each
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>\s+)
    | [a-z][a-z0-9+.-]{{1,12}}://[^\s<>{_UNSPACED}]{{0,400}}[^\s<>{_UNSPACED}.,;:!?)'"’”\]]
    | [a-z0-9._%+-]{{1,64}}@[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}})+
    | [{_UNSPACED}][{_MARKS}]*
    | \d+(?:[.,:/-]\d+)*(?![^\W\d_{_UNSPACED}])
    | (?:(?![{_UNSPACED}])[\w{_MARKS}])+(?:['’](?:(?![{_UNSPACED}])[\w{_MARKS}])+)*
    | .[{_MARKS}]*
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ALONE: Final = re.compile(f"[{_UNSPACED}]")
_QUOTES: Final = str.maketrans({**dict.fromkeys("‘’‚‛`´′", "'"), **dict.fromkeys("“”„‟″«»", '"')})
_PLAIN: Final = frozenset(" \t\n\r\f")


class Inline(NamedTuple):
    """One element round words, with its attributes."""

    tag: str
    attrs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """Return the value of an attribute."""
        return dict(self.attrs).get(name)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, sign, character of a script without spaces, line break, or image.

    `space` is what stands before it: nothing, white space, or BREAK. `key` is the same for two that differ
    in straight and curly quotes alone. `html` is set for what is no text.
    """

    text: str
    space: str
    context: tuple[Inline, ...]
    key: str
    html: str = ""

    @property
    def href(self) -> str | None:
        """Return the address that it links to."""
        for one in self.context:
            if one.tag == "a":
                return one.get("href")
        return None


def fold_quotes(text: str) -> str:
    """Return a text with straight quotes."""
    return text.translate(_QUOTES)


def has_alone(text: str) -> bool:
    """Tell whether a character of such a script stands in a text."""
    return _ALONE.search(text) is not None


@lru_cache(1 << 16)
def is_alone(text: str) -> bool:
    """Tell whether a token is of a script that puts no spaces between words."""
    return _ALONE.match(text) is not None


def fold_space(space: str) -> str:
    """Return what a run of white space is to a reader: one space, or the special spaces in it."""
    special = "".join(sign for sign in space if sign not in _PLAIN)
    return special or (" " if space else "")


class Run:
    """A run of inline content, while it is read."""

    def __init__(self, *, keep: bool = False) -> None:
        self.tokens: list[Token] = []
        self.space = ""
        self.keep = keep

    def text(self, text: str | None, context: tuple[Inline, ...]) -> None:
        """Add the words of a text."""
        for match in _TOKEN.finditer(text or ""):
            words = match.group()
            if match.lastgroup == "space":
                self.space = self.space + words if self.keep else fold_space(self.space + words)
            else:
                self._add(words, context, fold_quotes(words), "")

    def atom(self, text: str, html: str, context: tuple[Inline, ...]) -> None:
        """Add what is no text."""
        self._add(text, context, html, html)
        if html == LINE:
            self.space = ""

    def _add(self, text: str, context: tuple[Inline, ...], key: str, html: str) -> None:
        space = self.space if self.tokens else BREAK
        if self.tokens and html == LINE:
            space = ""
        elif self.tokens and self.tokens[-1].html == LINE:
            space = space if self.keep else fold_space(space).strip(" ")
        self.tokens.append(Token(text, space, context, key, html))
        self.space = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands between two spaces: one or more tokens, as places in the list of a whole text."""

    key: str
    leaf: int
    start: int
    stop: int


def units(tokens: list[Token], leaf: int, offset: int) -> list[Unit]:
    """Put the tokens of one block together to what stands between two spaces."""
    found = []
    start = 0
    for at, token in enumerate(tokens):
        after = at + 1
        if after < len(tokens):
            following = tokens[after]
            if not (following.space or following.html or token.html) and not (
                is_alone(token.text) or is_alone(following.text)
            ):
                continue
        key = "".join([one.key for one in tokens[start:after]])
        found.append(Unit(key, leaf, offset + start, offset + after))
        start = after
    return found
