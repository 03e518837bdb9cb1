"""Put the tags that stand round list items and table rows between the tokens of those rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markdown_it.token import Token

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.shapes import Shaped
from policypages.formats.clauses.tags import BRANCHES, OPENERS, Tag, Tagged

_LISTS = {"bullet_list_open": "bullet_list_close", "ordered_list_open": "ordered_list_close"}
_HOLDERS = {**_LISTS, "tbody_open": "tbody_close", "thead_open": "thead_close"}
_ROWS = {"list_item_open": "list_item_close", "tr_open": "tr_close"}


class Row(NamedTuple):
    """A list item or table row: its tokens, its lines, and the token that opens its list or table part."""

    opens: int
    closes: int
    start: int
    end: int
    holder: int


def place_rows(
    tokens: Sequence[Token], shaped: Shaped, tagged: Tagged, place: Place
) -> tuple[list[Token], list[Diagnostic]]:
    """Return the tokens with the row tags among them, and lists that may stay empty wrapped."""
    if not shaped.rows:
        return list(tokens), []
    placer = _Placer(tokens, shaped, tagged, place)
    placer.run()
    return placer.result(), placer.found


def _rows_of(tokens: Sequence[Token]) -> tuple[list[Row], dict[int, int]]:
    """Find all rows, and for each token that opens a holder of rows the token that closes it."""
    rows: list[Row] = []
    closes: dict[int, int] = {}
    holders: list[int] = []
    open_rows: list[int] = []
    for index, token in enumerate(tokens):
        if token.type in _HOLDERS:
            holders.append(index)
        elif token.type in _HOLDERS.values():
            closes[holders.pop()] = index
        elif token.type in _ROWS:
            open_rows.append(index)
        elif token.type in _ROWS.values():
            opens = open_rows.pop()
            lines = tokens[opens].map or [0, 0]
            rows.append(Row(opens, index, lines[0], lines[1], holders[-1]))
    rows.sort(key=lambda row: row.opens)
    return rows, closes


class _Placer:
    def __init__(self, tokens: Sequence[Token], shaped: Shaped, tagged: Tagged, place: Place) -> None:
        self.tokens = tokens
        self.shaped = shaped
        self.tagged = tagged
        self.place = place
        self.found: list[Diagnostic] = []
        self.rows, self.closes = _rows_of(tokens)
        self.before: dict[int, list[Token]] = {}
        self.holder_of: dict[int, int] = {}
        self.opened_at: dict[int, int] = {}
        self.around_table: set[int] = set()
        self.covered: dict[int, set[int]] = {}
        self.text_lines = shaped.text.split("\n")

    def run(self) -> None:
        for line, tags in sorted(self.shaped.rows.items()):
            for tag in tags:
                if tag.kind in OPENERS:
                    self._open(tag, line)
                else:
                    self._follow(tag, line)

    def result(self) -> list[Token]:
        self._wrap_what_may_be_empty()
        out: list[Token] = []
        for index, token in enumerate(self.tokens):
            out.extend(self.before.get(index, ()))
            out.append(token)
        out.extend(self.before.get(len(self.tokens), ()))
        return out

    def _open(self, tag: Tag, line: int) -> None:
        row = next((row for row in self.rows if row.start == line), None)
        if row is None:
            self._complain(tag, f"`{tag.kind}` stands above no list item or table row")
            return
        self.opened_at[tag.index] = line
        if self.tokens[row.holder].type == "thead_open":
            table = self._table_of(row.holder)
            self.around_table.add(tag.index)
            self.holder_of[tag.index] = table
            self._insert(tag, table)
            return
        self.holder_of[tag.index] = row.holder
        self._insert(tag, row.opens)

    def _follow(self, tag: Tag, line: int) -> None:
        """Place an else or end: behind the last row of its opener, before the row below it."""
        opener = self.shaped.partner.get(tag.index, tag.index)
        holder = self.holder_of.get(opener)
        if holder is None:
            return
        if opener in self.around_table:
            self._close_table(tag, line, holder)
            return
        rows = [
            row for row in self.rows if row.holder == holder and self.opened_at[opener] <= row.start < line
        ]
        if not rows:
            self._complain(tag, f"`{tag.kind}` has no list item or table row above it")
            return
        last = rows[-1]
        if any(text.strip(" \t>") for text in self.text_lines[last.end : line]):
            self._complain(
                tag,
                f"`{tag.kind}` does not follow the items of its `{self.tagged.tags[opener].kind}`",
                "put both tags round items of one list, indented like them",
            )
            return
        if self._goes_on(last, line):
            self._complain(
                tag,
                f"the item above `{tag.kind}` goes on below it",
                "put the tag behind the whole item, or indent both tags into it",
            )
            return
        if tag.kind == "endif":
            self.covered.setdefault(holder, set()).update(row.opens for row in rows)
        self._insert(tag, last.closes + 1)

    def _close_table(self, tag: Tag, line: int, table: int) -> None:
        lines = self.tokens[table].map or [0, 0]
        if tag.kind in BRANCHES or line < lines[1]:
            self._complain(
                tag,
                f"`{tag.kind}` stands within a table that its opener stands around",
                "set the tags off with blank lines, or put the opener below the heading row",
            )
            return
        depth = next(
            index
            for index in range(table, len(self.tokens))
            if self.tokens[index].type == "table_close"
            and self.tokens[index].level == self.tokens[table].level
        )
        self._insert(tag, depth + 1)

    def _goes_on(self, row: Row, line: int) -> bool:
        at = line
        while at < len(self.text_lines) and not self.text_lines[at].strip(" \t>"):
            at += 1
        return at < min(row.end, len(self.text_lines))

    def _table_of(self, index: int) -> int:
        while self.tokens[index].type != "table_open":
            index -= 1
        return index

    def _insert(self, tag: Tag, index: int) -> None:
        self._add(index, self.tagged.word(tag.index))

    def _add(self, index: int, word: str) -> None:
        """Put a word before a token; behind a tight item's text with the line break that a list takes."""
        tight = index > 0 and self.tokens[index - 1].hidden and index not in self.before
        token = Token("html_block", "", 0, content=("\n" if tight else "") + word)
        self.before.setdefault(index, []).append(token)

    def _wrap_what_may_be_empty(self) -> None:
        """Drop a list or table body of which this entity keeps no row, as if it had never been written."""
        for holder, covered in self.covered.items():
            if {row.opens for row in self.rows if row.holder == holder} - covered:
                continue
            self._add(holder, f"{self.tagged.nonce}d0z")
            closing = Token("html_block", "", 0, content=f"{self.tagged.nonce}d1z")
            self.before.setdefault(self.closes[holder] + 1, []).insert(0, closing)

    def _complain(self, tag: Tag, message: str, hint: str | None = None) -> None:
        span = self.place.span(tag.offset, len(tag.source))
        hint = hint or "put the tag on a line of its own between items or rows, indented like them"
        self.found.append(problem("misplaced-tag", message, span, hint=hint))
