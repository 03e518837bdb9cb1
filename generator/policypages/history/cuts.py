"""Cut two articles down to what is not the same in them: by line, then by word, cheaply and for very many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple

from policypages.redline import normalised_text

_TAG: Final = re.compile(r"<[^>]*>")
_TOKEN: Final = re.compile(r"<[^>]*>|[^<\s]+|\s+")
_SECTION: Final = re.compile(r'<(?:section|div) id="([^"]*)"')
_ID: Final = re.compile(r'( id="|href="#)([^"]*)(?=")')
_LINK: Final = re.compile(r'href="policy:([^"#]*)#?([^"]*)(?=")')
_MANY: Final = 4096
_LONGEST: Final = 400  # words of a stretch that are compared one by one


class Cut(NamedTuple):
    """A stretch that differs: in the section with this anchor, these words were there, and these are now."""

    section: str
    old: str
    new: str


def cuts(old: str, new: str) -> tuple[Cut, ...]:
    """Return how the texts of two articles differ; nothing where only their markup does."""
    if old == new:
        return ()
    lines = old.splitlines(), new.splitlines()
    spans = list(_spans(*lines))
    pieces = [("\n".join(lines[0][i:j]), "\n".join(lines[1][k:m])) for i, j, k, m in spans]
    same_words = _same_words(old, new, pieces)
    if same_words and not _differs(old, new, pieces):
        return ()
    out: list[Cut] = []
    anchors = _anchors(lines[1])
    for (_, _, k, _), pair in zip(spans, pieces, strict=True):
        if same_words or _words(pair[0]) != _words(pair[1]) or _piece_differs(*pair):
            section = anchors[min(k, len(anchors) - 1)] if anchors else ""
            out += [Cut(section, *both) for both in _by_word(*pair)]
    return tuple(out) or (Cut("", old, new),)


def followed(html: str, was: Mapping[str, str], others: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    """Return an old article with the anchors that its sections have now, and the names that it leads to.

    `was` gives for old anchors of the page the new ones, `others` for a policy and an anchor of it (or
    none) both as they are now.
    """
    if was:
        html = _ID.sub(lambda match: match[1] + was.get(match[2], match[2]), html)
    if others and "policy:" in html:
        html = _LINK.sub(lambda match: _link(match[1], match[2] or "", others), html)
    return html


def _link(policy: str, anchor: str, others: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    now = others.get((policy, anchor)) or (others.get((policy, ""), (policy, ""))[0], anchor)
    return f'href="policy:{now[0]}' + (f"#{now[1]}" if now[1] else "")


def _words(html: str) -> str:
    """Return the words of HTML as one run of letters: where it differs, the text does."""
    return "".join(_TAG.sub("", html).split())


def _same_words(old: str, new: str, pieces: Sequence[tuple[str, str]]) -> bool:
    """Tell whether two articles have the same letters, by the stretches that differ where these tell it."""
    words = [(_words(one), _words(other)) for one, other in pieces]
    if len(words) == 1:
        return words[0][0] == words[0][1]
    if sum(len(one) - len(other) for one, other in words):
        return False
    return _words(old) == _words(new)


def _differs(old: str, new: str, pieces: Sequence[tuple[str, str]]) -> bool:
    """Tell whether texts of the same letters differ in spaces or addresses."""
    if "<pre" in new:  # there a space is a letter
        return normalised_text(old) != normalised_text(new)
    if any(_words(one) != _words(other) for one, other in pieces):  # words stand on another line
        return normalised_text(old) != normalised_text(new)
    return any(_piece_differs(*piece) for piece in pieces)


@lru_cache(_MANY)
def _piece_differs(old: str, new: str) -> bool:
    return normalised_text(old) != normalised_text(new)


def _spans(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches of lines or words that differ; those alike at both ends are left out at once."""
    start, ends = 0, (len(old), len(new))
    while start < min(ends) and old[start] == new[start]:
        start += 1
    while min(ends) > start and old[ends[0] - 1] == new[ends[1] - 1]:
        ends = ends[0] - 1, ends[1] - 1
    matcher = SequenceMatcher(None, old[start : ends[0]], new[start : ends[1]], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield start + i, start + j, start + k, start + m


def _anchors(lines: list[str]) -> list[str]:
    """Return for each line the anchor of the section that began last before it."""
    out = []
    anchor = ""
    for line in lines:
        match = _SECTION.match(line)
        if match is not None:
            anchor = match[1]
        out.append(anchor)
    return out


@lru_cache(_MANY)
def _by_word(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Return what differs in a stretch, word by word: what two pages have in common although facts differ."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    spans = _spans(before, after) if max(len(before), len(after)) <= _LONGEST else ((0, None, 0, None),)
    return tuple(("".join(before[i:j]), "".join(after[k:m])) for i, j, k, m in spans)
