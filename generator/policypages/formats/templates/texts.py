"""Compile the text of a clause, a title or a condition to a function from facts to HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jinja2 import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import PRINT, Parsed, Place, Tag, Tagged, find_tags, match_tags
from policypages.formats.templates.expressions import Expression, Scope, loop_parts, read_expression
from policypages.formats.templates.filters import FILTERS, FOUND, GUARDS, LOCALE, Missing, Reference
from policypages.formats.vocabulary import TEXT, Shape
from policypages.model import Finding, Reads, TagPlace, Target, Text

LEVEL: Final = "_level"
_UNSAFE_BRACE: Final = re.compile(r"\{(?=[{%#])|\{$")
_KINDS_IN_LOOPS: Final = {"list", "entries"}


class ClauseEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox that clauses run in: facts are looked up as keys, and nothing else is reached."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a name up among the keys of a fact; what is under a fact that is not set is not set."""
        if isinstance(obj, Mapping):
            return obj.get(attribute)
        if obj is None:
            return None
        if isinstance(obj, Reference | Missing):
            return getattr(obj, attribute, None)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up as `getattr` does."""
        return self.getattr(obj, argument) if isinstance(argument, str) else super().getitem(obj, argument)


def _make_environment() -> ClauseEnvironment:
    environment = ClauseEnvironment(
        autoescape=True, keep_trailing_newline=True, undefined=Undefined, cache_size=0, auto_reload=False
    )
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    environment.filters.update(FILTERS)
    environment.filters.update(GUARDS)
    return environment


_ENVIRONMENT: Final = _make_environment()


class _Reading:
    """What the tags of one text read, gathered in the order in which they stand in the output."""

    def __init__(self, tagged: Tagged, words: Shape, place: Place) -> None:
        self.tagged = tagged
        self.place = place
        self.scope = Scope(words)
        self.reads = Reads()
        self.found: list[Diagnostic] = []
        self.places: list[TagPlace | None] = [None] * len(tagged.tags)
        self.stack: list[Tag] = []

    def code(self, tag: Tag) -> str:
        """Return the Jinja tag that stands for a tag of the clause."""
        left, right = "-" * tag.left, "-" * tag.right
        match tag.kind:
            case "print":
                self._read(tag, tag.body, test=False)
                return f"{{{{{left} ({tag.body}\n)|_show({tag.index}) {right}}}}}"
            case "if" | "elif":
                if tag.kind == "if":
                    self.stack.append(tag)
                self._read(tag, tag.body, test=True)
                return f"{{%{left} {tag.kind} ({tag.body}\n) {right}%}}"
            case "for":
                return self._loop(tag, left, right)
            case _:
                if tag.kind in {"endif", "endfor"} and self.stack and self.stack.pop().kind == "for":
                    self.scope.loops.pop()
                if tag.body:
                    self._refuse(tag, "template-syntax", f"`{tag.kind}` takes nothing behind it")
                return f"{{%{left} {tag.kind} {right}%}}"

    def url_part(self, index: int) -> str:
        """Return the expression for a tag within a link target."""
        tag = self.tagged.tags[index]
        self._read(tag, tag.body, test=False)
        return f"({tag.body}\n)|_part({index})"

    def _loop(self, tag: Tag, left: str, right: str) -> str:
        self.stack.append(tag)
        parts = loop_parts(tag.body)
        if parts is None:
            self._refuse(tag, "template-syntax", "a `for` is written `for NAME in FACT`")
            self.scope.loops.append(("", TEXT, ""))
            return "{% for _ in () %}"
        variable, over = parts
        read = self._read(tag, over, test=False)
        shape = read.shape
        if variable in self.scope.words.fields or variable == "loop":
            self._refuse(tag, "refused-expression", f"`{variable}` is a fact: a loop wants a name of its own")
        if shape is not None and shape.kind not in _KINDS_IN_LOOPS:
            self._refuse(tag, "refused-expression", f"`{over}` is no list to loop over")
        item = (shape.item if shape else None) or TEXT
        self.scope.loops.append((variable, item, ""))
        return f"{{%{left} for {variable} in ({over}\n)|_each({tag.index}) {right}%}}"

    def _read(self, tag: Tag, text: str, *, test: bool) -> Expression:
        read = read_expression(text, tag, self.scope, self.place, test=test)
        self.found += read.found
        self.reads |= read.facts
        span = self.place.span(tag.offset, len(tag.source))
        self.places[tag.index] = TagPlace(span, tag.source, tuple(read.printed))
        shape = read.shape
        if tag.kind == PRINT and shape is not None and shape.kind in {"group", "entries"} and not read.found:
            self._refuse(tag, "unprintable-value", f"`{text}` is a group of facts, not one")
        return read

    def _refuse(self, tag: Tag, code: str, message: str) -> None:
        self.found.append(problem(code, message, self.place.span(tag.offset, len(tag.source))))

    def all_places(self) -> tuple[TagPlace, ...]:
        nowhere = self.place.span(0)
        return tuple(place or TagPlace(nowhere, "", ()) for place in self.places)


def compile_body(parsed: Parsed, words: Shape, place: Place) -> tuple[Text, list[Diagnostic]]:
    """Compile a clause's body."""
    reading = _Reading(parsed.tagged, words, place)
    nonce = parsed.tagged.nonce
    pattern = re.compile(rf"{nonce}(?:(\d{{4}})|u(\d{{4}})|h(\d)|d([01]))z")
    out: list[str] = []
    at = 0
    for match in pattern.finditer(parsed.html):
        out.append(_literal(parsed.html[at : match.start()]))
        at = match.end()
        tag, url, level, filled = match.groups()
        if tag is not None:
            out.append(reading.code(parsed.tagged.tags[int(tag)]))
        elif url is not None:
            out.append(_url(parsed.urls[int(url)], reading))
        elif level is not None:
            out.append(f"{{{{ {LEVEL} + {level} }}}}")
        else:
            out.append("{% filter _filled %}" if filled == "0" else "{% endfilter %}")
    out.append(_literal(parsed.html[at:]))
    return _finish("".join(out), reading)


def compile_line(source: str, words: Shape, place: Place) -> tuple[Text, list[Diagnostic]]:
    """Compile a title or summary: text with tags, and no Markdown."""
    tagged, found = find_tags(source, place)
    found += match_tags(tagged, place)
    reading = _Reading(tagged, words, place)
    out: list[str] = []
    at = 0
    if not found:
        for match in tagged.pattern.finditer(tagged.text):
            out.append(_literal(str(escape(tagged.text[at : match.start()]))))
            out.append(reading.code(tagged.tags[int(match.group(1))]))
            at = match.end()
        out.append(_literal(str(escape(tagged.text[at:]))))
    text, more = _finish("".join(out), reading)
    return text, found + more


def compile_condition(source: str, words: Shape, place: Place) -> tuple[Text, list[Diagnostic]]:
    """Compile the `when` of an outline: it renders to `yes` or to nothing."""
    tag = Tag(0, "if", source, 0, 0, source)
    reading = _Reading(Tagged("", (tag,), "zq"), words, place)
    code = reading.code(tag) + "yes{% endif %}"
    return _finish(code, reading)


def _literal(text: str) -> str:
    """Keep text from being read as a tag."""
    return _UNSAFE_BRACE.sub("{{ '{' }}", text)


def _url(pieces: Sequence[str | int], reading: _Reading) -> str:
    parts = [reading.url_part(piece) if isinstance(piece, int) else _quoted(piece) for piece in pieces]
    index = next(piece for piece in pieces if isinstance(piece, int))
    return f"{{{{ [{', '.join(parts)}]|_url({index}) }}}}"


def _quoted(text: str) -> str:
    return "'" + "".join(f"\\x{ord(c):02x}" if c in "'\\{}%#\n" else c for c in text) + "'"


def _finish(source: str, reading: _Reading) -> tuple[Text, list[Diagnostic]]:
    places = reading.all_places()
    if reading.found:
        return Text("", reading.reads, places, _nothing), reading.found
    return make_text(source, reading.reads, places), []


def _nothing(scope: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...]]:  # noqa: ARG001 - one signature
    return "", ()


def make_text(source: str, reads: Reads, places: tuple[TagPlace, ...]) -> Text:
    """Make the text whose template is `source`; a text without tags is not compiled at all."""
    if "{{" not in source and "{%" not in source:
        return Text(source, reads, places, lambda _scope: (source, ()))
    template = _ENVIRONMENT.from_string(source)
    run = template.root_render_func

    def render(scope: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...]]:
        found: list[Finding] = []
        context = template.new_context({**scope, FOUND: found})
        try:
            return "".join(run(context)), tuple(found)
        except (TypeError, ValueError, ArithmeticError, LookupError, NotImplementedError) as error:
            # only a comparison or a filter can meet values that it does not fit
            found.append(
                Finding(_first_unfit(places), "refused-expression", f"the values do not fit: {error}")
            )
            return "", tuple(found)

    return Text(source, reads, places, render)


def _first_unfit(places: Sequence[TagPlace]) -> int:
    for index, place in enumerate(places):
        if any(sign in place.source for sign in ("<", ">", "|")):
            return index
    return 0


def scope_of(
    facts: Mapping[str, Any],
    *,
    locale: str,
    refs: Mapping[str, Target],
    links: Mapping[str, Target],
) -> dict[str, Any]:
    """Return the names that all texts of one page share; `option` and `sections` come with each use."""

    def ref(target: str) -> Reference | Missing:
        found = refs.get(target)
        return Reference(found) if found else Missing(f"this page has no section `{target}` with a title")

    def link(target: str) -> Reference | Missing:
        found = links.get(target)
        return Reference(found) if found else Missing(f"this entity has no policy or section `{target}`")

    return {**facts, LOCALE: locale, "ref": ref, "link": link}


def plain(text: str) -> str:
    """Return what a reader sees of a rendered line."""
    return html.unescape(text)
