"""Compare two tables by cell: rows that are alike, and columns by their heads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final, Literal

from policypages.redline.aligning import key_of
from policypages.redline.boxes import with_classes
from policypages.redline.changes import Change
from policypages.redline.marking import whole
from policypages.redline.parsing import Attrs, open_tag
from policypages.redline.reading import Box, Cell, Row, Table, flat, plain
from policypages.redline.sequences import common, heaviest

Compose = Callable[..., tuple[str, list[Change]]]
_ALIKE: Final = 0.5
_MOST_PAIRS: Final = 40_000


def whole_table(table: Table, mark: Literal["del", "ins"], *, moved: bool = False) -> str:
    """Return what stands in a table, all of it marked."""
    out = ["\n"]
    out += (f"{_cell(cell, _marked(cell, mark, moved=moved))}\n" for cell in table.captions)
    part: Box | None = None
    for row in table.rows:
        part = _turn(out, part, row.part)
        cells = "".join(_cell(cell, _marked(cell, mark, moved=moved)) for cell in row.cells)
        out.append(f"{open_tag('tr', row.attrs)}{cells}</tr>\n")
    _turn(out, part, None)
    return "".join(out)


def compare_tables(
    old: Table, new: Table, section: str, compose: Compose, *, moved: bool = False
) -> tuple[str, list[Change]]:
    """Return what stands in both tables as one, and the changes."""
    return _Comparison(old, new, section, compose, moved).run()


class _Comparison:
    def __init__(self, old: Table, new: Table, section: str, compose: Compose, moved: bool) -> None:  # noqa: FBT001
        self.old, self.new, self.section, self.compose, self.moved = old, new, section, compose, moved
        self.changes: list[Change] = []
        self.out: list[str] = ["\n"]
        self.part: Box | None = None
        self.columns = _columns(old, new)

    def run(self) -> tuple[str, list[Change]]:
        for was, now in _side_by_side(self.old.captions, self.new.captions):
            self.out.append(f"{self._pair(was, now)}\n")
        rows = dict(_rows(self.old.rows, self.new.rows))
        shown = 0
        places = {n: o for o, n in rows.items()}
        gone = [o for o in range(len(self.old.rows)) if o not in rows]
        come = [n for n in range(len(self.new.rows)) if n not in places]
        moves = _moves(self.old.rows, self.new.rows, gone, come)
        for n, row in enumerate(self.new.rows):
            if n in places:
                self._gone(range(shown, places[n]), moves)
                shown = places[n] + 1
                self.part = _turn(self.out, self.part, row.part)
                self._row(self.old.rows[places[n]], row)
                # what is gone stands before what is new
                following = min((o for o in rows if o >= shown), default=len(self.old.rows))
                self._gone(range(shown, following), moves)
                shown = following
            else:
                if not any(at < n for at in places):
                    following = min(rows, default=len(self.old.rows))
                    self._gone(range(shown, following), moves)
                    shown = max(shown, following)
                self._come(row, n, moves)
        self._gone(range(shown, len(self.old.rows)), moves)
        _turn(self.out, self.part, None)
        return "".join(self.out), self.changes

    def _gone(self, olds: Sequence[int], moves: dict[int, int]) -> None:
        for o in olds:
            row = self.old.rows[o]
            if self.part is None or not self.new.rows:
                self.part = _turn(self.out, self.part, self._home(row.part))
            classes = "redline-moved-from" if o in moves else "redline-removed"
            if o not in moves:
                self.changes.append(Change("removed", self.section, _plain(row), ""))
            data = _move(moves, o)
            cells = self._alone(row, "del", moved=o in moves)
            self.out.append(f"{open_tag('tr', (*with_classes(row.attrs, classes), *data))}{cells}</tr>\n")

    def _home(self, part: Box | None) -> Box | None:
        """Return the part of the new table that is of the same kind, so that it is opened but once."""
        parts = [row.part for row in self.new.rows]
        if part is None or not parts:
            return parts[0] if parts else part
        return parts[0]

    def _come(self, row: Row, n: int, moves: dict[int, int]) -> None:
        self.part = _turn(self.out, self.part, row.part)
        source = next((o for o, at in moves.items() if at == n), None)
        if source is None:
            self.changes.append(Change("added", self.section, "", _plain(row)))
            attrs = with_classes(row.attrs, "redline-added")
        else:
            self.changes.append(Change("moved", self.section, _plain(self.old.rows[source]), _plain(row)))
            attrs = (*with_classes(row.attrs, "redline-moved-to"), *_move(moves, source))
        cells = self._alone(row, "ins", moved=source is not None)
        self.out.append(f"{open_tag('tr', attrs)}{cells}</tr>\n")

    def _row(self, old: Row, new: Row) -> None:
        pairs = self._cells(old, new)
        self.out.append(open_tag("tr", new.attrs))
        self.out += [self._pair(was, now) for was, now in pairs]
        self.out.append("</tr>\n")

    def _cells(self, old: Row, new: Row) -> list[tuple[Cell | None, Cell | None]]:
        widths = [len(table.rows[0].cells) for table in (self.old, self.new)]
        if [len(row.cells) or width for row, width in zip((old, new), widths, strict=True)] != widths:
            return _side_by_side(old.cells, new.cells)
        ours: list[Cell | None] = [*old.cells] or [None] * widths[0]
        theirs: list[Cell | None] = [*new.cells] or [None] * widths[1]
        pairs: list[tuple[Cell | None, Cell | None]] = []
        o = n = 0
        for x, y in [*self.columns, (widths[0], widths[1])]:
            pairs += ((cell, None) for cell in ours[o:x])
            pairs += ((None, cell) for cell in theirs[n:y])
            if x < widths[0]:
                pairs.append((ours[x], theirs[y]))
            o, n = x + 1, y + 1
        return pairs

    def _pair(self, old: Cell | None, new: Cell | None) -> str:
        if new is None:
            return self._lone(old, "del", "removed")
        if old is None:
            return self._lone(new, "ins", "added")
        inside, changes = self.compose(old.leaves, new.leaves, {}, section=self.section)
        self.changes += changes
        if self.moved and inside.strip():
            inside = _in_move(inside)
        return _cell(new, inside.removesuffix("\n"))

    def _lone(self, cell: Cell | None, mark: Literal["del", "ins"], kind: Literal["removed", "added"]) -> str:
        if cell is None:
            return ""
        text = " ".join(filter(None, map(plain, cell.leaves)))
        if text:
            sides = (text, "") if kind == "removed" else ("", text)
            self.changes.append(Change(kind, self.section, *sides))
        inside = self._inside(cell, mark, moved=False)
        return _cell(Cell(cell.tag, with_classes(cell.attrs, f"redline-{kind}"), cell.leaves), inside)

    def _alone(self, row: Row, mark: Literal["del", "ins"], *, moved: bool) -> str:
        """Return the cells of a row of one side, with empty ones in the columns of the other."""
        none = Row(None, (), [])
        pairs = self._cells(row, none) if mark == "del" else self._cells(none, row)
        out = []
        for cells in pairs:
            cell = cells[0] or cells[1]
            if cell is None:
                out.append(f'<td class="redline-{"added" if mark == "del" else "removed"}"></td>')
            else:
                out.append(_cell(cell, self._inside(cell, mark, moved=moved)))
        return "".join(out)

    def _inside(self, cell: Cell, mark: Literal["del", "ins"], *, moved: bool) -> str:
        inside = _marked(cell, mark, moved=moved)
        return _in_move(inside) if self.moved and mark == "del" and inside else inside


def _in_move(inside: str) -> str:
    """Mark what stands in a cell of a table that moved here: without what is new, nothing of it is here."""
    return f'<ins class="redline redline-moved">{inside.strip()}</ins>'


def _turn(out: list[str], part: Box | None, wanted: Box | None) -> Box | None:
    """Close one part of a table and open another."""
    if part is not wanted:
        out += [f"</{part.tag}>\n"] if part is not None else []
        out += [f"{open_tag(wanted.tag, wanted.attrs)}\n"] if wanted is not None else []
    return wanted


def _move(moves: dict[int, int], old: int) -> Attrs:
    return (("data-redline-move", f"row-{moves[old] + 1}"),) if old in moves else ()


def _cell(cell: Cell, inside: str) -> str:
    return f"{open_tag(cell.tag, cell.attrs)}{inside}</{cell.tag}>"


def _marked(cell: Cell, mark: Literal["del", "ins"], *, moved: bool) -> str:
    """Return what stands in a cell, all of it marked; blocks in it stand as blocks."""
    parts = []
    for leaf in cell.leaves:
        inside = whole(leaf.tokens, mark, moved=moved) if leaf.table is None else ""
        if leaf.table is not None:
            inside = "; ".join(whole(one.tokens, mark, moved=moved) for one in flat([leaf]))
        bare = leaf.tag in {"", "li", "dt", "dd", "table", "hr"}
        parts.append(inside if len(cell.leaves) == 1 and bare else f"<div>{inside}</div>")
    return "".join(parts)


def _plain(row: Row) -> str:
    cells = [" ".join(filter(None, map(plain, cell.leaves))) for cell in row.cells]
    return " | ".join(cells)


def _side_by_side(old: Sequence[Cell], new: Sequence[Cell]) -> list[tuple[Cell | None, Cell | None]]:
    most = max(len(old), len(new))
    return [(old[at] if at < len(old) else None, new[at] if at < len(new) else None) for at in range(most)]


# ---- which rows and columns belong together


def _key(cells: Sequence[Cell]) -> tuple[object, ...]:
    return tuple((tuple(key_of(leaf) for leaf in cell.leaves)) for cell in cells)


def _columns(old: Table, new: Table) -> list[tuple[int, int]]:
    """Pair columns whose heads are the same, and what stands between them where it is as many."""
    if not old.rows or not new.rows:
        return []
    ours = [_key([cell]) for cell in old.rows[0].cells]
    theirs = [_key([cell]) for cell in new.rows[0].cells]
    pairs: list[tuple[int, int]] = []
    o = n = 0
    for x, y in [*common(ours, theirs), (len(ours), len(theirs))]:
        if x - o == y - n:
            pairs += zip(range(o, x), range(n, y), strict=True)
        if x < len(ours):
            pairs.append((x, y))
        o, n = x + 1, y + 1
    return pairs


def _rows(old: Sequence[Row], new: Sequence[Row]) -> list[tuple[int, int]]:
    """Pair rows that are the same, then those between them that are most alike."""
    pairs: list[tuple[int, int]] = []
    o = n = 0
    same = common([_key(row.cells) for row in old], [_key(row.cells) for row in new])
    for x, y in [*same, (len(old), len(new))]:
        pairs += _alike(old, new, range(o, x), range(n, y))
        if x < len(old):
            pairs.append((x, y))
        o, n = x + 1, y + 1
    return pairs


def _alike(
    old: Sequence[Row], new: Sequence[Row], ours: Sequence[int], theirs: Sequence[int]
) -> list[tuple[int, int]]:
    if len(ours) * len(theirs) > _MOST_PAIRS:
        heads = [_key(old[o].cells[:1]) for o in ours], [_key(new[n].cells[:1]) for n in theirs]
        return [(ours[x], theirs[y]) for x, y in common(*heads)]
    bags = {o: _bag(old[o]) for o in ours}, {n: _bag(new[n]) for n in theirs}
    firsts = {o: _key(old[o].cells[:1]) for o in ours}, {n: _key(new[n].cells[:1]) for n in theirs}
    pairs = []
    for o in ours:
        for n in theirs:
            one, other = bags[0][o], bags[1][n]
            share = 2 * (one & other).total() / max(1, one.total() + other.total())
            first = firsts[0][o] == firsts[1][n] != ()
            if first or share >= _ALIKE or (len(ours) == len(theirs) == 1 and o == n == 0):
                pairs.append((o, n, 1 + int(1000 * share) + 500 * first))
    return heaviest(pairs)


def _bag(row: Row) -> Counter[str]:
    leaves = (leaf for cell in row.cells for leaf in flat(cell.leaves))
    return Counter(token.key for leaf in leaves for token in leaf.tokens)


def _moves(old: Sequence[Row], new: Sequence[Row], gone: list[int], come: list[int]) -> dict[int, int]:
    """Pair rows that are the same and stand elsewhere."""
    places: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for n in reversed(come):
        places[_key(new[n].cells)].append(n)
    moves: dict[int, int] = {}
    for o in gone:
        found = places.get(_key(old[o].cells))
        if found and _plain(old[o]).strip(" |"):
            moves[o] = found.pop()
    return moves
