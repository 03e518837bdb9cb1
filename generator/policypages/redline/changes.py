"""What a redline tells: each change by its kind and place, and the text with all of them marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "moved", "link", "attribute", "spaces", "quotes", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change, in the section with this anchor.

    `old` and `new` are words; for a link they are addresses, for an attribute the beginnings of elements. Blocks
    that are new are `added`, those that are gone `removed`. `before` and `after` are some words that stand round
    it; they are for readers, and two changes that differ in them alone are equal.
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
    if change.kind == "moved":
        return f"moved: {_short(change.new)}"
    old, new = change.old, change.new
    if change.kind == "spaces":
        old, new = (text.replace("¶", "¶ ").replace(" ", "␣") for text in (old, new))
    marked = (f"[-{old}-]" if old else "") + (f"{{+{new}+}}" if new else "")
    note = {"link": "link: ", "attribute": "markup: "}.get(change.kind, "")
    return " ".join(part for part in (note.strip(), change.before, marked, change.after) if part)


def _short(text: str, most: int = 12) -> str:
    words = text.split()
    return text if len(words) <= most else f"{' '.join(words[: most - 3])} … {' '.join(words[-2:])}"
