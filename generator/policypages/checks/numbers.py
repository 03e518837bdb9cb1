"""Read the small numbers that texts spell out or write in digits."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    word: number
    for number, word in enumerate(
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen twenty"
        ).split(),
        start=1,
    )
}
SPELLED: Final = "|".join(sorted(WORDS, key=len, reverse=True))
NUMBER: Final = rf"(?:\d{{1,2}}|{SPELLED})"
"""A pattern of a small number; put `\\b` round it."""


def number_of(text: str) -> int:
    """Return what a number means that NUMBER fits."""
    return WORDS.get(text.lower()) or int(text)
