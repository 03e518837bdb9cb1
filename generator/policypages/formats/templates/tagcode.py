"""Read the tags of one text in their order: what they read, what is wrong with them, and their Jinja code."""

from __future__ import annotations

import re
from typing import Final

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import PRINT, Place, Tag, Tagged
from policypages.formats.templates.expressions import Expression, Scope, loop_parts, read_expression
from policypages.formats.vocabulary import TEXT, Shape
from policypages.model import Reads, TagPlace

_NAME: Final = re.compile(r" ?[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)* ?")
_KINDS_IN_LOOPS: Final = {"list", "entries"}
_UNPRINTABLE: Final = {
    "group": ("is a group of facts, not one", "write which: `group.name`"),
    "entries": ("is a group of facts, not one", "write which, or go through them with `{% for %}`"),
    "list": ("is a list", "write `| series('and')`, or go through it with `{% for %}`"),
    "flag": ("is a yes or no", 'write what it means: `{{ "yes" if fact else "no" }}`'),
    "date": ("is a date", "write `| date`"),
}


class TagReader:
    """All tags of a text, read once in the order in which they stand in the source."""

    def __init__(self, tagged: Tagged, words: Shape, place: Place) -> None:
        self.tagged = tagged
        self.place = place
        self.reads = Reads()
        self.found: list[Diagnostic] = []
        nowhere = place.span(0)
        self._places = [TagPlace(nowhere, "", ())] * len(tagged.tags)
        self._scope = Scope(words)
        self._stack: list[Tag] = []
        for tag in tagged.tags:
            self._take(tag)
        self.places = tuple(self._places)

    def code(self, index: int, *, plain: bool = False, alone: bool = False) -> str:
        """Return the Jinja tag for a tag of the clause.

        `plain` prints text without markup, for attributes, links and code. A tag with a line to
        itself (`alone`) has no white space beside it that its `-` could take.
        """
        tag = self.tagged.tags[index]
        left = "-" if tag.left and not alone else ""
        right = "-" if tag.right and not alone else ""
        match tag.kind:
            case "print":
                guard = "_plain" if plain else "_show"
                return f"{{{{{left} {_closed(tag.body)}|{guard}({tag.index}) {right}}}}}"
            case "if" | "elif":
                return f"{{%{left} {tag.kind} {_closed(tag.body)} {right}%}}"
            case "for":
                variable, over = loop_parts(tag.body) or ("_", "()")
                return f"{{%{left} for {variable} in {_closed(over)}|_each({tag.index}) {right}%}}"
            case _:
                return f"{{%{left} {tag.kind} {right}%}}"

    def url_part(self, index: int) -> str:
        """Return the expression for a tag within a link target."""
        return f"{_closed(self.tagged.tags[index].body)}|_part({index})"

    def _take(self, tag: Tag) -> None:
        match tag.kind:
            case "print":
                self._read(tag, tag.body, test=False)
            case "if" | "elif":
                if tag.kind == "if":
                    self._stack.append(tag)
                self._read(tag, tag.body, test=True)
            case "for":
                self._stack.append(tag)
                self._loop(tag)
            case _:
                if tag.kind in {"endif", "endfor"} and self._stack and self._stack.pop().kind == "for":
                    self._scope.loops.pop()
                if tag.body:
                    self._refuse(tag, "template-syntax", f"`{tag.kind}` takes nothing behind it")

    def _loop(self, tag: Tag) -> None:
        parts = loop_parts(tag.body)
        if parts is None:
            self._refuse(tag, "template-syntax", "a `for` is written `for NAME in FACT`")
            self._scope.loops.append(("", TEXT, ""))
            return
        variable, over = parts
        read = self._read(tag, over, test=False)
        shape = read.shape
        if variable in self._scope.reserved():
            self._refuse(tag, "refused-expression", f"`{variable}` is a fact: a loop wants a name of its own")
        if not read.found and (shape is None or shape.kind not in _KINDS_IN_LOOPS):
            self._refuse(tag, "refused-expression", f"`{over}` is no list to loop over")
        item = (shape.item if shape else None) or TEXT
        self._scope.loops.append((variable, item, ""))

    def _read(self, tag: Tag, text: str, *, test: bool) -> Expression:
        read = read_expression(text, tag, self._scope, self.place, test=test)
        self.found += read.found
        self.reads |= read.facts
        span = self.place.span(tag.offset, len(tag.source))
        self._places[tag.index] = TagPlace(span, tag.source, tuple(read.printed))
        shape = read.shape
        if tag.kind == PRINT and shape is not None and shape.kind in _UNPRINTABLE and not read.found:
            why, hint = _UNPRINTABLE[shape.kind]
            self._refuse(tag, "unprintable-value", f"`{text}` {why}", hint)
        return read

    def _refuse(self, tag: Tag, code: str, message: str, hint: str | None = None) -> None:
        span = self.place.span(tag.offset, len(tag.source))
        self.found.append(problem(code, message, span, hint=hint))


def _closed(expression: str) -> str:
    """Put brackets round an expression, but for the name of a fact: Jinja takes long to read brackets."""
    return expression if _NAME.fullmatch(expression) else f"({expression}\n)"
