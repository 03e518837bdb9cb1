"""Find signs that one page sets in two ways: quotation marks, apostrophes, dashes, no-break spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policypages.checks.evidence import in_code
from policypages.checks.kinds import Claim, ClauseText, Rule
from policypages.checks.mixed import NO_BREAK, ORDINARY, Use, gather, judge
from policypages.formats.clauses import PRINTED, Passage

_WORD: Final = rf"[^\W\d_]|{PRINTED}"
_QUOTES: Final = re.compile(r"(?P<straight>(?<!\d)\")|(?P<curly>[“”])")
_APOSTROPHES: Final = re.compile(rf"(?<={_WORD})(?:(?P<straight>')|(?P<curly>’))(?=[^\W\d_])")
_DASHES: Final = re.compile(
    r"(?<=[^\W_])(?:(?P<em>—)|(?P<em_apart> — )|(?P<en_apart> – )|(?P<double> ?-- ?))(?=[^\W_])"
)
_NO_BREAK: Final = "\u00a0\u202f"
_SPACES: Final = re.compile(rf"(?<=[a-z])(?:(?P<no_break>[{_NO_BREAK}])|(?P<ordinary> ))(?=[a-z])")
_AFTER_NUMBER: Final = re.compile(rf"\d([ {_NO_BREAK}])([^\W\d_]{{2,}})")
_CALLED: Final = {True: ORDINARY, False: NO_BREAK}
_FAMILIES: Final = (
    ("quotation marks", '"“”', _QUOTES),
    ("apostrophes", "'’", _APOSTROPHES),
    ("dashes", "—–-", _DASHES),
)


def _claims(text: ClauseText) -> Iterator[Claim]:
    uses = [(passage, use) for passage in text.passages for use in _uses(passage)]
    if any(sign in passage.text for passage in text.passages for sign in _NO_BREAK):
        uses += _breaks(text)
    claim = gather(uses)
    if claim is not None:
        yield claim


def _breaks(text: ClauseText) -> Iterator[tuple[Passage, Use]]:
    """Yield the spaces between small words; only of English it is sure that none of them wants no break."""
    for passage in text.passages if text.language == "en" else ():
        for found in _SPACES.finditer(passage.text):
            yield (
                passage,
                Use("spaces", found.lastgroup or "", _CALLED[found[0] == " "], *_round(passage.text, found)),
            )


def _round(text: str, found: re.Match[str]) -> tuple[int, int]:
    """Return the place of a space with the words round it."""
    start = text.rfind(" ", 0, found.start()) + 1
    end = text.find(" ", found.end())
    return min(start, found.start()), end if end > 0 else len(text)


def _uses(passage: Passage) -> Iterator[Use]:
    words = passage.text
    for name, signs, pattern in _FAMILIES:
        if any(sign in words for sign in signs):
            for found in pattern.finditer(words):
                if not in_code(passage, found.start()):
                    yield Use(name, found.lastgroup or "", found[0], *_marked(found))
    if any(sign.isdecimal() for sign in words):
        for found in _AFTER_NUMBER.finditer(words):
            ordinary = found[1] == " "
            way = "ordinary" if ordinary else "no-break"
            yield Use(f"spaces before {found[2]}", way, _CALLED[ordinary], *found.span(1))


def _marked(found: re.Match[str]) -> tuple[int, int]:
    """Return the place of a sign without the spaces round it."""
    sign = found[0].strip()
    start = found.start() + found[0].index(sign)
    return start, start + len(sign)


RULE: Final = Rule(codes=("mixed-spelling",), claims=_claims, page=lambda _, claims: judge(claims))
