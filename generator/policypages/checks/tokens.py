"""Cut a run of words into words, signs and tags, and tell in what way two stretches of them differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from policypages.checks.spellings import american
from policypages.formats.clauses import PRINTED, Passage

Difference = Literal["spaces", "quotation marks", "case", "punctuation", "spelling", "tags", "words"]
BY_THE_WAY: Final[frozenset[Difference]] = frozenset(
    ("spaces", "quotation marks", "case", "punctuation", "spelling")
)
NO_BREAK: Final = "\u00a0\u202f"
_WORD: Final = r"[^\W_]+(?:['’.@-][^\W_]+)*"
_IDEOGRAPH: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # scripts that put no space between words
_TOKENS: Final = re.compile(rf"{PRINTED}|{_IDEOGRAPH}|{_WORD}|[{NO_BREAK}]|[^\w\s]|_")
_STRAIGHT: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_SIGNS: Final = re.compile(r"[\W_]+")


class Token(NamedTuple):
    """A word, a sign, a no-break space, or a tag by its expression; `fold` is the same in every spelling."""

    shown: str
    fold: str
    start: int
    end: int


def tokens(passage: Passage) -> tuple[Token, ...]:
    """Return the tokens of a passage; ordinary white space is none."""
    printed = iter(passage.printed)
    out = []
    for found in _TOKENS.finditer(passage.text):
        shown = found[0]
        if shown == PRINTED:
            shown = f"{{{{ {next(printed, '')} }}}}"
            fold = shown
        else:
            fold = folded(shown)
        out.append(Token(shown, fold, found.start(), found.end()))
    return tuple(out)


@lru_cache(maxsize=20_000)
def folded(words: str) -> str:
    """Write words without case, signs and spaces, and in American spelling; signs alone are nothing."""
    return "".join(american(word) for word in _SIGNS.sub(" ", words.translate(_STRAIGHT).casefold()).split())


def shown(passage: Passage, some: Sequence[Token]) -> str:
    """Write a stretch of tokens as it stands, with a sign for each no-break space."""
    out = ""
    at = some[0].start if some else 0
    for token in some:
        out += (" " if passage.text[at : token.start].strip(NO_BREAK) else "") + token.shown
        at = token.end
    return re.sub(f"[{NO_BREAK}]", "⍽", out)


def difference(one: Sequence[Token], other: Sequence[Token]) -> Difference:
    """Tell in what way two stretches that are not the same differ; the least way is told."""
    left, right = (
        " ".join(token.shown for token in some if token.shown not in NO_BREAK) for some in (one, other)
    )
    if left == right:
        return "spaces"
    left, right = left.translate(_STRAIGHT), right.translate(_STRAIGHT)
    if left == right:
        return "quotation marks"
    left, right = left.casefold(), right.casefold()
    if left == right:
        return "case"
    both = (*one, *other)
    if any(token.shown.startswith("{{") for token in both):
        return "tags"
    if _SIGNS.split(left) == _SIGNS.split(right) or not any(token.fold for token in both):
        return "spelling" if any("-" in token.shown[1:-1] for token in both) else "punctuation"
    same = "".join(token.fold for token in one) == "".join(token.fold for token in other)
    return "spelling" if same else "words"
