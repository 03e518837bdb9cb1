"""What a redline tells: each change by its kind and place, and the text with all of them marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

_MOST: Final = 12
_NOTES: Final = {"link": "link:", "attribute": "markup:"}
_SIGNS: Final = {"¶": "¶", "\xa0": "⍽", "\n": "↵"}

Kind = Literal["text", "moved", "link", "attribute", "spaces", "quotes", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change, in the section with this anchor.

    `old` and `new` are words; for a link they are addresses, for an attribute the beginnings of elements.
    Blocks that are new are `added`, those that are gone `removed`. `before` and `after` are some words that
    stand round it; they are for readers, and two changes that differ in them alone are equal.
    """

    kind: Kind
    section: str
    old: str
    new: str
    before: str = field(default="", compare=False)
    after: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Redline:
    """Two articles as one, as HTML; `same` where there is no change of any kind."""

    html: str
    changes: tuple[Change, ...]
    same: bool


def as_text(redline: Redline) -> str:
    """Return the changes a line each, for a terminal: `section: words [-old-]{+new+} words`."""
    return "\n".join(f"{one.section}: {_line(one)}" if one.section else _line(one) for one in redline.changes)


def _line(change: Change) -> str:
    old, new = change.old, change.new
    if change.kind == "moved":
        return f"moved: {_short(new)}"
    if change.kind == "spaces":
        old, new = (_seen(text) for text in (old, new))
    if change.kind in {"link", "attribute"}:
        old, new = old or "nothing", new or "nothing"
    marked = (f"[-{old}-]" if old else "") + (f"{{+{new}+}}" if new else "")
    if change.kind in {"link", "attribute"}:
        return f"{_NOTES[change.kind]} {_short(change.before)} {marked}".replace("  ", " ")
    return f"{change.before}{marked}{change.after}" or f"({change.kind})"


def _seen(text: str) -> str:
    """Show spaces as signs."""
    return "".join(_SIGNS.get(sign, "␣" if sign.isspace() else sign) for sign in text)


def _short(text: str) -> str:
    words = text.split()
    return text if len(words) <= _MOST else f"{' '.join(words[: _MOST - 3])} … {' '.join(words[-2:])}"
