"""Find characters that are not seen, and turn, join or hide what is read: https://trojansource.codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policypages.diagnostics import Diagnostic, Span, problem

CODE: Final = "suspicious-character"
# U+200C and U+200D are at home behind letters that join and behind emoji, and nowhere else
_UNSEEN: Final = re.compile(
    r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    r"|(?<![\u0600-\u1fff\u2190-\U0010ffff])[\u200c\u200d]"
)


def unseen(text: str) -> Iterator[re.Match[str]]:
    """Yield each character of a text that is not seen; soft hyphens and no-break spaces are."""
    return _UNSEEN.finditer(text)


def unseen_problem(char: str, span: Span) -> Diagnostic:
    """Warn of such a character."""
    message = f"U+{ord(char):04X} is not seen, and changes what is read"
    return problem(CODE, message, span, hint="take it out, unless the language needs it")
