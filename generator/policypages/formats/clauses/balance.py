"""Check that every statement opens, branches and closes in one and the same place of the document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses.place import Place
from policypages.formats.clauses.shapes import Shaped
from policypages.formats.clauses.tags import BRANCHES, OPENERS, Tag, Tagged

_LISTS = {"bullet_list_open", "ordered_list_open"}
_CODE = {"fence", "code_block"}


def check_balance(tokens: Sequence[Token], tagged: Tagged, shaped: Shaped, place: Place) -> list[Diagnostic]:
    """Compare the element that each else and end stands in with that of its opener."""
    walk = _Walk(tagged, shaped, place)
    walk.blocks(tokens)
    return walk.found


class _Walk:
    """One walk; the path to a place is the serial numbers of the elements around it."""

    def __init__(self, tagged: Tagged, shaped: Shaped, place: Place) -> None:
        self.tagged = tagged
        self.shaped = shaped
        self.place = place
        self.found: list[Diagnostic] = []
        self.serial = 0
        self.path: list[int] = []
        self.open: dict[int, tuple[int, ...]] = {}
        self.refused: set[int] = set()

    def blocks(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.nesting == 1:
                self._enter()
            elif token.nesting == -1:
                self.path.pop()
            elif token.type == "inline":
                self._inline(token.children or [])
            elif token.type in _CODE:
                self._apart(token.content)
            else:
                self._events(token.content)
            for value in token.attrs.values():
                self._apart(str(value))
            if token.type == "fence":
                self._apart(token.info)

    def _inline(self, children: Sequence[Token]) -> None:
        for child in children:
            for name, value in child.attrs.items():
                if not (child.type == "image" and name == "alt"):
                    self._apart(str(value))
            if child.nesting == 1:
                self._enter()
            elif child.nesting == -1:
                self.path.pop()
            elif child.children:
                self._enter()
                self._inline(child.children)
                self.path.pop()
            elif child.type == "code_inline":
                self._apart(child.content)
            else:
                self._events(child.content)

    def _enter(self) -> None:
        self.serial += 1
        self.path.append(self.serial)

    def _apart(self, content: str) -> None:
        """Take text that is an element of its own: code, an attribute."""
        self._enter()
        self._events(content)
        self.path.pop()

    def _events(self, content: str) -> None:
        for tag in tags_in(content, self.tagged):
            if not tag.is_statement:
                continue
            if tag.kind in OPENERS:
                self.open[tag.index] = tuple(self.path)
                continue
            opener = self.shaped.partner.get(tag.index)
            if opener is None or opener in self.refused:
                continue
            if self.open.get(opener) != tuple(self.path):
                self.refused.add(opener)
                self.found.append(self._refusal(tag, self.tagged.tags[opener]))

    def _refusal(self, tag: Tag, opened: Tag) -> Diagnostic:
        line = self.place.span(opened.offset).line
        what = "goes on" if tag.kind in BRANCHES else "closes"
        return problem(
            "unbalanced-tag",
            f"`{tag.kind}` {what} in another block than the `{opened.kind}` of line {line} opened in",
            self.place.span(tag.offset, len(tag.source)),
            hint="tags round whole blocks are set off by blank lines; "
            "tags in text stay within one paragraph, item, cell or emphasis",
        )


def check_lists(tokens: Sequence[Token], tagged: Tagged, shaped: Shaped, place: Place) -> list[Diagnostic]:
    """Refuse tags that cut one list into several, where glued to the items they would not."""
    found: list[Diagnostic] = []
    for at in range(len(tokens) - 1):
        tags = list(tags_in(tokens[at].content, tagged)) if tokens[at].type == "html_block" else []
        if not tags:
            continue
        after = tokens[at + 1]
        if at and tags[0].kind not in BRANCHES and _one_list(tokens[at - 1], after):
            found.append(_split(tags[0], place))
        elif tags[-1].kind == "for" and after.type in _LISTS:
            end = tagged.word(shaped.ends.get(tags[-1].index, tags[-1].index))
            stop = next((n for n in range(at + 1, len(tokens)) if tokens[n].content.startswith(end)), at + 1)
            if _one_list(tokens[stop - 1], after):
                found.append(_split(tags[-1], place))
    return found


def _one_list(before: Token, after: Token) -> bool:
    """Tell whether a list that ends and one that begins would be one, were nothing between them."""
    lists = before.type.endswith("list_close") and after.type in _LISTS
    return lists and (before.tag, before.markup, before.level) == (after.tag, after.markup, after.level)


def _split(tag: Tag, place: Place) -> Diagnostic:
    message = (
        "`for` begins a new list at every turn" if tag.kind == "for" else f"`{tag.kind}` splits a list in two"
    )
    return problem(
        "misplaced-tag",
        message,
        place.span(tag.offset, len(tag.source)),
        hint="glue the tag to the items, without blank lines, indented like them",
    )


def tags_in(content: str, tagged: Tagged) -> Iterator[Tag]:
    """Return the tags whose words a text holds, in their order."""
    for match in tagged.pattern.finditer(content):
        yield tagged.tags[int(match.group(1))]
