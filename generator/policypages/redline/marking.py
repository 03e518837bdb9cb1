"""Mark the changes in one block: its words as HTML, what is gone before what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Final, Literal

from policypages.redline.changes import Change, Kind
from policypages.redline.parsing import open_tag
from policypages.redline.words import BREAK, LINE, Inline, Token, fold_quotes

Mark = Literal["", "del", "ins"]
Context = tuple[Inline, ...]
_AROUND: Final = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A token or a space, marked or not; a space has no text of its own but `space`."""

    mark: Mark
    context: Context
    token: Token | None = None
    space: str = ""
    classes: str = "redline"
    note: str = ""

    @property
    def plain(self) -> str:
        """Return what a reader sees of it."""
        if self.token is None:
            return self.space
        return " " if self.token.html == LINE else self.token.text or self.token.html


def whole(tokens: Sequence[Token], mark: Mark, *, moved: bool = False) -> str:
    """Return the words of one block, all of them marked."""
    pieces: list[Piece] = []
    for at, token in enumerate(tokens):
        if at and token.space:
            pieces.append(Piece("", (), space=token.space))
        pieces.append(Piece("", token.context, token))
    around = (_element(mark, "redline redline-moved" if moved else "redline"),) if mark else ()
    return _lay(pieces, around)


def marked(
    pairs: Sequence[tuple[Token | None, Token | None]], section: str, *, moved: bool = False
) -> tuple[str, list[Change]]:
    """Return the HTML of one block and its changes; a pair is what was and what is, None for nothing.

    Taken without what is marked as new, it is what was, white space included, and the other way round.
    """
    pieces = _expand(pairs)
    changes: list[Change] = []
    done: list[Piece] = []
    runs = [(fresh, list(run)) for fresh, run in groupby(pieces, key=lambda piece: not piece.mark)]
    for at, (fresh, run) in enumerate(runs):
        if fresh:
            done += _changed_context(run, section, changes)
            continue
        gone = [piece for piece in run if piece.mark == "del"]
        come = [piece for piece in run if piece.mark == "ins"]
        old, new = ("".join(piece.plain for piece in side) for side in (gone, come))
        kind = _kind(old, new)
        if kind != "spaces":
            old, new = (" ".join(text.replace(BREAK, " ").split()) for text in (old, new))
        before = _before(runs[at - 1][1], run) if at else ""
        after = _after(runs[at + 1][1]) if at + 1 < len(runs) else ""
        changes.append(Change(kind, section, old, new, before, after))
        if kind == "text":
            done += gone + come
        else:
            done += [replace(piece, classes=f"{piece.classes} redline-{kind}") for piece in gone + come]
    around = (_element("ins", "redline redline-moved"),) if moved else ()
    return _lay(done, around), changes


def _kind(old: str, new: str) -> Kind:
    old, new = ("".join(text.replace(BREAK, " ").split()) for text in (old, new))
    if old == new:
        return "spaces"
    return "quotes" if fold_quotes(old) == fold_quotes(new) else "text"


def _before(pieces: Sequence[Piece], run: Sequence[Piece]) -> str:
    """Return some words before a change, with the space between them."""
    words = "".join([piece.plain for piece in pieces]).split()
    apart = pieces[-1].token is None or (run[0].token is None and run[0].space != BREAK)
    return " ".join(words[-_AROUND:]) + (" " if apart and words else "")


def _after(pieces: Sequence[Piece]) -> str:
    """Return some words behind a change, with the space between them."""
    words = "".join([piece.plain for piece in pieces]).split()
    return (" " if pieces[0].token is None and words else "") + " ".join(words[:_AROUND])


# ---- tokens and the spaces before them


def _expand(pairs: Sequence[tuple[Token | None, Token | None]]) -> list[Piece]:
    """Give each token its space, marked where the two sides have another one before it."""
    pieces: list[Piece] = []
    was_any = is_any = False
    for old, new in pairs:
        gone = _space(old, was_any)
        come = _space(new, is_any)
        if old is not None and new is not None and old.text == new.text:
            if not was_any and old.space != BREAK and not is_any:
                pieces.append(Piece("ins", (), space=BREAK, classes="redline redline-break"))
            if gone == come:
                pieces += [Piece("", (), space=gone)] if gone else []
            else:
                pieces += _gap("del", gone) + _gap("ins", come)
            pieces.append(Piece("", _both(old, new), new))
        else:
            if old is not None:
                pieces += [*_gap("del", gone), Piece("del", old.context, old)]
            if new is not None:
                pieces += [*_gap("ins", come), Piece("ins", new.context, new)]
        was_any = was_any or old is not None
        is_any = is_any or new is not None
    return pieces


def _space(token: Token | None, behind: bool) -> str:  # noqa: FBT001 - whether any word stands before it
    return token.space if token is not None and behind else ""


def _gap(mark: Mark, space: str) -> list[Piece]:
    if space == BREAK:
        return [Piece(mark, (), space=BREAK, classes="redline redline-break")]
    return [Piece(mark, (), space=space)] if space else []


# ---- links and markup


def _both(old: Token, new: Token) -> Context:
    """Return what stands round a word that stayed, and what stood round it where that was another."""
    if old.context == new.context:
        return new.context
    context = list(new.context)
    if old.href != new.href:
        was = ("data-redline-href", old.href or "")
        for at, one in enumerate(context):
            if one.tag == "a" and one.get("href") is not None:
                context[at] = Inline("a", (*one.attrs, was))
                break
        else:
            context.append(Inline("span", (("class", "redline-unlinked"), was)))
    if markup(old) != markup(new):
        attrs = (("class", "redline-attribute"), ("data-redline-was", markup(old)))
        context.insert(0, Inline("span", attrs))
    return tuple(context)


def markup(token: Token) -> str:
    """Return the beginnings of the elements round a word, but for the address of its link."""
    found = []
    for one in token.context:
        attrs = tuple(pair for pair in one.attrs if pair[0] not in {"href", "id"})
        if attrs or one.tag not in {"a", "span"}:
            found.append(open_tag(one.tag, attrs))
    return "".join(found)


def _changed_context(run: list[Piece], section: str, changes: list[Change]) -> list[Piece]:
    """Tell where words stayed and their link or markup did not, and note both addresses after them."""
    done: list[Piece] = []
    kinds = [_differs(piece) for piece in run]
    for at in range(1, len(run) - 1):
        if run[at].token is None and kinds[at - 1] == kinds[at + 1]:
            kinds[at] = kinds[at - 1]
    for (link, was), group in groupby(zip(kinds, run, strict=True), key=lambda pair: pair[0]):
        pieces = [piece for _, piece in group]
        done += pieces
        words = "".join(piece.plain for piece in pieces).strip()
        new = next((piece.token for piece in pieces if piece.token), None)
        if new is not None and was is not None:
            changes.append(Change("attribute", section, was, markup(new), words))
        if new is not None and link is not None:
            changes.append(Change("link", section, link, new.href or "", words))
            done.append(Piece("", (), note=_note(link, new.href or "")))
    return _spaces_last(done)


def _spaces_last(pieces: list[Piece]) -> list[Piece]:
    """Put a note before the space that stands behind its words."""
    done: list[Piece] = []
    for piece in pieces:
        if piece.note and done and done[-1].token is None and not done[-1].note:
            done.insert(-1, piece)
        else:
            done.append(piece)
    return done


def _differs(piece: Piece) -> tuple[str | None, str | None]:
    if piece.token is None:
        return None, None
    link = was = None
    for one in piece.context:
        link = link if link is not None else one.get("data-redline-href")
        was = was if was is not None else one.get("data-redline-was")
    return link, was


def _note(old: str, new: str) -> str:
    sides = ("del", old), ("ins", new)
    marks = [f'<{tag} class="redline redline-link">{escape(text)}</{tag}>' for tag, text in sides if text]
    return f'<span class="redline-note"> {" ".join(marks)}</span>'


# ---- HTML


def _element(tag: str, classes: str) -> Inline:
    return Inline(tag, (("class", classes),))


def _shared(one: Context, other: Context) -> Context:
    if one == other:
        return one
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return one[:at]


def _lay(pieces: Sequence[Piece], around: Context) -> str:
    """Write pieces and the elements round them; a mark stands within what it shares with its neighbours."""
    out: list[str] = []
    stack: Context = ()
    between = _between(pieces)
    runs = [list(run) for _, run in groupby(pieces, key=lambda one: (one.mark, one.classes, one.note))]
    for at, run in enumerate(runs):
        mark = run[0].mark
        inside = _of_run(run)
        beside = [runs[near] for near in (at - 1, at + 1) if 0 <= near < len(runs) and not runs[near][0].mark]
        edges = [_edge(other, last=other is runs[at - 1]) for other in beside]
        depth = max((len(_shared(inside, edge)) for edge in edges), default=0)
        for piece in run:
            context = piece.context
            if piece.token is None:
                context = inside[:depth] if mark else between.get(id(piece), ())
            if mark:
                context = (*context[:depth], _element(mark, piece.classes), *context[depth:])
            stack = _step(out, stack, (*around, *context))
            out.append(_html(piece))
    _step(out, stack, ())
    return "".join(out)


def _of_run(run: Sequence[Piece]) -> Context:
    inside: Context | None = None
    for piece in run:
        if piece.token is not None:
            inside = piece.context if inside is None else _shared(inside, piece.context)
    return inside or ()


def _edge(run: Sequence[Piece], *, last: bool) -> Context:
    words = [piece.context for piece in run if piece.token is not None]
    return words[-1 if last else 0] if words else ()


def _between(pieces: Sequence[Piece]) -> dict[int, Context]:
    """Return for each space that stayed what both the words beside it stand in."""
    found: dict[int, Context] = {}
    for at, piece in enumerate(pieces):
        if piece.token is None and not piece.mark and 0 < at < len(pieces) - 1:
            found[id(piece)] = _shared(pieces[at - 1].context, pieces[at + 1].context)
    return found


def _step(out: list[str], stack: Context, wanted: Context) -> Context:
    if stack == wanted:
        return wanted
    kept = len(_shared(stack, wanted))
    out += (f"</{one.tag}>" for one in reversed(stack[kept:]))
    out += (open_tag(one.tag, one.attrs) for one in wanted[kept:])
    return wanted


def _html(piece: Piece) -> str:
    if piece.note:
        return piece.note
    if piece.token is None:
        return " " if piece.space == BREAK else piece.space
    return piece.token.html or escape(piece.token.text, quote=False)
