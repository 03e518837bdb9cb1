"""Tell which words of a passage show how its author writes: not quotations, names, addresses or code."""

from __future__ import annotations

import re
from typing import Final

from policypages.formats.clauses import PRINTED, Passage

_ADDRESS: Final = re.compile(
    r"\S+(?:://|@)\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/\S*)?|(?<!\w)/\w\S*"
)
_QUOTED: Final = re.compile(
    r"“[^”]{0,200}”|\"[^\"]{0,200}\"|«[^»]{0,200}»|„[^“”]{0,200}[“”]|(?<!\w)‘[^’]{0,60}’(?!\w)"
)
_WORD_BEFORE: Final = re.compile(r"([^\W\d_][\w’'-]*)(?: (?:and|of|for|&))? $")
_BLANK: Final = "\0"
# words that may stand before a word with a capital without being part of its name
_SMALL: Final = frozenset(
    "a about across all an and any as at because before by each every for from how if in into is its my no of"
    " on or other our over such that the their these this those through to under use using via visit what"
    " when where which while with within without you your".split()
)


def plain(passage: Passage) -> str:
    """Return the text of a passage with blanks for addresses and quotations; every offset is kept."""
    text = passage.text
    if any(sign in text for sign in '"“«„‘'):
        text = _QUOTED.sub(_blanked, text)
    if any(sign in text for sign in ".@/"):
        text = _ADDRESS.sub(_blanked, text)
    return text


def _blanked(found: re.Match[str]) -> str:
    return _BLANK * len(found[0])


def begins(text: str, start: int) -> bool:
    """Tell whether a sentence, or what is set off like one, begins at an offset."""
    before = text[:start].rstrip(" \u00a0\0\"“‘'*")
    return not before or before[-1] in ".!?:;—–•(|…" or before.endswith(" -")


def is_name(text: str, start: int, end: int) -> bool:
    """Tell whether a word with a capital stands beside another, as it would in a name."""
    behind = text[end : end + 2]
    if behind[:1] in {" ", "\u00a0"} and (behind[1:].isupper() or behind[1:] == PRINTED):
        return True
    if text[max(0, start - 2) : start].strip() == PRINTED:
        return True
    word = _WORD_BEFORE.search(text[max(0, start - 40) : start])
    return word is not None and word[1][0].isupper() and word[1].casefold() not in _SMALL


def in_code(passage: Passage, start: int) -> bool:
    """Tell whether a character stands in code, where the source was not edited."""
    source = passage.place.original
    if "`" not in source or passage.place.edits:
        return False
    at = passage.offsets[start]
    opened = source.rfind("\n\n", 0, at)
    return source.count("`", max(0, opened), at) % 2 == 1
